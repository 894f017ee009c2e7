/**
 * What came of a request: facts for the edge to announce, in order, and the answer
 * to give after them. The domain says who is told what; only the edge emits.
 */
import type { Answer, ClientEvent, ServerEvent, ServerEventArgs } from "../contract/events.ts"
import type { RoomId } from "../contract/schemas.ts"
import type { SessionId } from "./session.ts"

type Told<Kind, E extends ServerEvent> = {
  [K in E]: { readonly kind: Kind; readonly event: K; readonly args: ServerEventArgs<K> }
}[E]

/** For every session in a room, or for all but one. */
export type Broadcast = Told<
  "broadcast",
  "message_received" | "message_updated" | "user_joined" | "user_left" | "user_typing"
> & {
  readonly roomId: RoomId
  readonly except?: SessionId
}

export type Fact =
  | Broadcast
  /** For the session that asked. */
  | Told<"reply", "room_created" | "history">
  /** From here on the session that asked hears the room's broadcasts, or no longer does. */
  | { readonly kind: "enter" | "exit"; readonly roomId: RoomId }

export interface Outcome<E extends ClientEvent> {
  readonly facts: readonly Fact[]
  readonly answer: Answer<E>
}
