/** Fills a new folder with the past of the demo, through the store itself; only the times are invented. */
import { minuteMs } from "../../contract/durations.ts"
import { ChatError } from "../../contract/errors.ts"
import type { MessageId, RoomId, UserId } from "../../contract/values.ts"
import { OperatorError, reasonOf } from "../../observe/operator-error.ts"
import { freeBytesOf } from "../../store/sqlite/folder.ts"
import type { FreeBytes } from "../../store/sqlite/free-disk.ts"
import { openSqliteStore } from "../../store/sqlite/open.ts"
import { answeredBy, type Person, people, persons, reactionsOf, rooms, type ScriptedRoom } from "./script.ts"

/** Throws an OperatorError when it cannot be written. */
export async function seed(folder: string, nowMs: number, freeBytes: FreeBytes = freeBytesOf): Promise<void> {
  let failure: unknown
  const onFailure = (cause: unknown) => {
    failure ??= cause
  }
  const settle = (outcome: unknown) => {
    if (outcome instanceof ChatError) onFailure(outcome.cause ?? outcome)
  }
  const store = openSqliteStore(folder, { pendingMax: 10_000, onFailure, freeBytes })
  for (const { name, before } of rooms) {
    const roomId = crypto.randomUUID() as string as RoomId
    const lines = timed(before, nowMs)
    const at = (lines[0]?.at ?? nowMs) - minuteMs
    store.submit({ kind: "createRoom", id: roomId, name, visibility: "public", creator: null, at }, settle)
    for (const person of persons) {
      const profile = { userId: idOf(person), username: people[person], avatar: undefined }
      const asNew = { since: undefined, epoch: undefined, newUserWaitMs: 0, isKnown: false, isAdmin: false }
      store.submit({ kind: "join", roomId, ...profile, ...asNew, at }, settle)
    }
    const ids: MessageId[] = []
    for (const { by, text, more, at } of lines) {
      const id = Bun.randomUUIDv7() as string as MessageId
      const said = { id, chosen: false, type: "text", content: text, replyTo: answeredBy(more, ids) } as const
      store.submit({ kind: "send", roomId, userId: idOf(by), ...said, at }, settle)
      for (const [person, emoji] of reactionsOf(more)) {
        store.submit({ kind: "react", roomId, userId: idOf(person), id, emoji, isOn: true, at }, settle)
      }
      ids.push(id)
    }
  }
  await store.close()
  if (failure === undefined) return
  const reason = reasonOf(failure)
  throw new OperatorError(`The demo's rooms could not be written: ${reason}`, { cause: failure })
}

export function idOf(person: Person): UserId {
  return `demo-${person}` as UserId
}

/** The last line was said a few minutes ago, the others before it. */
function timed(lines: ScriptedRoom["before"], nowMs: number) {
  let at = nowMs - lines.reduce((sum, [minutes]) => sum + minutes, 4) * minuteMs
  return lines.map(([minutes, by, text, more]) => {
    at += minutes * minuteMs
    return { by, text, more, at }
  })
}
