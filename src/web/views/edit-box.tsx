/** Editing a message in its place. The keys are those of the composer; Escape cancels. */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import { cleanedProse } from "../core/cleaning.ts"
import { problemOfMessage } from "../core/message-check.ts"
import type { Room } from "../core/room.ts"
import type { Row } from "../core/rows.ts"
import { laterTexts } from "../texts/texts.ts"
import { focusComposer } from "./composer-field.ts"
import { askToDelete, cameFrom } from "./deeds.ts"
import { fitHeight } from "./fit-height.ts"
import { focusAfter } from "./follow-acting.ts"
import { lazily } from "./lazily.tsx"
import { withEmoji } from "./load-later.ts"
import { hasKeyboard } from "./media.ts"
import { MentionCompletion } from "./mention-completion.tsx"

const lazyCompletion = lazily(async () => (await withEmoji()).EmojiCompletion)

interface EditBoxProps {
  readonly room: Room
  readonly row: Row
}

export function EditBox({ room, row }: EditBoxProps) {
  const t = laterTexts().editing
  const area = useRef<HTMLTextAreaElement>(null)
  const [isThere, setThere] = useState(false)
  const text = room.editing.current.value?.text ?? ""
  const content = cleanedProse(text)
  const problem = problemOfMessage(content)
  // Before the next key, which would go into a message.
  useLayoutEffect(() => {
    area.current?.focus()
    area.current?.setSelectionRange(text.length, text.length)
    area.current?.scrollIntoView({ block: "nearest" })
    setThere(true)
  }, [])
  useEffect(() => fitHeight(area.current), [text])
  useLayoutEffect(
    () => () => {
      const isGone = room.feed.timeline.isDeleted(row.key)
      // Writing continues where the text went.
      if (isGone && document.activeElement === area.current) focusComposer()
    },
    [],
  )
  const end = () => {
    room.editing.end()
    const from = cameFrom()
    // The row is first drawn without this.
    if (hasKeyboard.peek()) requestAnimationFrame(() => focusAfter(from))
  }
  const save = (event?: Event) => {
    event?.preventDefault()
    if (problem === "long") return
    if (problem === undefined && content !== row.content) room.sender.change(row.key, { change: "edit", content })
    end()
    // Removing all of the text means deleting the message.
    if (problem === "empty" && row.message && !row.files) askToDelete({ room, row, message: row.message })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return
    const isMeant = event.ctrlKey || event.metaKey || (hasKeyboard.peek() && !event.shiftKey)
    if (event.key === "Enter" && isMeant) save(event)
    if (event.key !== "Escape") return
    event.stopPropagation()
    end()
  }
  return (
    <form class="edit-box" onSubmit={save}>
      {isThere && text.includes(":") && area.current && <lazyCompletion.View area={area.current} />}
      {isThere && text.includes("@") && area.current && <MentionCompletion room={room} area={area.current} />}
      <textarea
        ref={area}
        rows={1}
        dir="auto"
        aria-label={t.label}
        aria-description={hasKeyboard.value ? t.keys : undefined}
        aria-invalid={problem === "long"}
        value={text}
        onInput={(event) => room.editing.write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {problem === "long" && <p role="alert">{t.tooLong}</p>}
      <div class="buttons">
        <button type="button" class="link-button" onClick={end}>
          {t.cancel}
        </button>
        <button type="submit" class="link-button" disabled={problem === "long"}>
          {t.save}
        </button>
        {hasKeyboard.value && <small>{t.keys}</small>}
      </div>
    </form>
  )
}
