/**
 * The field of the composer. With a keyboard, Enter sends and Shift+Enter starts a new line; on a touch screen, Enter
 * starts a new line and the button sends. Input methods keep their own use of Enter.
 */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks"
import { editLast } from "../core/last-own.ts"
import type { Room } from "../core/room.ts"
import { texts } from "../texts/texts.ts"
import { composerId } from "./composer-field.ts"
import { fitHeight } from "./fit-height.ts"
import { lazily } from "./lazily.tsx"
import { later, withEmoji } from "./load-later.ts"
import { hasKeyboard } from "./media.ts"

const lazyEmoji = lazily(async () => (await withEmoji()).EmojiCompletion)
const lazyMention = lazily(async () => (await later()).MentionCompletion)

interface WritingProps {
  readonly room: Room
  readonly onSend: (event: Event) => void
  readonly isTooLong: boolean
}

export function Writing({ room, onSend, isTooLong }: WritingProps) {
  const t = texts().composer
  const area = useRef<HTMLTextAreaElement>(null)
  const { draft } = room
  const text = draft.text.value
  const entersSend = hasKeyboard.value
  // Before painting: text typed at the first sight of it must not go elsewhere.
  useLayoutEffect(() => {
    // An on-screen keyboard would cover the messages, and whoever goes through hits continues there.
    if (hasKeyboard.peek() && !document.activeElement?.closest(".search")) area.current?.focus()
    return () => room.sender.typing(false)
  }, [])
  useEffect(() => fitHeight(area.current), [text])
  return (
    <div class="writing">
      {text.includes(":") && area.current && <lazyEmoji.View area={area.current} />}
      {text.includes("@") && area.current && <lazyMention.View room={room} area={area.current} />}
      <textarea
        id={composerId}
        ref={area}
        rows={1}
        dir="auto"
        enterkeyhint={entersSend ? "send" : "enter"}
        placeholder={t.label(room.name.value)}
        aria-label={t.label(room.name.value)}
        aria-description={entersSend ? t.keys : t.keysTouch}
        aria-invalid={isTooLong}
        value={text}
        onInput={(event) => {
          draft.write(event.currentTarget.value)
          room.sender.typing(draft.text.value.trim() !== "")
        }}
        onBlur={() => room.sender.typing(false)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && draft.replyTo.peek() !== undefined) {
            event.preventDefault()
            draft.reply(undefined)
          }
          if (event.key === "ArrowUp" && isAlone(event) && text === "" && editLast(room)) event.preventDefault()
          const isEnter = event.key === "Enter" && !event.isComposing && event.keyCode !== 229
          const isMeant = event.ctrlKey || event.metaKey || (entersSend && !event.shiftKey)
          if (isEnter && isMeant) onSend(event)
        }}
      />
    </div>
  )
}

const isAlone = ({ ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean =>
  !(ctrlKey || metaKey || altKey || shiftKey)
