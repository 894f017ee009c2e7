/** Which of the global dialogs is open: one at a time. */
import { signal } from "@preact/signals"
import type { RoomMember } from "../core/belonging.ts"
import type { Room } from "../core/room.ts"
import type { Row } from "../core/rows.ts"
import type { Wanted } from "../core/searching.ts"
import type { Message, SharedFile } from "../core/wire.ts"

/** A row of a stored message: unsent ones have no place yet. */
export interface Deed {
  readonly room: Room
  readonly row: Row
  readonly message: Message
}

type Overlay =
  | { readonly kind: "find" }
  | { readonly kind: "profile" }
  | { readonly kind: "settings" }
  | { readonly kind: "shortcuts" }
  | { readonly kind: "person"; readonly room: Room; readonly member: RoomMember }
  | { readonly kind: "addPeople"; readonly room: Room }
  | { readonly kind: "editRoom"; readonly room: Room }
  | { readonly kind: "account" }
  | { readonly kind: "admin" }
  /** To the room, if any, otherwise to the team. */
  | { readonly kind: "invite"; readonly room?: Room }
  | { readonly kind: "newRoom"; readonly name: string }
  /** The actions on a message, and those that ask for more. */
  | { readonly kind: "message" | "react" | "delete"; readonly deed: Deed }
  /** The pictures of a message. */
  | {
      readonly kind: "viewer"
      readonly room: Room
      readonly messageId: string
      readonly pictures: readonly SharedFile[]
      readonly first: number
    }

export const overlay = signal<Overlay | undefined>(undefined)

/** The search for messages: beside the room if there is space, else over it. */
export const search = signal<Wanted | undefined>(undefined)

export function openOverlay(next: Overlay): void {
  overlay.value = next
}

/** The room that a dialog is about, if it is about one. */
export function roomOf(shown: Overlay): Room | undefined {
  return "deed" in shown ? shown.deed.room : "room" in shown ? shown.room : undefined
}

/** Dialogs opened from it stay. */
export function closeOverlay(shown: Overlay): void {
  if (overlay.value === shown) overlay.value = undefined
}
