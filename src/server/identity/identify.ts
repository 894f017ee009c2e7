/** Who a connection is, and by what it is known. */
import type { Identity } from "../../chat/session.ts"
import { ChatError } from "../../contract/errors.ts"

/** What a client says of itself when it connects. */
export interface Handshake {
  readonly token: unknown
  /** Of what a browser sends, where it sent a cookie. */
  readonly header: (name: string) => string | null
}

/** Throws ERR_UNAUTHORIZED, with a message for the client; anything else means that it cannot be checked now. */
export type Identify = (handshake: Handshake) => Promise<TokenIdentity>

/** Who a token says its connection is. */
export interface TokenIdentity extends Identity {
  /** From then on the token is not valid, leeway included; milliseconds since the epoch. */
  readonly expiresMs: number
}

/** The token of a request over HTTP, in `Authorization`. */
export function bearerIn(headers: Headers): string | undefined {
  return /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1]
}

/** Nothing was shown that could be refused: so the page is opened by everybody who has not signed in yet. */
export class NothingShown extends ChatError {
  constructor(message: string) {
    super("ERR_UNAUTHORIZED", { message })
  }
}
