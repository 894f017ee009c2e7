/**
 * What a store holds, small enough to compare: for each room how many messages and the sum
 * of their hashes, which is the same in whatever order they are read; and one for the
 * rooms and users themselves.
 */
import type { Counts } from "../../chat/store.ts"
import type { Source, Target } from "./sides.ts"
import { files, keyOf, messages, type Row, reactions, roomOf, rooms, rowsAtOnce, type Table, users } from "./tables.ts"

class Sum {
  count = 0
  #hashes = 0n

  add(row: Row): void {
    this.count++
    this.#hashes = BigInt.asUintN(64, this.#hashes + Bun.hash.wyhash(JSON.stringify(row)))
  }

  toString(): string {
    return `${this.count}:${this.#hashes}`
  }
}

export interface Fingerprint {
  readonly rooms: Sum
  readonly users: Sum
  readonly files: Sum
  readonly reactions: Sum
  /** By the key of their room. */
  readonly messages: ReadonlyMap<number, Sum>
}

export async function fingerprint(
  side: Source | Target,
  signal: AbortSignal,
  onRead: (messages: number) => void,
): Promise<Fingerprint> {
  const [roomSum, userSum, fileSum, reactionSum] = [new Sum(), new Sum(), new Sum(), new Sum()]
  const inRooms = new Map<number, Sum>()
  for await (const row of allRows(side, rooms, signal)) {
    roomSum.add(row)
    inRooms.set(keyOf(row), new Sum())
  }
  for await (const row of allRows(side, users, signal)) userSum.add(row)
  for await (const row of allRows(side, files, signal)) fileSum.add(row)
  for await (const row of allRows(side, reactions, signal)) reactionSum.add(row)
  for await (const row of allRows(side, messages, signal, onRead)) {
    const sum = inRooms.get(roomOf(row)) ?? new Sum()
    sum.add(row)
    inRooms.set(roomOf(row), sum)
  }
  return { rooms: roomSum, users: userSum, files: fileSum, reactions: reactionSum, messages: inRooms }
}

/** What differs, in words; nothing when both hold the same, and as much as the counters say. */
export function compare(here: Fingerprint, there: Fingerprint, counts: Counts): string | undefined {
  const count = [...here.messages.values()].reduce((sum, { count }) => sum + count, 0)
  if (count !== counts.messages || here.rooms.count !== counts.rooms)
    return `its counters say ${counts.rooms} rooms and ${counts.messages} messages, and there are ${here.rooms.count} and ${count}`
  if (`${here.rooms}` !== `${there.rooms}`) return "the rooms or their counters differ"
  if (`${here.users}` !== `${there.users}`) return "the users differ"
  if (`${here.files}` !== `${there.files}`) return "what is known of files differs"
  if (`${here.reactions}` !== `${there.reactions}`) return "the reactions differ"
  const differing = [...here.messages].filter(([room, sum]) => `${sum}` !== `${there.messages.get(room)}`)
  return differing.length === 0 ? undefined : `the messages of ${differing.length} rooms differ`
}

async function* allRows(
  side: Source | Target,
  table: Table,
  signal: AbortSignal,
  onRead: (rows: number) => void = () => {},
): AsyncGenerator<Row> {
  let last = 0
  for (;;) {
    signal.throwIfAborted()
    const rows = await side.rows(table, last, rowsAtOnce)
    if (rows.length === 0) return
    yield* rows
    last = keyOf(rows.at(-1))
    onRead(rows.length)
  }
}
