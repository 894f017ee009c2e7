/**
 * Whose request it is, when a token says who its connection is. What the token says is
 * filled in before the payload meets its schema, so the schemas need not know of tokens;
 * what the payload says in spite of it is refused.
 */
import { memberOf, type Session } from "../../chat/session.ts"
import { ChatError } from "../../contract/errors.ts"
import type { ClientEvent, Request } from "../../contract/events.ts"
import type { Identity } from "../identity/tokens.ts"

/** The payload with what the token says of its sender. A field that an event does not have is ignored there. */
export function claimedBy(identity: Identity | undefined, payload: unknown): unknown {
  if (identity === undefined || typeof payload !== "object" || payload === null) return payload
  const { userId, username, avatar } = identity
  return {
    ...payload,
    userId: ("userId" in payload ? payload.userId : undefined) ?? userId,
    ...(username !== undefined && { username }),
    ...(avatar !== undefined && { avatar }),
  }
}

/** Throws ERR_FORBIDDEN for a request in another user's name, or ERR_NOT_IN_ROOM where that is the earlier reason. */
export function checkClaim(
  identity: Identity | undefined,
  event: ClientEvent,
  request: Request<ClientEvent>,
  session: Session,
): void {
  if (identity === undefined || !("userId" in request) || request.userId === identity.userId) return
  const isForMembers = event === "send_message" || event === "typing"
  if (isForMembers && "roomId" in request) memberOf(session, request.roomId)
  const message = "The token of this connection is another user's."
  throw new ChatError("ERR_FORBIDDEN", { message, details: { field: "userId" } })
}
