/**
 * What servers say to each other of a room, and of people, as it stands on the bus. Whatever else comes
 * by its channel is no news: another life of the data, another version, somebody's text.
 */
import type { ExitReason, Personal, RoomChange } from "../chat/neighbours.ts"
import type { Profile } from "../contract/people.ts"
import type { RoomId, UserId } from "../contract/values.ts"

/** One run of one server: it begins anew with each start. */
export type ServerId = string & { readonly __server: unique symbol }

export type Said =
  | { readonly kind: "changes"; readonly changes: readonly RoomChange[] }
  | { readonly kind: "entered"; readonly userId: UserId; readonly profile: Profile }
  | { readonly kind: "exited"; readonly userId: UserId; readonly reason: ExitReason }
  /** All who are there by sessions of that server, and nobody else. */
  | { readonly kind: "here"; readonly people: readonly (readonly [UserId, Profile])[] }
  /** No member any more. */
  | { readonly kind: "evicted"; readonly userId: UserId; readonly accessRev: number; readonly reason: ExitReason }
  /** The room was deleted. */
  | { readonly kind: "emptied" }
  | { readonly kind: "typed"; readonly userId: UserId; readonly sessionId: string; readonly isTyping: boolean }
  /** On the channel that all servers hear. */
  | { readonly kind: "personal"; readonly personal: Personal }
  | { readonly kind: "online"; readonly userIds: readonly UserId[] }

interface Letter {
  readonly server: ServerId
  readonly epoch: string
  /** What the sender's members had been told of when it was said. */
  readonly told: number
  readonly said: Said
}

/** For what concerns people, whatever rooms their sockets are in. */
export const peopleChannel = "warren:people"
const prefix = "warren:room:"

export function channelOf(roomId: RoomId): string {
  return prefix + roomId
}

export function roomOf(channel: string): RoomId {
  return channel.slice(prefix.length) as RoomId
}

/** Begins what this server has written itself. */
export function ownStart(server: ServerId): string {
  return `{"v":1,"server":"${server}"`
}

export function write({ server, epoch, told, said }: Letter): string {
  return JSON.stringify({ v: 1, server, epoch, told, said })
}

export function read(text: string): Letter | undefined {
  try {
    const { v, ...letter } = JSON.parse(text)
    return v === 1 && typeof letter.said?.kind === "string" ? letter : undefined
  } catch {
    return undefined
  }
}
