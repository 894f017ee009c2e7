/**
 * A summary of what a store holds, small enough to compare: for each room the number of
 * messages and the sum of their hashes, which does not depend on the order, and one sum for
 * each other table.
 */
import type { Counts } from "../../chat/store.ts"
import type { Source, Target } from "./sides.ts"
import { allTables, keyOf, messages, type Row, roomOf, rooms, rowsAtOnce, type Table } from "./tables.ts"

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

interface Fingerprint {
  readonly tables: ReadonlyMap<Table, Sum>
  /** By the key of their room. */
  readonly messages: ReadonlyMap<number, Sum>
}

export async function fingerprint(
  side: Source | Target,
  signal: AbortSignal,
  onRead: (messages: number) => void,
): Promise<Fingerprint> {
  const [tables, inRooms] = [new Map<Table, Sum>(), new Map<number, Sum>()]
  for (const table of allTables) {
    if (table === messages) continue
    const sum = new Sum()
    tables.set(table, sum)
    for await (const row of allRows(side, table, signal)) sum.add(row)
  }
  for await (const row of allRows(side, messages, signal, onRead)) {
    const sum = inRooms.get(roomOf(row)) ?? new Sum()
    sum.add(row)
    inRooms.set(roomOf(row), sum)
  }
  return { tables, messages: inRooms }
}

/** What differs, in words; nothing when both hold the same, and as much as their counters say. */
export function compare(here: Fingerprint, there: Fingerprint, counts: Counts): string | undefined {
  const count = [...here.messages.values()].reduce((sum, { count }) => sum + count, 0)
  const roomCount = here.tables.get(rooms)?.count
  if (count !== counts.messages || roomCount !== counts.rooms)
    return `its counters say ${counts.rooms} rooms and ${counts.messages} messages, and there are ${roomCount} and ${count}`
  for (const [table, sum] of here.tables)
    if (`${sum}` !== `${there.tables.get(table)}`) return `the ${table.name} differ`
  // Of either side, since one of them may have messages in a room that is empty at the other.
  const inRooms = new Set([...here.messages.keys(), ...there.messages.keys()])
  const differing = [...inRooms].filter((room) => `${here.messages.get(room)}` !== `${there.messages.get(room)}`)
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
