/**
 * The other servers, as the chat sees them: what it tells them of its own sessions, and
 * what it hears of theirs. Messages are not part of it: a store that several servers share
 * delivers those in their order.
 *
 * Another server is present in a room like a session of this one, under a name that no
 * socket has, so that one rule decides who comes and goes.
 */
import type { MessageChange } from "../contract/changes.ts"
import type { Message } from "../contract/messages.ts"
import type { Profile } from "../contract/people.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { Standing } from "./rules/found.ts"
import type { SessionId } from "./session.ts"
import type { Indicator } from "./typing.ts"

export type ExitReason = "leave" | "disconnect" | "removed" | "deleted"

/** One session's place in a room. */
export interface SessionPlace {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly sessionId: SessionId
}

export interface Neighbours {
  /** Also called for a session that was there already, whose profile may have changed. */
  readonly entered: (place: SessionPlace, profile: Profile) => void
  readonly exited: (place: SessionPlace, reason: ExitReason) => void
  /** From now on others see this of the user, in all rooms where sessions of this server are. */
  readonly described: (userId: UserId, profile: Profile) => void
  /** What this server's own members were told. */
  readonly typed: (indicator: Indicator, isTyping: boolean) => void
  /** Somebody is no longer a member, and has to leave the room on every server. */
  readonly evicted: (eviction: Eviction, reason: ExitReason) => void
  /** A room was deleted. */
  readonly emptied: (roomId: RoomId) => void
  /** What concerns people, independent of rooms. */
  readonly told: (personal: Personal) => void
  /** All who are online here. */
  readonly online: (userIds: readonly UserId[]) => void
}

/** A hint that something changed for people. Whoever hears it asks the store for the current state. */
export type Personal =
  /** Somebody became a member of a room, or their role or settings there changed. */
  | { readonly kind: "member" | "membership"; readonly userId: UserId; readonly roomId: RoomId }
  | { readonly kind: "left"; readonly userId: UserId; readonly roomId: RoomId; readonly reason: ExitReason }
  | { readonly kind: "room" | "deleted"; readonly roomId: RoomId }
  | { readonly kind: "profile"; readonly userId: UserId }
  /** The store learns of it later. */
  | { readonly kind: "read"; readonly userId: UserId; readonly roomId: RoomId; readonly standing: Standing }

export interface Eviction {
  readonly roomId: RoomId
  readonly userId: UserId
  /** Where the room's access stood then. */
  readonly accessRev: number
}

/** Of a server that has none. */
export const noNeighbours: Neighbours = {
  entered: () => {},
  exited: () => {},
  described: () => {},
  typed: () => {},
  evicted: () => {},
  emptied: () => {},
  told: () => {},
  online: () => {},
}

/** A message as a change has left it; without one it is new. */
export interface RoomChange {
  readonly message: Message
  readonly change?: MessageChange | undefined
}

/** News from elsewhere. */
export type News =
  /** A change in its place in the order, whichever server stored it. */
  | ({ readonly kind: "message" } & RoomChange)
  | { readonly kind: "entered"; readonly place: SessionPlace; readonly profile: Profile }
  | { readonly kind: "exited"; readonly place: SessionPlace; readonly reason: ExitReason }
  | { readonly kind: "evicted"; readonly eviction: Eviction; readonly reason: ExitReason }
  | { readonly kind: "emptied"; readonly roomId: RoomId }
  | { readonly kind: "typed"; readonly indicator: Indicator; readonly isTyping: boolean }
  | { readonly kind: "personal"; readonly personal: Personal }
  /** All who are online at another server. */
  | { readonly kind: "online"; readonly server: string; readonly userIds: readonly UserId[] }
