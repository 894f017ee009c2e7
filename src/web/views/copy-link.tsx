/** Copies the link to a room, and says so. With a label it is a button with text, otherwise an icon. */
import { copyText } from "../clipboard.ts"
import type { Room } from "../core/room.ts"
import { linkTo } from "../navigation.ts"
import { laterTexts } from "../texts/texts.ts"
import { useCopying } from "./copying.ts"
import { CheckIcon } from "./icons.tsx"
import { LinkIcon } from "./later-icons.tsx"

export function CopyLink({ room, label }: { readonly room: Room; readonly label?: string }) {
  const t = laterTexts().sharing
  const [isCopied, copy] = useCopying(() => copyText(linkTo(room.id)))
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
