/**
 * A server's data is accepted as Warren's only if it has the right shape: a load may be
 * pointed at any server, and a wrong one must end in a sentence.
 *
 * Only what is used here is checked, so a load is cheap and a later Warren may send more.
 */

import type { ServerEventArgs } from "../contract/events.ts"
import type { Failure } from "../contract/refusals.ts"
import type { Message } from "./delivery/observation.ts"

/** No valid id, name or reason is longer. */
const textLengthMax = 1_000

export function isMessage(value: unknown): value is Message {
  return (
    isRecord(value) &&
    isText(value["id"]) &&
    isText(value["roomId"]) &&
    isText(value["userId"]) &&
    isCount(value["seq"]) &&
    isCount(value["rev"]) &&
    typeof value["content"] === "string" &&
    isText(value["createdAt"])
  )
}

export function isPage(value: unknown): value is { messages: Message[]; hasMore: boolean } {
  return (
    isRecord(value) &&
    Array.isArray(value["messages"]) &&
    value["messages"].every(isMessage) &&
    typeof value["hasMore"] === "boolean"
  )
}

export function isHistory(args: readonly unknown[]): args is ServerEventArgs<"history"> {
  const [messages, info] = args
  if (info === undefined) return isPage({ messages, hasMore: false })
  return isRecord(info) && isText(info["roomId"]) && isCount(info["rev"]) && isPage({ ...info, messages })
}

export function isRoom(value: unknown): value is { id: string } {
  return isRecord(value) && isText(value["id"])
}

/** A granting answer, perhaps with more fields. */
export function isGranted(value: unknown): value is { ok: true } & Record<string, unknown> {
  return isRecord(value) && value["ok"] === true
}

export function isFailure(value: unknown): value is Failure {
  if (!isRecord(value) || value["ok"] !== false || !isRecord(value["error"])) return false
  const { code, message, retryAfterMs } = value["error"]
  const isTime = retryAfterMs === undefined || isCount(retryAfterMs)
  return typeof code === "string" && /^ERR_[A-Z_]{1,40}$/.test(code) && isText(message) && isTime
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= textLengthMax
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
