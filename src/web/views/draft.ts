/** What is being written in each room, kept until it is sent or the page is closed. */
import { type Signal, signal } from "@preact/signals-core"
import type { Room } from "../core/room.ts"

const drafts = new WeakMap<Room, Signal<string>>()

export function draftOf(room: Room): Signal<string> {
  const draft = drafts.get(room) ?? signal("")
  drafts.set(room, draft)
  return draft
}
