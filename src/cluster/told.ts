/** What the members of a room are told about a message: by the number of its change, and the one by which it came. */
import type { RoomChange } from "../chat/neighbours.ts"
import type { Page } from "../chat/rules/found.ts"
import type { MessageChange } from "../contract/changes.ts"
import type { Message } from "../contract/messages.ts"
import type { Change } from "./feed.ts"

export interface Told extends RoomChange, Change {}

export function toldOf(message: Message, change: MessageChange | undefined): Told {
  return { rev: message.rev, seq: message.seq, message, change }
}

/** The changes that a page shows, in its order: of several changes of a message, only the last. */
export function toldBy({ messages, changes }: Page): Told[] {
  return messages.map((message) => toldOf(message, changes?.get(message.rev)))
}
