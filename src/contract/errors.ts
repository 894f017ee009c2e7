/**
 * Every way a request can fail, as clients see it. Codes are API: add new ones,
 * never rename. Whatever else is thrown is a bug, and clients see ERR_INTERNAL.
 */
export const errorMessages = {
  ERR_VALIDATION: "The payload does not match the contract.",
  ERR_UNKNOWN_EVENT: "There is no such event.",
  ERR_ROOM_NOT_FOUND: "There is no such room.",
  ERR_NOT_FOUND: "There is nothing under this id.",
  ERR_NOT_IN_ROOM: "Join the room first.",
  ERR_FORBIDDEN: "This connection joined the room as somebody else.",
  ERR_UNAUTHORIZED: "A valid token is needed.",
  ERR_CONFLICT: "This id already belongs to another message.",
  ERR_RATE_LIMITED: "Too many requests; try again after retryAfterMs.",
  ERR_TOO_LARGE: "The request is larger than 64 KiB.",
  ERR_BUSY: "The server is overloaded or stopping; try again with the same id.",
  ERR_STORAGE: "The server could not write; try again with the same id.",
  ERR_INTERNAL: "Something went wrong on the server.",
} as const

export type ErrorCode = keyof typeof errorMessages

/** What a client may be told beside the code and the message, where it helps. */
export interface ErrorDetails {
  readonly field?: string
  readonly roomId?: string
  readonly retryAfterMs?: number
}

export interface ChatErrorOptions extends ErrorOptions {
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
