/** Why the server refused a message, and what can be done: change it, send it again, or discard it. */
import { type Refused, sentenceOf } from "../core/sentence-of.ts"
import { returned } from "../files.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { focusComposer } from "./composer-field.ts"
import type { MessageRowProps } from "./message-row.tsx"

export function Refusal({ room, row, reason }: MessageRowProps & { readonly reason: Refused }) {
  const t = laterTexts().message
  const edit = () => {
    const taken = room.sender.takeBack(row.key)
    if (taken) room.draft.prepend(taken.content)
    if (taken?.files) returned.value = taken.files
    if (taken?.replyTo) room.draft.reply(taken.replyTo)
    focusComposer()
  }
  return (
    <div class="refusal">
      <p role="alert">
        <b>{t.refused}</b> {sentenceOf(reason)}
      </p>
      <div class="buttons">
        {row.type === "text" && (
          <button type="button" class="link-button" onClick={edit}>
            {t.edit}
          </button>
        )}
        <button type="button" class="link-button" onClick={() => room.sender.again(row.key)}>
          {texts().shared.tryAgain}
        </button>
        <button type="button" class="link-button" onClick={() => room.sender.takeBack(row.key)}>
          {t.remove}
        </button>
      </div>
    </div>
  )
}
