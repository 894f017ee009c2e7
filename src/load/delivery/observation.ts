/**
 * What clients saw and were told, as one observer noted it.
 *
 * The order of the observations is that of the observer's own clock, across
 * clients: whatever stands before a request was known to somebody before the
 * server heard of it. Types are the contract's, as a client reads them.
 */
import type { ErrorCode } from "../../contract/errors.ts"
import type { ServerToClientEvents } from "../../contract/events.ts"

/** A message as it crossed the wire. */
export type Message = Parameters<ServerToClientEvents["message_received"]>[0]

/** One `send_message`: the same object in everything that is said of it, retries included. */
export interface Send {
  readonly roomId: string
  /** Left out, the content must be the only one of its kind. */
  readonly id?: string
  readonly content: string
}

/** What an `edit_message`, a `delete_message` or a `react` was answered with. */
interface Changed {
  readonly roomId: string
  readonly message: Message
}

/** A `history` (`joined`) or the answer to a `sync`. */
export interface Page {
  readonly joined: boolean
  readonly since?: number | undefined
  readonly rev: number
  readonly hasMore: boolean
  readonly reset?: true | undefined
  readonly messages: readonly Message[]
}

/** The answer to a `get_history`: the page before the `seq` `before`, or the latest one. */
export interface OlderPage {
  readonly before?: number
  readonly hasMore: boolean
  readonly messages: readonly Message[]
}

/**
 * `asked`: a join, a sync or a get_history left; it is answered by a `page`, an `older` page, or `denied`.
 * `left`: a leave was answered.
 * `cut`: the connection was lost, and with it every room and every answer that was still due.
 */
export type Observation = { readonly client: string } & (
  | { readonly kind: "asked" | "denied" | "left"; readonly roomId: string }
  | { readonly kind: "page"; readonly roomId: string; readonly page: Page }
  | { readonly kind: "older"; readonly roomId: string; readonly page: OlderPage }
  | { readonly kind: "live"; readonly message: Message }
  | { readonly kind: "sent"; readonly send: Send }
  | { readonly kind: "acked"; readonly send: Send; readonly message: Message; readonly duplicate?: boolean }
  | { readonly kind: "refused"; readonly send: Send; readonly code: ErrorCode }
  | { readonly kind: "changed"; readonly changed: Changed }
  | { readonly kind: "cut" }
)

/** Every message of each room, as read once all was quiet. */
export type Stored = ReadonlyMap<string, readonly Message[]>

/** What can be wrong with a delivery. */
export const anomalyKinds = {
  lost: "acked but not stored, or missed by a client that could tell",
  duplicated: "delivered twice, or stored twice",
  reordered: "delivered or stored in another order than it happened in",
  hole: "missed, and nothing the client saw could tell it so",
  phantom: "seen, but not stored; or stored, but never sent",
  stale: "told a state older than one already told",
  revived: "deleted, and there again",
} as const

export type AnomalyKind = keyof typeof anomalyKinds

export interface Anomaly {
  readonly kind: AnomalyKind
  readonly roomId: string
  /** Who noticed; absent when it is a matter of the store alone. */
  readonly client?: string
  readonly rev?: number
  readonly id?: string
  /** A sentence for people. */
  readonly detail: string
}
