/**
 * What it costs to mark as read, and the count after it, in a room of many messages against one
 * of a hundred: in one store, in turn, with few and with many left unread.
 *
 * Longer: READ_MESSAGES=1000000 bun test --timeout 120000 ./test/slow/measured/reading.test.ts
 */
import { expect, test } from "bun:test"
import { factor, median } from "../../../bench/stats.ts"
import type { ChatStore } from "../../../src/chat/store.ts"
import type { RoomId } from "../../../src/contract/values.ts"
import { writeInBulk } from "../../../src/store/sqlite/bulk.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { granted } from "../../store/store-suite.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { newMessageId, newRoomId, user } from "../../support/ids.ts"

const few = 100
const many = Number(process.env["READ_MESSAGES"] ?? 100_000)
const rounds = 11
const warmUpRounds = 2
const timesPerRound = 2_000
const atOnce = 100
/** What the rule says; CI's machine is shared, and its rounds are short. */
const goal = process.env["CI"] === undefined ? 1.2 : 1.5
const [ann, bob] = [user("ann"), user("bob")]
/** How much is unread when it is counted: little, and as much as is counted at all. */
const leftUnread = [5, few] as const

test(
  `[READ2] marking as read, and the count, cost the same among ${many.toLocaleString("en")} messages as among ${few}`,
  async () => {
    using folder = temporaryFolder()
    const [small, large] = [newRoomId(), newRoomId()]
    await fill(folder.path, [small, few], [large, many])
    const store = openSqliteStore(folder.path, { pendingMax: 10_000, onFailure: console.error, address: () => "" })
    await using opened = { store, [Symbol.asyncDispose]: () => store.close() }
    for (const left of leftUnread) {
      const marking = (roomId: RoomId, count: number) => () => markAndCount(opened, roomId, count - left, left)
      const counting = (roomId: RoomId, count: number) => () => standing(opened, roomId, count - left, left)
      for (const [what, act] of [["mark_read", marking] as const, ["the count", counting] as const]) {
        const samples = await inTurn({ small: act(small, few), large: act(large, many) })
        const times = factor(samples.large, samples.small)
        console.log(
          `${what}, ${left} unread: ${median(samples.large).toFixed(1)} µs among ${many.toLocaleString("en")}, ` +
            `${median(samples.small).toFixed(1)} µs among ${few}: ${times.toFixed(2)} ×`,
        )
        expect(times).toBeLessThan(goal)
      }
    }
  },
  120_000 + many / 4,
)

/** Both rooms are of Ann's messages, every tenth of which mentions Bob, who is a member of them. */
async function fill(folder: string, ...rooms: (readonly [RoomId, number])[]): Promise<void> {
  const at = Date.now() - many
  await writeInBulk(folder, async ({ user, room, member }) => {
    for (const id of [ann, bob]) user({ id, username: id, avatar: null, at })
    for (const [id] of rooms) {
      room({ id, name: "Room", topic: "", visibility: "public", at })
      for (const userId of [ann, bob]) member({ roomId: id, userId, role: "member", at })
    }
  })
  // Apart from the members, for whom all that comes with them is read.
  await writeInBulk(folder, async ({ user, room, message }) => {
    user({ id: ann, username: ann, avatar: null, at })
    for (const [id, count] of rooms) {
      room({ id, name: "Room", topic: "", visibility: "public", at })
      for (let n = 0; n < count; n++) {
        const said = { userId: ann, content: `Message ${n}`, at: at + n, editedAt: null, replyTo: undefined }
        message({ id: newMessageId(), roomId: id, ...said, reactions: [], mentions: n % 10 === 0 ? [bob] : [] })
      }
    }
  })
}

interface Opened extends AsyncDisposable {
  readonly store: ChatStore
}

async function markAndCount(opened: Opened, roomId: RoomId, seq: number, unread: number): Promise<void> {
  const marked = await granted(opened, { kind: "markRead", roomId, userId: bob, seq, marked: 0 })
  if (marked.standing.unread !== unread) throw new Error(`${marked.standing.unread} are unread, not ${unread}.`)
}

async function standing(opened: Opened, roomId: RoomId, readSeq: number, unread: number): Promise<void> {
  const [found] = await granted(opened, { kind: "standings", roomId, readers: [{ userId: bob, readSeq }] })
  if (found?.unread !== unread) throw new Error(`${found?.unread} are unread, not ${unread}.`)
}

type Act = () => Promise<void>

/** Microseconds of CPU for each time. */
async function inTurn(acts: Record<"small" | "large", Act>) {
  const samples = { small: [] as number[], large: [] as number[] }
  for (let round = -warmUpRounds; round < rounds; round++) {
    // Whichever is second also pays for what the first left behind.
    for (const key of round % 2 === 0 ? (["small", "large"] as const) : (["large", "small"] as const)) {
      const cpu = await cpuOf(acts[key])
      if (round >= 0) samples[key].push(cpu)
    }
  }
  return samples
}

async function cpuOf(act: Act): Promise<number> {
  const before = process.cpuUsage()
  for (let n = 0; n < timesPerRound; n += atOnce) await Promise.all(Array.from({ length: atOnce }, act))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / timesPerRound
}
