/** Shown at a message whose change was refused: why, and what can be done. */

import type { PendingChange } from "../core/pending.ts"
import type { Room } from "../core/room.ts"
import { sentenceOf } from "../core/sentence-of.ts"
import { laterTexts, texts } from "../texts/texts.ts"

interface ChangeRefusalProps {
  readonly room: Room
  readonly change: PendingChange
}

export function ChangeRefusal({ room, change }: ChangeRefusalProps) {
  const t = laterTexts().changeRefused
  const { sender, editing } = room
  const edit = () => {
    sender.takeBack(change.id)
    if (change.change === "edit") editing.begin(change.messageId, change.content)
  }
  return (
    <div class="refusal">
      <p role="alert">
        <b>{t[change.change]}</b> {change.refusal && sentenceOf(change.refusal)}
      </p>
      <div class="buttons">
        {change.change === "edit" && (
          <button type="button" class="link-button" onClick={edit}>
            {laterTexts().message.edit}
          </button>
        )}
        <button type="button" class="link-button" onClick={() => sender.again(change.id)}>
          {texts().shared.tryAgain}
        </button>
        <button type="button" class="link-button" onClick={() => sender.takeBack(change.id)}>
          {t.dismiss}
        </button>
      </div>
    </div>
  )
}
