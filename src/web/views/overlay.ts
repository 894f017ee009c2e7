/** Which of the dialogs that can be opened from anywhere is open: one at a time. */
import { signal } from "@preact/signals"
import type { RoomMember } from "../core/belonging.ts"
import type { Room } from "../core/room.ts"
import type { Row } from "../core/rows.ts"
import type { Wanted } from "../core/searching.ts"
import type { Message } from "../core/wire.ts"

/** A row of a message that the room stored: what waits has no place yet. */
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
  /** To the room, or else to the team. */
  | { readonly kind: "invite"; readonly room?: Room }
  | { readonly kind: "newRoom"; readonly name: string }
  /** What can be done with a message, and what asks for more. */
  | { readonly kind: "message" | "react" | "delete"; readonly deed: Deed }

export const overlay = signal<Overlay | undefined>(undefined)

/** Messages that are searched for: beside the room where there is space, else over it. */
export const search = signal<Wanted | undefined>(undefined)

export function openOverlay(next: Overlay): void {
  overlay.value = next
}

/** What was opened from it stays. */
export function closeOverlay(shown: Overlay): void {
  if (overlay.value === shown) overlay.value = undefined
}
