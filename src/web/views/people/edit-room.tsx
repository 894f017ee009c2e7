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
import { useClient } from "../context.ts"
import { Dialog } from "../dialog.tsx"
import { Field, TextField, useField } from "../field.tsx"

interface EditRoomProps {
  readonly room: Room
  readonly onClose: () => void
}

export function EditRoom({ room, onClose }: EditRoomProps) {
  const client = useClient()
  const t = laterTexts().editRoom
  const name = useField(room.name.value, problemOfRoomName)
  const topic = useField(room.topic.value, problemOfTopic)
  const submit = async (event: Event) => {
    event.preventDefault()
    if ([name, topic].map((field) => field.check()).includes(false)) return
    const refusal = await updateRoom(client, room, { name: name.cleaned, topic: topic.cleaned })
    if (refusal === undefined) onClose()
    else topic.refuse(sentenceOf(refusal))
  }
  return (
    <Dialog title={t.title} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <TextField id="room-name" label={laterTexts().newRoom.name} field={name} />
        <TextField id="room-topic" label={t.topic} hint={t.topicHint} field={topic} />
        <div class="buttons">
          <button type="submit" class="button primary">
            {laterTexts().profile.save}
          </button>
        </div>
      </form>
      {room.belonging.isOwner && <Keeping room={room} />}
      <Banned room={room} />
      {room.belonging.isOwner && <Deleting room={room} onDone={onClose} />}
    </Dialog>
  )
}

/** Common choices; another value, set by another client, is shown as well. */
const offeredDays = [7, 30, 90, 365]

/** Fetched when the dialog opens: nothing else of the page needs it. */
function Keeping({ room }: { readonly room: Room }) {
  const { connection, identity } = useClient()
  const t = laterTexts().editRoom
  const place = { roomId: room.id, userId: identity.userId }
  const [days, setDays] = useState<number>()
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    void connection
      .request("get_room", place)
      .then((reply) => setDays(reply.ok ? (reply.room.keepDays ?? 0) : undefined))
  }, [])
  if (days === undefined) return null
  const choose = async (keepDays: number) => {
    const reply = await connection.request("update_room", { ...place, keepDays })
    setProblem(reply.ok ? undefined : sentenceOf(reply.error))
    if (reply.ok) setDays(keepDays)
  }
  const named = new Intl.NumberFormat(formats().locale, { style: "unit", unit: "day", unitDisplay: "long" })
  const offered = [...new Set([...offeredDays, days])].filter((one) => one > 0).sort((a, b) => a - b)
  return (
    <Field id="room-keep" label={t.keep} hint={t.keepText} problem={problem}>
      {({ id, describedBy }) => (
        <select
          id={id}
          aria-describedby={describedBy}
          value={`${days}`}
          onChange={(event) => void choose(Number(event.currentTarget.value))}
        >
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
  const look = async () => {
    const reply = await connection.request("list_banned", { roomId: room.id, userId: identity.userId })
    if (reply.ok) setUsers(reply.users)
  }
  useEffect(() => void look(), [])
  if (users.length === 0) return null
  return (
    <section class="listed">
      <h3>{t.banned}</h3>
      <ul>
        {users.map(({ userId, username }) => (
          <li key={userId} class="setting">
            <bdi>{username}</bdi>
            <button type="button" class="button" onClick={() => void actsIn(room, client).unban(userId).then(look)}>
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
  const [isSure, setSure] = useState(false)
  const [problem, setProblem] = useState<string>()
  const remove = async () => {
    if (!isSure) return setSure(true)
    const refusal = await deleteRoom(client, room)
    if (refusal !== undefined) return setProblem(sentenceOf(refusal))
    onDone()
    return go("/")
  }
  return (
    <section class="listed">
      <p class={problem === undefined ? "hint" : "problem"} role="status">
        {problem ?? (isSure ? t.deleteText(room.name.value) : "")}
      </p>
      <button type="button" class="button leave" onClick={remove}>
        {isSure ? t.deleteSure : t.delete}
      </button>
    </section>
  )
}
