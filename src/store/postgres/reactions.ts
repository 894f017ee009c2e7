/** Reactions in JSON. */

import type { Page } from "../../chat/rules/found.ts"
import { mineOf, unclearTo } from "../../chat/rules/message-view.ts"
import type { Needs } from "../../chat/rules/working-set.ts"
import type { Message } from "../../contract/messages.ts"
import type { MessageId, UserId } from "../../contract/values.ts"
import type { Loader } from "../batch.ts"
import { type ReactionChange, reactorsLoaded } from "../reactions.ts"
import type { Connection } from "./connection.ts"

/** As warren_load gives it. */
export interface ReactionRow {
  readonly message: MessageId
  readonly emoji: string | null
  readonly user: UserId
  /** Those that the user has on. */
  readonly mine: readonly string[]
  /** The first users of the emoji. */
  readonly user_ids: readonly UserId[]
}

/** For warren_load. */
export function reactionWanted({ messageId, userId, emoji }: NonNullable<Needs["reactions"]>[number]) {
  return { message: messageId, emoji, user: userId, first: reactorsLoaded }
}

export function reactionsIn(rows: readonly ReactionRow[]): Pick<Loader, "hasReaction" | "reactors"> {
  const on = new Set(rows.flatMap(({ message, user, mine }) => mine.map((emoji) => keyOf(message, emoji, user))))
  const users = new Map(rows.map((row) => [keyOf(row.message, row.emoji ?? ""), row.user_ids]))
  return {
    hasReaction: ({ messageId, emoji, userId }) => on.has(keyOf(messageId, emoji, userId)),
    reactors: (messageId, emoji) => users.get(keyOf(messageId, emoji)) ?? [],
  }
}

/** Only the last change of each is written, in the order they were made. */
export function lastOfEach(changes: readonly ReactionChange[]): ReactionChange[] {
  const last = new Map<string, ReactionChange>()
  for (const change of changes) {
    const key = keyOf(change.messageId, change.emoji, change.userId)
    last.delete(key)
    last.set(key, change)
  }
  return [...last.values()]
}

/** For warren_write. */
export function reactionJson({ messageId, emoji, userId, isOn }: ReactionChange, place: number) {
  return { message: messageId, emoji, user: userId, is_on: isOn, place }
}

/** The reader's reactions on the messages of a page, where the messages do not show them. */
export async function readMine(
  connection: Connection,
  viewer: UserId | undefined,
  messages: readonly Message[],
): Promise<Pick<Page, "mine">> {
  const unclear = unclearTo(viewer, messages)
  if (viewer === undefined || unclear.length === 0) return {}
  const asked = unclear.map(({ messageId, emoji }) => ({ message: messageId, emoji }))
  const rows = await connection.run<{ messageId: MessageId; emoji: string }>(mineQuery, [JSON.stringify(asked), viewer])
  return mineOf(rows)
}

const mineQuery = `
  SELECT one.message AS "messageId", one.emoji
  FROM jsonb_to_recordset($1::text::jsonb) AS one (message uuid, emoji text COLLATE "C")
  JOIN messages AS m ON m.id = one.message
  JOIN users AS u ON u.id = $2
  JOIN reactions AS r ON r.message = m.pk AND r.emoji = one.emoji AND r.reactor = u.pk`

function keyOf(...parts: readonly string[]): string {
  return parts.join(" ")
}
