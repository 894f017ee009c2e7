/**
 * What servers say to each other about a room and about people, as it is sent on the bus. Anything else on the channel
 * is ignored: another epoch, another version, or foreign text.
 */
import type { ExitReason, Personal, RoomChange } from "../chat/neighbours.ts"
import type { Profile } from "../contract/people.ts"
import type { RoomId, UserId } from "../contract/values.ts"

/** One run of one server: each start has a new one. */
export type ServerId = string & { readonly __server: unique symbol }

export type Said =
  | { readonly kind: "changes"; readonly changes: readonly RoomChange[] }
  | { readonly kind: "entered"; readonly userId: UserId; readonly profile: Profile }
  | { readonly kind: "exited"; readonly userId: UserId; readonly reason: ExitReason }
  /** Everybody who is there with sessions of that server, and nobody else. */
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
  /** How far the sender's members had been told when it was said. */
  readonly told: number
  readonly said: Said
}

/** For news about people, independent of rooms. */
export const peopleChannel = "warren:people"
const prefix = "warren:room:"

export function channelOf(roomId: RoomId): string {
  return prefix + roomId
}

export function roomOf(channel: string): RoomId {
  return channel.slice(prefix.length) as RoomId
}

/** The beginning of every text that this server has written. */
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
