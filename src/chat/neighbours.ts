/**
 * The servers beside this one, as the chat knows them: what it says to them of its own
 * sessions, and what it hears of theirs. Messages are no part of it, since a store that
 * several servers share hands each of them out in its place.
 *
 * Another server is present in a room like a session of this one, under a name that no
 * socket has, so that who comes and who goes is decided by one and the same rule.
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
  /** Also for a session that was there before, and may have another profile now. */
  readonly entered: (place: SessionPlace, profile: Profile) => void
  readonly exited: (place: SessionPlace, reason: ExitReason) => void
  /** Where sessions of this server are, that is what others see of the user from now on. */
  readonly described: (userId: UserId, profile: Profile) => void
  /** What this server's own members were told. */
  readonly typed: (indicator: Indicator, isTyping: boolean) => void
  /** Somebody is no member any more, and to be put out of the room wherever they are. */
  readonly evicted: (eviction: Eviction, reason: ExitReason) => void
  /** A room was deleted. */
  readonly emptied: (roomId: RoomId) => void
  /** What concerns people, whatever rooms their sockets are in. */
  readonly told: (personal: Personal) => void
  /** All who are online here. */
  readonly online: (userIds: readonly UserId[]) => void
}

/** A hint of what changed for people: how it is now, whoever hears it asks the store. */
export type Personal =
  /** A room became somebody's own, or what they are there changed. */
  | { readonly kind: "member" | "membership"; readonly userId: UserId; readonly roomId: RoomId }
  | { readonly kind: "left"; readonly userId: UserId; readonly roomId: RoomId; readonly reason: ExitReason }
  | { readonly kind: "room" | "deleted"; readonly roomId: RoomId }
  | { readonly kind: "profile"; readonly userId: UserId }
  /** Which the store learns of later. */
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

/** What became known from elsewhere. */
export type News =
  /** A change in its place, whoever stored it. */
  | ({ readonly kind: "message" } & RoomChange)
  | { readonly kind: "entered"; readonly place: SessionPlace; readonly profile: Profile }
  | { readonly kind: "exited"; readonly place: SessionPlace; readonly reason: ExitReason }
  | { readonly kind: "evicted"; readonly eviction: Eviction; readonly reason: ExitReason }
  | { readonly kind: "emptied"; readonly roomId: RoomId }
  | { readonly kind: "typed"; readonly indicator: Indicator; readonly isTyping: boolean }
  | { readonly kind: "personal"; readonly personal: Personal }
  /** All who are online at another server. */
  | { readonly kind: "online"; readonly server: string; readonly userIds: readonly UserId[] }
