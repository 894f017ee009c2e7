/**
 * One user with many sockets who asks for the largest pages there are, while a team goes on talking.
 *
 * CI asks for what holds on a busy machine; ATTACK=strict asks for the goals themselves.
 */
import { expect, test } from "bun:test"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Readable } from "node:stream"
import { limits } from "../../../src/contract/limits.ts"
import type { MessageId, RoomId, UserId } from "../../../src/contract/values.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import type { Room, TestClient } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { residentMb } from "../../support/memory.ts"
import { startProcess } from "../../support/process.ts"
import { member, talk } from "../../support/team.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"

/** The team is heard in windows of this length, and the median of their p99 counts: a machine that stops for a moment stops in one of them. */
const windowSeconds = 4
const windows = 3
const seconds = windowSeconds * windows + 5
const slack = process.env["ATTACK"] === "strict" ? 1 : 4
const growthMbMax = 200
const p99FactorMax = 2

test.each([60, 300])(
  "[LIM2] [HIST5] %d sockets of one user that ask for large pages cost the team little",
  async (sockets) => {
    using folder = temporaryFolder()
    const roomId = await largeRoom(folder.path)
    await using server = await startProcess({ DATA_DIR: folder.path, AUTH: "token", AUTH_SECRET: authSecret })
    const team = await Promise.all(Array.from({ length: 10 }, (_, i) => member(server.url, i)))
    const created = await team[0]?.ask("create_room", { name: "Team" })
    if (!created?.ok) throw new Error("no room")
    for (const client of team) await client.ask("join_room", { roomId: created.room.id })

    await talk(team, created.room, 2)
    const quiet = await heard(team, created.room)
    const before = residentMb(server.pid)
    const token = await tokenOf({ sub: "greedy" })
    const program = join(import.meta.dir, "../../support/page-attacker.ts")
    const attacker = Bun.spawn([process.execPath, program, server.url, token, roomId, `${sockets}`, `${seconds}`], {
      stdout: "pipe",
    })
    const lines = createInterface({ input: Readable.fromWeb(attacker.stdout as never) })[Symbol.asyncIterator]()
    // What so many connections cost at once is another question.
    expect((await lines.next()).value).toBe("connected")
    let peak = before
    const watching = setInterval(() => {
      peak = Math.max(peak, residentMb(server.pid))
    }, 50)
    const busy = await heard(team, created.room)
    clearInterval(watching)
    const answered: Record<string, number> = JSON.parse(String((await lines.next()).value))
    console.log(`${sockets} sockets got`, answered)
    console.log(`the team: p50 ${quiet.p50Ms} -> ${busy.p50Ms} ms, p99 ${quiet.p99Ms} -> ${busy.p99Ms} ms`)
    console.log(`RSS ${before.toFixed()} -> ${peak.toFixed()} MB`)

    // It gets its share, and no more: 16 full pages a second.
    const pages = Object.values(answered).reduce((sum, count) => sum + count, 0)
    expect(answered["join_room"]).toBeGreaterThan(10)
    expect(pages).toBeGreaterThan(50)
    expect(pages).toBeLessThan(500)
    expect(peak - before).toBeLessThan(growthMbMax)
    expect(busy.p99Ms).toBeLessThan(Math.max(10, quiet.p99Ms) * p99FactorMax * slack)
    for (const client of team) client.socket.disconnect()
    expect(await server.stop()).toBe(0)
  },
  90_000,
)

async function heard(team: readonly TestClient[], room: Room): Promise<{ p50Ms: number; p99Ms: number }> {
  const each = []
  for (let i = 0; i < windows; i++) each.push(await talk(team, room, windowSeconds))
  return { p50Ms: median(each.map(({ p50Ms }) => p50Ms)), p99Ms: median(each.map(({ p99Ms }) => p99Ms)) }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number
}

/** 201 messages of the largest size, and as many rooms as one search looks through, their names the slowest to compare. */
async function largeRoom(folder: string): Promise<RoomId> {
  const store = openSqliteStore(folder, { pendingMax: 10_000, onFailure: console.error })
  const submit = (command: Parameters<typeof store.submit>[0]) => store.submit(command, () => {})
  const [roomId, userId, at] = [newId<RoomId>(), "greedy" as UserId, Date.now()]
  submit({ kind: "createRoom", id: roomId, name: "Large", visibility: "public", creator: null, at })
  submit({
    kind: "join",
    roomId,
    userId,
    username: "Greedy",
    avatar: null,
    since: undefined,
    epoch: undefined,
    newUserWaitMs: 0,
    isKnown: false,
    isAdmin: false,
    at,
  })
  const content = "😀".repeat(limits.contentLengthMax)
  for (let i = 0; i < 201; i++) {
    submit({ kind: "send", roomId, userId, id: newId<MessageId>(), chosen: false, type: "text", content, at })
  }
  for (let i = 0; i < limits.roomsSearchedMax; i++) {
    const name = "\ufdfa".repeat(limits.nameLengthMax)
    submit({ kind: "createRoom", id: newId<RoomId>(), name, visibility: "public", creator: null, at })
  }
  await store.close()
  return roomId
}

function newId<Id>(): Id {
  return crypto.randomUUID() as unknown as Id
}
