/**
 * What the index found, as people see it: read from the data itself, since the index may
 * be behind, and told only where the words are still there.
 */
import type { Found, FoundHits, Wanted } from "../chat/searcher.ts"
import type { MessageFeed } from "../store/feed.ts"
import { showing } from "./matches.ts"

export async function readHits(
  feed: Pick<MessageFeed, "told">,
  { messages, next }: Found,
  { query, before = Infinity, after = -Infinity }: Wanted,
): Promise<FoundHits> {
  if (messages.length === 0) return { hits: [], revs: new Map(), next }
  const ids = messages.map(({ id }) => id)
  const told = await feed.told(ids)
  const show = showing(query)
  const hits = told.messages.flatMap(({ message, roomName }) => {
    const at = Date.parse(message.createdAt)
    const shown = at < before && at > after ? show(message.content) : undefined
    return shown === undefined ? [] : [{ message, roomName, ...shown }]
  })
  return { hits, revs: told.revs, next }
}
