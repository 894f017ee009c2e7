/**
 * Hits as people see them: read from the data itself, since the index may be outdated, kept
 * only if the words are still there, and encoded as the answer.
 */
import { writeCursor } from "../chat/cursor.ts"
import { seenBy, unclearTo } from "../chat/rules/message-view.ts"
import type { Found, FoundHits, SearchAnswer, Wanted } from "../chat/searcher.ts"
import type { Hit } from "../contract/search.ts"
import type { RoomId } from "../contract/values.ts"
import type { MessageFeed, Told } from "../store/feed.ts"
import { showing } from "./matches.ts"

const nothing: Told = { messages: [], revs: new Map() }

export async function readHits(
  feed: Pick<MessageFeed, "told">,
  { messages, next }: Found,
  { query, viewer, otherViewers, before = Infinity, after = -Infinity }: Wanted,
): Promise<FoundHits> {
  const told = messages.length === 0 ? nothing : await feed.told(messages.map(({ id }) => id))
  const show = showing(query)
  const others = new Map(otherViewers)
  const hits: Hit[] = []
  const seqs = new Map<RoomId, number[]>()
  let isUnclear = false
  for (const { message, roomName } of told.messages) {
    const at = Date.parse(message.createdAt)
    const shown = at < before && at > after ? show(message.content) : undefined
    if (shown === undefined) continue
    const { roomId, seq, replyTo } = message
    const by = others.get(roomId) ?? viewer
    isUnclear ||= unclearTo(by, [message]).length > 0
    hits.push({ message: by === undefined ? message : seenBy(message, by), roomName, ...shown })
    seqs.set(roomId, [...(seqs.get(roomId) ?? []), seq, ...(replyTo ? [replyTo.seq] : [])])
  }
  const answer: SearchAnswer = { ok: true, hits, ...(next !== undefined && { cursor: writeCursor(next) }) }
  const read = [...seqs].map(([roomId, seqs]) => ({ roomId, rev: told.revs.get(roomId) ?? 0, seqs }))
  return { answer: JSON.stringify(answer), count: hits.length, read, isUnclear }
}
