/** The SQL of removing what is too old. Each statement follows an index, and none looks further than it removes. */
import type { Database } from "bun:sqlite"
import type { Query, QueryResults } from "../../chat/rules/queries.ts"
import { oldAmong } from "../../chat/rules/retention.ts"
import type { RoomId } from "../../contract/values.ts"

/** Some milliseconds' work. */
const pagesAtOnce = 64
/** Kept for what comes next, as a file that grows again asks the disk for space each time. */
const pagesKept = 64

export const retentionQueries = {
  /** Of all rooms, and of those only that keep less. */
  first: `SELECT pk, id, keep_days, (SELECT created_at FROM messages AS m WHERE m.room = r.pk AND m.seq > 0 ORDER BY m.seq LIMIT 1) AS first
    FROM rooms AS r WHERE pk > $after AND deleted_at IS NULL ORDER BY pk LIMIT $limit`,
  firstOfFew: `SELECT pk, id, keep_days, (SELECT created_at FROM messages AS m WHERE m.room = r.pk AND m.seq > 0 ORDER BY m.seq LIMIT 1) AS first
    FROM rooms AS r WHERE keep_days IS NOT NULL AND pk > $after AND deleted_at IS NULL ORDER BY pk LIMIT $limit`,
  oldest: "SELECT pk, seq, created_at FROM messages WHERE room = $room AND seq > 0 ORDER BY seq LIMIT $limit",
  /** What is left of those that were deleted lies at negative numbers. */
  tombstones: "DELETE FROM messages WHERE room = $room AND seq < 0 AND seq >= -$seq",
} as const

interface FirstRow {
  readonly pk: number
  readonly id: RoomId
  readonly keep_days: number | null
  readonly first: number | null
}

export function retentionSql(db: Database) {
  const firsts = (query: string) => db.query<FirstRow, { after: number; limit: number }>(query)
  const [first, firstOfFew] = [firsts(retentionQueries.first), firsts(retentionQueries.firstOfFew)]
  const oldest = db.query<{ pk: number; seq: number; created_at: number }, { room: number; limit: number }>(
    retentionQueries.oldest,
  )
  const removals = [
    db.query("DELETE FROM reactions WHERE message = $pk"),
    db.query("UPDATE files SET message = NULL, created_at = 0 WHERE message = $pk"),
    db.query("DELETE FROM messages WHERE pk = $pk"),
  ]
  const mentions = db.query("DELETE FROM mentions WHERE room = $room AND seq <= $seq")
  const tombstones = db.query(retentionQueries.tombstones)
  const forgotten = db.query("UPDATE rooms SET forgotten = max(forgotten, $seq) WHERE pk = $room")
  const counted = db.query("UPDATE totals SET messages = messages - $messages")
  const free = db.query<{ freelist_count: number }, []>("PRAGMA freelist_count")
  return {
    oldRooms: ({ at, days, after, limit }: Query & { readonly kind: "oldRooms" }): QueryResults["oldRooms"] => {
      const rows = (days === undefined ? firstOfFew : first).all({ after, limit })
      return { rooms: oldAmong(rows, { at, days }), next: rows.length < limit ? undefined : rows.at(-1)?.pk }
    },
    removeOld: ({ room, before, limit }: Query & { readonly kind: "removeOld" }): QueryResults["removeOld"] => {
      const rows = oldest.all({ room: room.pk, limit }).filter(({ created_at }) => created_at < before)
      const lastSeq = rows.at(-1)?.seq ?? 0
      if (lastSeq === 0) return { messages: 0, lastSeq, hasMore: false }
      for (const { pk } of rows) for (const removal of removals) removal.run({ pk })
      const deleted = tombstones.run({ room: room.pk, seq: lastSeq }).changes
      mentions.run({ room: room.pk, seq: lastSeq })
      forgotten.run({ room: room.pk, seq: lastSeq })
      counted.run({ messages: rows.length + deleted })
      return { messages: rows.length, lastSeq, hasMore: rows.length === limit }
    },
    reclaim: (): QueryResults["reclaim"] => {
      if ((free.get()?.freelist_count ?? 0) <= pagesKept) return { hasMore: false }
      db.run(`PRAGMA incremental_vacuum(${pagesAtOnce})`)
      return { hasMore: (free.get()?.freelist_count ?? 0) > pagesKept }
    },
  }
}
