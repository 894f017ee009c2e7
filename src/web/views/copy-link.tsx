/** Copies the link to a room, and says so. With a label it is a button with text, otherwise an icon. */
import { useState } from "preact/hooks"
import { copyText } from "../clipboard.ts"
import type { Room } from "../core/room.ts"
import { linkTo } from "../navigation.ts"
import { laterTexts } from "../texts/texts.ts"
import { CheckIcon } from "./icons.tsx"
import { LinkIcon } from "./later-icons.tsx"

const copiedMs = 2_000

export function CopyLink({ room, label }: { readonly room: Room; readonly label?: string }) {
  const t = laterTexts().sharing
  const [isCopied, setCopied] = useState(false)
  const copy = async () => {
    if (!(await copyText(linkTo(room.id)))) return
    setCopied(true)
    setTimeout(() => setCopied(false), copiedMs)
  }
  const words = isCopied ? t.linkCopied : laterTexts().room.copyLink
  return (
    <button
      type="button"
      class={label === undefined ? "icon-button" : "button"}
      title={words}
      aria-label={label === undefined ? words : undefined}
      onClick={copy}
    >
      {isCopied ? <CheckIcon /> : <LinkIcon />}
      {label !== undefined && (isCopied ? t.copied : label)}
      <span class="unseen" role="status">
        {isCopied && t.linkCopied}
      </span>
    </button>
  )
}
