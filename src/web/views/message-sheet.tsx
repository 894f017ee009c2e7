/** All actions on a message, for touch, and for the keyboard with Enter. */
import type { ComponentType } from "preact"
import { excerptOf } from "../core/excerpt.ts"
import { laterTexts } from "../texts/texts.ts"
import { useSurroundings } from "./context.ts"
import {
  askToDelete,
  authorOf,
  copyContent,
  copyLink,
  edit,
  isMyReaction,
  mayDelete,
  mayEdit,
  pickReaction,
  reply,
  showCard,
  toggleReaction,
} from "./deeds.ts"
import { Dialog } from "./dialog.tsx"
import { PenIcon, PlusIcon } from "./icons.tsx"
import { CopyIcon, DeleteIcon, LinkIcon, PersonIcon, ReplyIcon } from "./later-icons.tsx"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"
import type { Deed } from "./overlay.ts"
import { quickEmoji } from "./quick-emoji.ts"
import { reactedBy } from "./reactions.tsx"

const lazyLine = lazily(async () => (await onceConnected()).ReadLine)
const quickCount = 6

export function MessageSheet({ deed, onClose }: { readonly deed: Deed; readonly onClose: () => void }) {
  const { preferences } = useSurroundings()
  const t = laterTexts().actions
  // The next dialog replaces this one; the focus is returned before that.
  const then = (deed_: (deed: Deed) => unknown) => () => {
    onClose()
    requestAnimationFrame(() => deed_(deed))
  }
  return (
    <Dialog title={t.label} onClose={onClose} kind="deeds">
      <p class="deed-of" dir="auto">
        <lazyLine.View line={excerptOf(deed.row)} />
      </p>
      <div class="quick">
        {quickEmoji(preferences, quickCount).map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-pressed={isMyReaction(deed, emoji)}
            aria-label={t.reactWith(emoji)}
            onClick={then((deed) => toggleReaction(deed, emoji))}
          >
            {emoji}
          </button>
        ))}
        <button type="button" aria-label={t.react} title={t.react} onClick={then(pickReaction)}>
          <PlusIcon />
        </button>
      </div>
      <div class="deed-list">
        <Choice name={t.reply} icon={ReplyIcon} onClick={then(reply)} />
        {mayEdit(deed) && <Choice name={t.edit} icon={PenIcon} onClick={then(edit)} />}
        {deed.row.type === "text" && deed.row.content !== "" && (
          <Choice name={t.copyText} icon={CopyIcon} onClick={then(copyContent)} />
        )}
        <Choice name={t.copyLink} icon={LinkIcon} onClick={then(copyLink)} />
        {authorOf(deed) && <Choice name={t.profile} icon={PersonIcon} onClick={then(showCard)} />}
        {mayDelete(deed) && <Choice name={t.delete} icon={DeleteIcon} onClick={then(askToDelete)} />}
      </div>
      {deed.row.reactions.length > 0 && (
        <ul class="reactors" aria-label={laterTexts().message.reactions}>
          {deed.row.reactions.map((reaction) => (
            <li key={reaction.emoji}>{reactedBy(deed.room, reaction)}</li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}

interface ChoiceProps {
  readonly name: string
  readonly icon: ComponentType
  readonly onClick: () => void
}

function Choice({ name, icon: Icon, onClick }: ChoiceProps) {
  return (
    <button type="button" onClick={onClick}>
      <Icon />
      {name}
    </button>
  )
}
