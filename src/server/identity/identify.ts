/** Who a connection is, and how it is identified. */
import type { Identity } from "../../chat/session.ts"
import { ChatError } from "../../contract/errors.ts"

/** What a client says of itself when it connects. */
export interface Handshake {
  readonly token: unknown
  /** The headers of a browser that sent a cookie. */
  readonly header: (name: string) => string | null
}

/** Throws ERR_UNAUTHORIZED with a message for the client; any other error means that it cannot be checked now. */
export type Identify = (handshake: Handshake) => Promise<TokenIdentity>

/** Who a token says its connection is. */
export interface TokenIdentity extends Identity {
  /** When the token expires, leeway included; milliseconds since the epoch. */
  readonly expiresMs: number
}

/** The token of an HTTP request, in `Authorization`. */
export function bearerIn(headers: Headers): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1]
}

/**
 * No credentials were sent, so there is nothing to refuse: everybody who has not signed in opens the page like this.
 */
export class NothingShown extends ChatError {
  constructor(message: string) {
    super("ERR_UNAUTHORIZED", { message })
  }
}
