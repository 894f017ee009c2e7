/**
 * Tells people which of those they share a room with came online or went away. Their rooms
 * are read from the store, a few people at a time. Where more people hear of a room than a
 * crowd begins with, nobody is told, as with joining and leaving.
 */
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import { tellUser } from "./effects.ts"
import type { Change } from "./online.ts"
import { trying } from "./personal.ts"
import type { ChatParts } from "./request.ts"

/** People in one command: few enough that the commands behind it do not notice. */
const askedAtOnce = 50

interface Presences {
  readonly online: UserId[]
  readonly offline: UserId[]
}

/** Call it with each tick. */
export function tellOnline(chat: ChatParts, nowMs: number): void {
  const said = chat.online.takeSaid(nowMs)
  if (said !== undefined) chat.neighbours.online(said)
  const changed = chat.online.take(nowMs)
  if (changed.length > 0 && chat.inboxes.size > 0) tellNext(chat, changed, new Map())
}

function tellNext(chat: ChatParts, changed: readonly Change[], heard: Map<UserId, Presences>): void {
  const asked = changed.slice(0, askedAtOnce)
  const others = changed.slice(askedAtOnce)
  let waiting = asked.length
  const answered = () => {
    if (--waiting > 0) return
    if (others.length > 0) return tellNext(chat, others, heard)
    for (const [userId, presences] of heard) chat.later.push(tellUser(userId, "presence_updated", [presences]))
  }
  for (const change of asked) {
    const settled = (roomIds: readonly RoomId[] | ChatError) => {
      if (!(roomIds instanceof ChatError)) note(chat, change, roomIds, heard)
      answered()
    }
    const isAsked = trying(() => chat.ask({ kind: "roomIds", userId: change.userId }, settled, (found) => found))
    if (!isAsked) answered()
  }
}

function note(
  chat: ChatParts,
  { userId, isOnline }: Change,
  roomIds: readonly RoomId[],
  heard: Map<UserId, Presences>,
): void {
  const listeners = new Set<UserId>()
  for (const roomId of roomIds) {
    if (chat.inboxes.countOf(roomId) > limits.crowdedAbove) continue
    for (const listener of chat.inboxes.usersOf(roomId)) listeners.add(listener)
    if (listeners.size === chat.inboxes.heardCount) break
  }
  listeners.delete(userId)
  const kind = isOnline ? "online" : "offline"
  for (const listener of listeners) {
    const presences = heard.get(listener) ?? { online: [], offline: [] }
    presences[kind].push(userId)
    heard.set(listener, presences)
  }
}
