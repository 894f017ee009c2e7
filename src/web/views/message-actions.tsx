/** Actions on the message under the mouse or the keyboard focus: one Tab stop, with arrows inside. */
import type { ComponentType } from "preact"
import { laterTexts } from "../texts/texts.ts"
import { useSurroundings } from "./context.ts"
import { useCopying } from "./copying.ts"
import {
  askToDelete,
  copyLink,
  edit,
  isMyReaction,
  mayDelete,
  mayEdit,
  pickReaction,
  reply,
  toggleReaction,
} from "./deeds.ts"
import { CheckIcon, EmojiIcon, PenIcon } from "./icons.tsx"
import { DeleteIcon, LinkIcon, ReplyIcon } from "./later-icons.tsx"
import type { Deed } from "./overlay.ts"
import { quickEmoji } from "./quick-emoji.ts"

const quickCount = 3

export function MessageActions({ deed }: { readonly deed: Deed }) {
  const { preferences } = useSurroundings()
  const t = laterTexts().actions
  const [isCopied, copy] = useCopying(() => copyLink(deed))
  return (
    <div class="actions">
      <div role="toolbar" aria-label={t.label} onKeyDown={onArrow}>
        {quickEmoji(preferences, quickCount).map((emoji, index) => (
          <button
            key={emoji}
            type="button"
            class="icon-button"
            tabIndex={index === 0 ? 0 : -1}
            aria-pressed={isMyReaction(deed, emoji)}
            title={t.reactWith(emoji)}
            aria-label={t.reactWith(emoji)}
            onClick={() => toggleReaction(deed, emoji)}
          >
            {emoji}
          </button>
        ))}
        <Tool name={t.react} icon={EmojiIcon} onClick={() => pickReaction(deed)} />
        <Tool name={t.reply} icon={ReplyIcon} onClick={() => reply(deed)} />
        {mayEdit(deed) && <Tool name={t.edit} icon={PenIcon} onClick={() => edit(deed)} />}
        <Tool
          name={isCopied ? laterTexts().sharing.linkCopied : t.copyLink}
          icon={isCopied ? CheckIcon : LinkIcon}
          onClick={copy}
        />
        {mayDelete(deed) && <Tool name={t.delete} icon={DeleteIcon} onClick={() => askToDelete(deed)} />}
      </div>
      <span class="unseen" role="status">
        {isCopied && laterTexts().sharing.linkCopied}
      </span>
    </div>
  )
}

interface ToolProps {
  readonly name: string
  readonly icon: ComponentType
  readonly onClick: () => void
}

function Tool({ name, icon: Icon, onClick }: ToolProps) {
  return (
    <button type="button" class="icon-button" tabIndex={-1} title={name} aria-label={name} onClick={onClick}>
      <Icon />
    </button>
  )
}

function onArrow(event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void {
  const { currentTarget: toolbar, key } = event
  if (key === "Escape") toolbar.closest<HTMLElement>(".message")?.focus()
  const buttons = [...toolbar.querySelectorAll("button")]
  const forward = getComputedStyle(toolbar).direction === "rtl" ? "ArrowLeft" : "ArrowRight"
  const at = buttons.findIndex((button) => button.matches(":focus"))
  const next = { ArrowLeft: -1, ArrowRight: -1, [forward]: 1 }[key]
  if (next === undefined) return
  event.preventDefault()
  buttons[(at + next + buttons.length) % buttons.length]?.focus()
}
