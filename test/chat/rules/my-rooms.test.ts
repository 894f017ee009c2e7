/** What of reading is written, and what of whoever is no member. The rest is in test/store, on every store. */
import { expect, test } from "bun:test"
import { Reading } from "../../../src/chat/rules/rule.ts"
import { apply, type Command } from "../../../src/chat/rules/rules.ts"
import { ChatError } from "../../../src/contract/errors.ts"
import type { RoomId } from "../../../src/contract/values.ts"
import { batchOf, memberOf, person, roomOf } from "./records.ts"

const ann = person("ann")
const garden = roomOf("public", { rev: 9 })
const place = { roomId: garden.room.id as RoomId, userId: ann.id }

/** Of whoever has read up to 5, or is no member. */
function batch(isMember = true) {
  const member = { ...memberOf(garden, ann), readSeq: 5 }
  return batchOf({ room: () => garden, user: () => ann, member: () => (isMember ? member : undefined) })
}

test("[READ1] [NOTIFY1] what is further than before is written, and what is so already is not", () => {
  const written = (command: Command) => {
    const asked = batch()
    apply(asked, command)
    const { readings, notifies } = asked.take()
    return [...[...readings.keys()].map(({ readSeq }) => readSeq), ...[...notifies].map(({ notify }) => notify)]
  }
  const mark = (seq: number) => written({ kind: "keepMarks", marks: [{ ...place, seq }] })
  expect([mark(4), mark(5), mark(6)]).toEqual([[], [], [6]])
  // What is usual in a room of many.
  expect(written({ kind: "setNotifications", ...place, level: "mentions" })).toEqual([])
  expect(written({ kind: "setNotifications", ...place, level: "none" })).toEqual(["none"])
})

test("[MEM5] whoever is no member finds nothing of a room, also who was one until it was read", () => {
  const marks = new Map()
  const asks = [
    { kind: "ownRoom", ...place, marks },
    { kind: "markRead", ...place, seq: 9, marked: 0 },
  ] as const satisfies Command[]
  const ofNone = batchOf({ user: () => ann })
  expect(apply(ofNone, { kind: "standings", roomId: place.roomId, readers: [] })).toMatchObject({
    code: "ERR_NOT_IN_ROOM",
  })
  for (const command of asks) {
    expect(apply(batch(false), command)).toMatchObject({ code: "ERR_NOT_IN_ROOM" })
    const reading = apply(batch(), command)
    if (!(reading instanceof Reading)) throw new Error("It reads nothing.")
    const outcome: unknown = reading.finish([] as never)
    expect(outcome).toBeInstanceOf(ChatError)
    expect(outcome).toMatchObject({ code: "ERR_NOT_IN_ROOM", details: { roomId: place.roomId } })
  }
})
