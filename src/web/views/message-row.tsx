/** One message as it stands in the room: stored, on its way, or refused. */
import type { ReadonlySignal } from "@preact/signals"
import type { Room } from "../core/room.ts"
import type { Row } from "../core/rows.ts"
import { clockOf, describeDay, hourOf, momentOf } from "../core/times.ts"
import { texts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { lazily } from "./lazily.tsx"
import { linkToMessage } from "./linked-message.ts"
import { later } from "./load-later.ts"
import { NoticeLine } from "./notice-line.tsx"
import { Picture } from "./picture.tsx"
import { Prose } from "./prose.tsx"

const lazyFiles = lazily(async () => (await later()).Files)

export interface MessageRowProps {
  readonly room: Room
  readonly row: Row
}

/** `lit` is the `seq` of a message that stands out for a moment. */
export function MessageRow({ room, row, lit }: MessageRowProps & { readonly lit: ReadonlySignal<number | undefined> }) {
  const { refusal } = row.pending ?? {}
  const state = row.message ? "" : refusal === undefined ? "waiting" : "refused"
  const isLit = row.message !== undefined && lit.value === row.message.seq
  return (
    <li
      data-seq={row.message?.seq}
      class={`row ${row.beginsGroup ? "begins-group" : ""} ${row.isMine ? "mine" : ""} ${state} ${isLit ? "lit" : ""}`}
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
      <article class="message">
        <Author room={room} row={row} />
        <div class="body">
          {row.type !== "image" ? <Prose text={row.content} /> : !row.files && <Picture url={row.content} />}
          {row.files && <lazyFiles.View files={row.files} isStored={row.message !== undefined} />}
          {state === "waiting" && <WaitingSign room={room} />}
          {refusal !== undefined && <Refusal room={room} row={row} reason={refusal} />}
        </div>
      </article>
      <NoticeLine notice={row.notice} />
    </li>
  )
}

/** Told once for what an author writes in a row; for the rest only to those who cannot see that. */
function Author({ room, row }: MessageRowProps) {
  const { identity } = useClient()
  const me = row.isMine ? identity.user.value : undefined
  const profile = room.presence.members.value.get(row.userId) ?? me ?? row.message?.user
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

/** Leads to the message, for whoever wants to show it to others. Beside one that goes on there is room for the digits alone. */
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

function Refusal({ room, row, reason }: MessageRowProps & { readonly reason: string }) {
  const t = texts().message
  const edit = () => {
    const taken = room.sender.takeBack(row.key)
    if (taken) room.draft.prepend(taken.content)
    document.getElementById("composer")?.focus()
  }
  return (
    <div class="refusal">
      <p role="alert">
        <b>{t.refused}</b> {reason}
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
