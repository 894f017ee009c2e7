/** The SQL of reactions. */
import type { Database } from "bun:sqlite"
import type { ReactionKey } from "../../chat/rules/working-set.ts"
import type { MessageId, UserId } from "../../contract/values.ts"
import { type ReactionChange, reactorsLoaded } from "../reactions.ts"

const ofMessage = "message = (SELECT pk FROM messages WHERE id = $messageId)"
const ofUser = "reactor = (SELECT pk FROM users WHERE id = $userId)"

export function reactionSql(db: Database) {
  const found = db.query(`SELECT 1 FROM reactions WHERE ${ofMessage} AND emoji = $emoji AND ${ofUser}`)
  const reactors = db.query<{ id: UserId }, { messageId: string; emoji: string; limit: number }>(
    `SELECT u.id FROM reactions AS r JOIN users AS u ON u.pk = r.reactor
     WHERE r.${ofMessage} AND r.emoji = $emoji ORDER BY r.pk LIMIT $limit`,
  )
  const keyOf = db.query<{ pk: number }, { messageId: string }>("SELECT pk FROM messages WHERE id = $messageId")
  const inserted = db.query("INSERT INTO reactions (message, emoji, reactor) VALUES ($message, $emoji, $user)")
  const removed = db.query("DELETE FROM reactions WHERE message = $message AND emoji = $emoji AND reactor = $user")
  const cleared = db.query(`DELETE FROM reactions WHERE ${ofMessage}`)
  return {
    has: ({ messageId, userId, emoji }: ReactionKey): boolean => found.get({ messageId, userId, emoji }) !== null,
    reactors: (messageId: MessageId, emoji: string): UserId[] =>
      reactors.all({ messageId, emoji, limit: reactorsLoaded }).map(({ id }) => id),
    change: ({ messageId, message, user, emoji, isOn }: ReactionChange): void => {
      const statement = isOn ? inserted : removed
      // A message of the same batch has its key by now, whichever of its states was written.
      statement.run({ message: message.pk || (keyOf.get({ messageId })?.pk ?? 0), user: user.pk, emoji })
    },
    /** For a deleted message. */
    clear: (messageId: MessageId): void => {
      cleared.run({ messageId })
    },
  }
}
