/**
 * Every way a request can fail, as clients see it. Codes are API: add new ones,
 * never rename. Whatever else is thrown is a bug, and clients see ERR_INTERNAL.
 */
import { limitInWords } from "./limit-words.ts"

export const errorMessages = {
  ERR_VALIDATION: "The payload does not match the contract.",
  ERR_UNKNOWN_EVENT: "Unknown event.",
  ERR_ROOM_NOT_FOUND: "Room not found.",
  ERR_NOT_FOUND: "Not found.",
  ERR_NOT_IN_ROOM: "Join the room first.",
  ERR_FORBIDDEN: "You may not do this.",
  ERR_UNAUTHORIZED: "A valid token is needed.",
  ERR_CONFLICT: "This id already belongs to another message.",
  ERR_RATE_LIMITED: "Too many requests; try again after retryAfterMs.",
  ERR_TOO_LARGE: `The request is larger than ${limitInWords("requestBytesMax")}.`,
  ERR_BUSY: "The server is overloaded or stopping; try again with the same id.",
  ERR_STORAGE: "The server could not write; try again with the same id.",
  ERR_INTERNAL: "Something went wrong on the server.",
} as const

/** What a client does about each. */
export const remedies: Readonly<Record<ErrorCode, string>> = {
  ERR_VALIDATION: "Correct what `field` names, by the rule in `message`. The same request fails again.",
  ERR_UNKNOWN_EVENT: "Check the event's name; an older server may not know it yet.",
  ERR_ROOM_NOT_FOUND: "Check the room's id. The server has no such room.",
  ERR_NOT_FOUND:
    "What `field` names is not there, or not yours, or no longer. For a namespace it comes with `connect_error`, as `data.code`: connect to `/`.",
  ERR_NOT_IN_ROOM:
    "Join the room on this connection, which also makes a member, and try again. A lost connection leaves all rooms: rejoin in the handshake.",
  ERR_FORBIDDEN:
    "`message` says what is missing: a role in the room, being who wrote it, a setting of the server, or, with `field` `userId`, the connection's own user. The same request fails again until that changes.",
  ERR_UNAUTHORIZED:
    "Get a fresh token, or sign in again, and connect. It comes with `connect_error`, as `data.code`, and to whatever a session asks as it ends.",
  ERR_CONFLICT:
    "What `field` names is taken: choose another `id` (this one is another message's) or `login`, or upload the file again.",
  ERR_RATE_LIMITED: "Wait `retryAfterMs`, then try again with the same `id`.",
  ERR_TOO_LARGE: `Send less at once: a request has at most ${limitInWords("requestBytesMax")}.`,
  ERR_BUSY: "Wait a moment and try again with the same `id`. The request may have been carried out.",
  ERR_STORAGE:
    "Wait a moment and try again with the same `id`. The request may have been carried out; the server recovers by itself.",
  ERR_INTERNAL: "Report it, with the time: it is a bug of the server, whose log has the cause.",
}

export type ErrorCode = keyof typeof errorMessages

/** What a client may be told beside the code and the message, where it helps. */
export interface ErrorDetails {
  readonly field?: string
  readonly roomId?: string
  readonly retryAfterMs?: number
}

interface ChatErrorOptions extends ErrorOptions {
  /** Says more than the catalogue's sentence. It reaches the client: no path, no stack. */
  readonly message?: string
  readonly details?: ErrorDetails
}

/** An expected failure: thrown by a check, or handed out as the outcome of one entry of the store's queue. */
export class ChatError extends Error {
  override readonly name = "ChatError"
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, { message = errorMessages[code], details = {}, ...options }: ChatErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.details = details
  }
}
