/** A room's name, topic, retention, bans, and deletion. */

import { useEffect, useState } from "preact/hooks"
import { actsIn } from "../../core/belonging-acts.ts"
import { problemOfRoomName, problemOfTopic } from "../../core/checks.ts"
import type { Room } from "../../core/room.ts"
import { deleteRoom, updateRoom } from "../../core/room-calls.ts"
import { sentenceOf } from "../../core/sentence-of.ts"
import type { Answer } from "../../core/wire.ts"
import { go } from "../../navigation.ts"
import { formats, laterTexts } from "../../texts/texts.ts"
import { useAskedTwice } from "../asked-twice.ts"
import { useClient } from "../context.ts"
import { Dialog } from "../dialog.tsx"
import { Field, Problem, TextField, useField } from "../field.tsx"

interface EditRoomProps {
  readonly room: Room
  readonly onClose: () => void
}

export function EditRoom({ room, onClose }: EditRoomProps) {
  const client = useClient()
  const t = laterTexts().editRoom
  // As it stood when one began: what somebody else changes meanwhile is theirs.
  const [before] = useState(() => ({ name: room.name.peek(), topic: room.topic.peek() }))
  const name = useField(before.name, problemOfRoomName)
  const topic = useField(before.topic, problemOfTopic)
  const [keptDays, setKeptDays] = useState<number>()
  const submit = async (event: Event) => {
    event.preventDefault()
    if ([name, topic].map((field) => field.check()).includes(false)) return
    const refusal = await updateRoom(client, room, {
      name: name.cleaned === before.name ? undefined : name.cleaned,
      topic: topic.cleaned === before.topic ? undefined : topic.cleaned,
      keepDays: keptDays,
    })
    if (refusal === undefined) onClose()
    else topic.refuse(sentenceOf(refusal))
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <TextField id="room-name" label={laterTexts().newRoom.name} field={name} />
        <TextField id="room-topic" label={t.topic} hint={t.topicHint} field={topic} />
        {room.belonging.isOwner && <Keeping room={room} chosen={keptDays} onChosen={setKeptDays} />}
        <div class="buttons">
          <button type="submit" class="button primary">
            {laterTexts().profile.save}
          </button>
        </div>
      </form>
      <Banned room={room} />
      {room.belonging.isOwner && <Deleting room={room} onDone={onClose} />}
    </Dialog>
  )
}

/** Common choices; another value, set by another client, is shown as well. */
const offeredDays = [7, 30, 90, 365]

interface KeepingProps {
  readonly room: Room
  /** In days, 0 for as long as the server does; none until somebody chose. */
  readonly chosen: number | undefined
  readonly onChosen: (days: number) => void
}

/** Fetched when the dialog opens: nothing else of the page needs it. A choice deletes messages, so only Save applies it. */
function Keeping({ room, chosen, onChosen }: KeepingProps) {
  const { connection, identity } = useClient()
  const t = laterTexts().editRoom
  const [kept, setKept] = useState<number>()
  useEffect(() => {
    void connection
      .request("get_room", { roomId: room.id, userId: identity.userId })
      .then((reply) => setKept(reply.ok ? (reply.room.keepDays ?? 0) : undefined))
  }, [])
  const named = new Intl.NumberFormat(formats().locale, { style: "unit", unit: "day", unitDisplay: "long" })
  const offered = [...new Set([...offeredDays, kept ?? 0])].filter((one) => one > 0).sort((a, b) => a - b)
  return (
    <Field id="room-keep" label={t.keep} hint={t.keepText}>
      {({ id, describedBy }) => (
        // Empty until it is known: nothing moves, and nothing is guessed.
        <select
          id={id}
          aria-describedby={describedBy}
          disabled={kept === undefined}
          value={`${chosen ?? kept ?? ""}`}
          onChange={(event) => onChosen(Number(event.currentTarget.value))}
        >
          {kept === undefined && <option value="" />}
          <option value="0">{t.keepForever}</option>
          {offered.map((one) => (
            <option key={one} value={`${one}`}>
              {named.format(one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

function Banned({ room }: { readonly room: Room }) {
  const client = useClient()
  const { connection, identity } = client
  const t = laterTexts().editRoom
  const [users, setUsers] = useState<Answer<"list_banned">["users"]>([])
  const [problem, setProblem] = useState<string>()
  const look = async () => {
    const reply = await connection.request("list_banned", { roomId: room.id, userId: identity.userId })
    if (reply.ok) setUsers(reply.users)
  }
  useEffect(() => void look(), [])
  const unban = async (userId: string) => {
    const refusal = await actsIn(room, client).unban(userId)
    setProblem(refusal && sentenceOf(refusal))
    await look()
  }
  if (users.length === 0) return null
  return (
    <section class="listed">
      <h3>{t.banned}</h3>
      <Problem text={problem} />
      <ul>
        {users.map(({ userId, username }) => (
          <li key={userId} class="setting">
            <bdi>{username}</bdi>
            <button type="button" class="button" onClick={() => void unban(userId)}>
              {t.unban}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Asks twice: it cannot be undone. */
function Deleting({ room, onDone }: { readonly room: Room; readonly onDone: () => void }) {
  const client = useClient()
  const t = laterTexts().editRoom
  const [problem, setProblem] = useState<string>()
  const remove = async () => {
    const refusal = await deleteRoom(client, room)
    if (refusal !== undefined) return setProblem(sentenceOf(refusal))
    onDone()
    return go("/")
  }
  const { isAsked, onClick } = useAskedTwice(() => void remove())
  return (
    <section class="listed">
      <p class={problem === undefined ? "hint" : "problem"} role="status">
        {problem ?? (isAsked ? t.deleteText(room.name.value) : "")}
      </p>
      <button type="button" class="button leave" onClick={onClick}>
        {isAsked ? t.deleteSure : t.delete}
      </button>
    </section>
  )
}
