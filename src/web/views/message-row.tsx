/** One message as it appears in the room: stored, being sent, or refused, with its changes. */
import { useComputed } from "@preact/signals"
import { useEffect, useState } from "preact/hooks"
import { excerptOf } from "../core/excerpt.ts"
import type { Room } from "../core/room.ts"
import type { Row } from "../core/rows.ts"
import { concerns } from "../core/standing.ts"
import { clockOf, describeDay, hourOf, momentOf } from "../core/times.ts"
import { texts } from "../texts/texts.ts"
import { acting, withKeyboard } from "./acting.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import type { Guide } from "./guide.ts"
import { lazily } from "./lazily.tsx"
import { linkToMessage } from "./linked-message.ts"
import { later, onceConnected } from "./load-later.ts"
import { Notice } from "./notice.tsx"
import { Prose } from "./prose.tsx"
import { readLater } from "./read-later.ts"

const lazyFiles = lazily(async () => (await later()).Files)

export interface MessageRowProps {
  readonly room: Room
  readonly row: Row
}

const lazyActions = lazily(async () => (await later()).MessageActions)
const lazyEdit = lazily(async () => (await later()).EditBox)
const lazyChangeRefusal = lazily(async () => (await later()).ChangeRefusal)
const lazyQuote = lazily(async () => (await onceConnected()).Quote)
const lazyRefusal = lazily(async () => (await onceConnected()).Refusal)
const lazyReactions = lazily(async () => (await onceConnected()).Reactions)
const lazyPicture = lazily(async () => (await onceConnected()).Picture)
/** Reserves space, so nothing moves when it appears. */
const pictureSpace = <p class="picture coming" />
const quoteSpace = <p class="quote">{"\u00a0"}</p>
const reactionsSpace = <p class="reactions" />

export function MessageRow({ room, row, guide }: MessageRowProps & { readonly guide: Guide }) {
  const { message } = row
  const { refusal } = row.pending ?? {}
  const isChanging = row.changes.some((change) => change.refusal === undefined && change.change === "edit")
  const state = message ? (isChanging ? "changing" : "") : refusal === undefined ? "waiting" : "refused"
  const isForMe = !row.isMine && message !== undefined && concerns(message, room.userId)
  const isLit = message !== undefined && guide.lit.value === message.seq
  const isActed = useComputed(() => acting.value === row.key)
  const isEdited = useComputed(() => room.editing.current.value?.messageId === row.key)
  const isStop = useComputed(() => (withKeyboard.value ?? guide.lastKey.value) === row.key)
  const isPicture = row.type === "image"
  const text = isPicture ? (
    <lazyPicture.View url={row.content} waiting={pictureSpace} />
  ) : (
    <Prose room={room} row={row} />
  )
  // A picture that was sent as a file is shown with the files.
  const said = isPicture && row.files ? undefined : text
  return (
    <li
      data-seq={message?.seq}
      data-key={row.key}
      class={`row ${row.beginsGroup ? "begins-group" : ""} ${row.isMine ? "mine" : ""} ${state} ${isForMe ? "for-me" : ""} ${isLit ? "lit" : ""}`}
    >
      {row.beginsDay && (
        <p class="day">
          <span>{describeDay(row.atMs, Date.now())}</span>
        </p>
      )}
      {row.beginsNew && (
        <p class="new">
          <span>{texts().messages.new}</span>
        </p>
      )}
      <article class="message" tabIndex={isStop.value ? 0 : undefined} aria-label={useLabel(room, row, isStop.value)}>
        <Author room={room} row={row} />
        <div class="body">
          {row.replyTo && <lazyQuote.View room={room} guide={guide} quoted={row.replyTo} waiting={quoteSpace} />}
          {isEdited.value ? <lazyEdit.View room={room} row={row} waiting={text} /> : said}
          {row.files && (
            <lazyFiles.View room={room} messageId={row.key} files={row.files} isStored={message !== undefined} />
          )}
          {state === "waiting" && <WaitingSign room={room} />}
          {row.reactions.length > 0 && <lazyReactions.View room={room} row={row} waiting={reactionsSpace} />}
          {refusal !== undefined && <lazyRefusal.View room={room} row={row} reason={refusal} />}
          {row.changes.map(
            (change) =>
              change.refusal !== undefined && <lazyChangeRefusal.View key={change.id} room={room} change={change} />,
          )}
        </div>
        {message && isActed.value && !isEdited.value && <lazyActions.View deed={{ room, row, message }} />}
      </article>
      <Notice notice={row.notice} />
    </li>
  )
}

/** The label for keyboard focus, without marks of formatting; the rest is read as it is. */
function useLabel(room: Room, row: Row, isStop: boolean): string | undefined {
  const line = excerptOf(row)
  const [read, setRead] = useState(line)
  useEffect(() => {
    if (isStop) void readLater(line).then(setRead)
  }, [line, isStop])
  const author = room.nameOf(row.userId) ?? row.message?.user.username ?? ""
  return isStop ? texts().message.announce(author, read) : undefined
}

/** Shown once for consecutive messages; for the others it is only for screen readers. */
function Author({ room, row }: MessageRowProps) {
  const { identity, renamed } = useClient()
  const me = row.isMine ? identity.user.value : undefined
  const profile =
    room.presence.members.value.get(row.userId) ?? me ?? renamed.value.get(row.userId) ?? row.message?.user
  const name = profile?.username ?? ""
  if (!row.beginsGroup) {
    return (
      <div class="again">
        <span class="unseen">
          <bdi>{name}</bdi>{" "}
        </span>
        <Time room={room} row={row} />
      </div>
    )
  }
  return (
    <>
      <Avatar id={row.userId} name={name} picture={profile?.avatar} />
      <header>
        <bdi class="author">{name}</bdi>
        <Time room={room} row={row} />
      </header>
    </>
  )
}

/** The link to the message, to share it. Beside a continued message there is space for the digits only. */
function Time({ room, row }: MessageRowProps) {
  const time = (
    <time dateTime={new Date(row.atMs).toISOString()} title={momentOf(row.atMs)}>
      {row.beginsGroup ? hourOf(row.atMs) : clockOf(row.atMs)}
    </time>
  )
  if (row.message === undefined) return time
  return (
    <a class="moment" href={linkToMessage(room.id, row.message.seq)} tabIndex={-1} aria-label={momentOf(row.atMs)}>
      {time}
    </a>
  )
}

function WaitingSign({ room }: { readonly room: Room }) {
  const t = texts().message
  return <p class="state">{room.isJoined ? t.sending : t.waiting}</p>
}
