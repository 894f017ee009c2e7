/**
 * A message, or a change of one, that may not be stored yet. Each has an id from the start and its place in one queue,
 * so an edit never comes before its message.
 */
import { isRecord, isString } from "./kept.ts"
import type { Refused } from "./sentence-of.ts"
import type { MessageType, Quote, SharedFile } from "./wire.ts"

interface Queued {
  readonly id: string
  /** When it was written, by this browser's clock; later than everything written before. */
  readonly atMs: number
  /** Why it was refused; without a reason it waits to be sent. */
  readonly refusal?: Refused
}

export interface Pending extends Queued {
  readonly type: MessageType
  readonly content: string
  /** Files that are on the server, or on their way there. */
  readonly files?: readonly SharedFile[] | undefined
  /** It is sent once these have arrived. */
  readonly awaitsFiles?: boolean | undefined
  /** The message it answers, as it was then. */
  readonly replyTo?: Quote | undefined
}

/** A change of a message. */
export type Wish =
  | { readonly change: "edit"; readonly content: string }
  | { readonly change: "delete" }
  | { readonly change: "react"; readonly emoji: string; readonly isOn: boolean }

export type PendingChange = Queued & Wish & { readonly messageId: string }

export const isChange = (queued: Pending | PendingChange): queued is PendingChange => "change" in queued

/** Whether the second change makes the first one needless. */
export function isSuperseded(earlier: PendingChange, { messageId, ...later }: Wish & { messageId: string }): boolean {
  if (earlier.messageId !== messageId) return false
  if (later.change === "delete") return true
  if (later.change === "edit") return earlier.change === "edit"
  return earlier.change === "react" && earlier.emoji === later.emoji
}

/** Anybody may have written to the storage. */
export function isQueued(value: unknown): value is Pending | PendingChange {
  if (!isRecord(value)) return false
  const { id, atMs, refusal } = value
  const isInOrder = isString(id) && Number.isFinite(atMs) && (refusal === undefined || isRefused(refusal))
  return isInOrder && ("change" in value ? isWish(value) && isString(value["messageId"]) : isMessage(value))
}

function isRefused(value: unknown): boolean {
  return isString(value) || (isRecord(value) && isString(value["code"]))
}

function isMessage({ type, content, files, replyTo }: Record<string, unknown>): boolean {
  const isText = isString(content) && (type === "text" || type === "image")
  return isText && (files === undefined || Array.isArray(files)) && (replyTo === undefined || isQuote(replyTo))
}

function isWish({ change, content, emoji, isOn }: Record<string, unknown>): boolean {
  if (change === "edit") return isString(content)
  return change === "delete" || (change === "react" && isString(emoji) && typeof isOn === "boolean")
}

export function isQuote(value: unknown): value is Quote {
  if (!isRecord(value)) return false
  const { id, seq, userId, username, excerpt } = value
  return Number.isSafeInteger(seq) && [id, userId, username, excerpt].every(isString)
}
