/** The SQL of removing expired messages. Each statement follows an index, and reads only what it removes. */
import type { Database } from "bun:sqlite"
import type { QueryOf, QueryResults } from "../../chat/rules/queries.ts"
import { oldAmong } from "../../chat/rules/retention.ts"
import type { RoomId } from "../../contract/values.ts"

/** Rows in one step: some milliseconds of work. */
const pagesAtOnce = 64
/** Free pages that are kept: a file that grows again has to ask the disk for space each time. */
const pagesKept = 64

export const retentionQueries = {
  /** All rooms, or only those that keep messages for less time. */
  first: `SELECT pk, id, keep_days, (SELECT created_at FROM messages AS m WHERE m.room = r.pk AND m.seq > 0 ORDER BY m.seq LIMIT 1) AS first
    FROM rooms AS r WHERE pk > $after AND deleted_at IS NULL ORDER BY pk LIMIT $limit`,
  firstOfFew: `SELECT pk, id, keep_days, (SELECT created_at FROM messages AS m WHERE m.room = r.pk AND m.seq > 0 ORDER BY m.seq LIMIT 1) AS first
    FROM rooms AS r WHERE keep_days IS NOT NULL AND pk > $after AND deleted_at IS NULL ORDER BY pk LIMIT $limit`,
  oldest: "SELECT pk, seq, created_at FROM messages WHERE room = $room AND seq > 0 ORDER BY seq LIMIT $limit",
  /** Rows of deleted messages have negative numbers. */
  oldestDeleted: `SELECT pk, -m.seq AS seq, created_at FROM messages AS m
    WHERE m.room = $room AND m.seq < 0 ORDER BY m.seq DESC LIMIT $limit`,
  mentions: "DELETE FROM mentions WHERE room = $room AND seq = $seq",
} as const

/** Together with what belongs to the messages, of which a few have much: some milliseconds of work. */
const rowsAtOnce = 2_000

interface OldRow {
  readonly pk: number
  readonly seq: number
  readonly created_at: number
}

interface FirstRow {
  readonly pk: number
  readonly id: RoomId
  readonly keep_days: number | null
  readonly first: number | null
}

export function retentionSql(db: Database) {
  const firsts = (query: string) => db.query<FirstRow, { after: number; limit: number }>(query)
  const [first, firstOfFew] = [firsts(retentionQueries.first), firsts(retentionQueries.firstOfFew)]
  const oldest = [retentionQueries.oldest, retentionQueries.oldestDeleted].map((query) =>
    db.query<OldRow, { room: number; limit: number }>(query),
  )
  const removals = [
    db.query("DELETE FROM reactions WHERE message = $pk"),
    db.query("UPDATE files SET message = NULL, created_at = 0 WHERE message = $pk"),
    db.query("DELETE FROM messages WHERE pk = $pk"),
  ]
  const mentions = db.query(retentionQueries.mentions)
  const forgotten = db.query("UPDATE rooms SET forgotten = max(forgotten, $seq) WHERE pk = $room")
  const counted = db.query("UPDATE totals SET messages = messages - $messages")
  /** How many of them. */
  const removeFirst = (room: number, old: readonly OldRow[]): number => {
    let removed = 0
    for (let rows = 0; removed < old.length && rows < rowsAtOnce; removed++) {
      const { pk, seq } = old[removed] as OldRow
      rows += mentions.run({ room, seq }).changes
      for (const removal of removals) rows += removal.run({ pk }).changes
    }
    return removed
  }
  const free = db.query<{ freelist_count: number }, []>("PRAGMA freelist_count")
  return {
    oldRooms: ({ at, days, after, limit }: QueryOf<"oldRooms">): QueryResults["oldRooms"] => {
      const rows = (days === undefined ? firstOfFew : first).all({ after, limit })
      return { rooms: oldAmong(rows, { at, days }), next: rows.length < limit ? undefined : rows.at(-1)?.pk }
    },
    removeOld: ({ room, before, limit }: QueryOf<"removeOld">): QueryResults["removeOld"] => {
      const found = oldest.flatMap((query) => query.all({ room: room.pk, limit }))
      const rows = found.sort((a, b) => a.seq - b.seq).slice(0, limit)
      const old = rows.filter(({ created_at }) => created_at < before)
      const messages = removeFirst(room.pk, old)
      const lastSeq = old[messages - 1]?.seq ?? 0
      if (messages === 0) return { messages, lastSeq, hasMore: false }
      forgotten.run({ room: room.pk, seq: lastSeq })
      counted.run({ messages })
      return { messages, lastSeq, hasMore: messages < old.length || old.length === limit }
    },
    reclaim: (): QueryResults["reclaim"] => {
      if ((free.get()?.freelist_count ?? 0) <= pagesKept) return { hasMore: false }
      db.run(`PRAGMA incremental_vacuum(${pagesAtOnce})`)
      return { hasMore: (free.get()?.freelist_count ?? 0) > pagesKept }
    },
  }
}
