/** The SQL of mentions: whom each message mentions, so that unread mentions can be counted. */
import type { Database } from "bun:sqlite"
import { mentionedBy } from "../../chat/rules/mentions.ts"
import type { MessageRecord } from "../../chat/rules/working-set.ts"

/** Everybody in the room. */
export const everybody = 0

export function mentionSql(db: Database) {
  const cleared = db.query("DELETE FROM mentions WHERE room = $room AND seq = $seq")
  const inserted = db.query(
    `INSERT INTO mentions (room, mentioned, seq)
     VALUES ($room, coalesce((SELECT pk FROM users WHERE id = $userId), ${everybody}), $seq)`,
  )
  return {
    /** Replaces whom it mentioned before. */
    write: (message: MessageRecord): void => {
      const place = { room: message.room.pk, seq: message.seq }
      if (message.rev !== message.seq) cleared.run(place)
      for (const userId of mentionedBy(message)) inserted.run({ ...place, userId })
    },
  }
}
