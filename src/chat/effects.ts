/**
 * The result of a request: effects for the edge to carry out, in order, and the answer to
 * give after them. The domain decides who is told what; only the edge emits.
 */
import type { Answer, ClientEvent, ServerEvent, ServerEventArgs } from "../contract/events.ts"
import type { Json } from "../contract/json.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { SessionId } from "./session.ts"

export type Audience =
  /** Every session in the room, or all but one. */
  | { readonly kind: "room"; readonly roomId: RoomId; readonly except?: SessionId | undefined }
  /** Every session that hears what concerns this user. */
  | { readonly kind: "user"; readonly userId: UserId }
  | { readonly kind: "session"; readonly sessionId: SessionId }

export type Tell = {
  [E in ServerEvent]: {
    readonly kind: "tell"
    readonly audience: Audience
    readonly event: E
    readonly args: ServerEventArgs<E>
    /** A server that is stopping still tells this: it is already on disk, or answers the session's own request. */
    readonly isToldWhileStopping: boolean
  }
}[ServerEvent]

export type Effect =
  | Tell
  /** From here on the session hears what the audience is told, or no longer does. */
  | { readonly kind: "enter" | "exit"; readonly sessionId: SessionId; readonly audience: SharedAudience }
  /** For the log: something that the person who runs the server should know. */
  | Notice

export interface Notice {
  readonly kind: "notice"
  readonly name: string
  /** Names its properties in braces. */
  readonly text: string
  readonly properties: object
  /** Logged as information; otherwise as a warning. */
  readonly isInformation?: true
}

/** An audience that several sessions can belong to. */
export type SharedAudience = Exclude<Audience, { readonly kind: "session" }>

export interface Outcome<E extends ClientEvent, A = Answer<E>> {
  readonly effects: readonly Effect[]
  readonly answer: A
  /** If the answer is a page: roughly how many bytes of work it was. */
  readonly pageBytes?: number
}

/** Its answer may be encoded already. */
export type Granted<E extends ClientEvent> = Outcome<E, Answer<E> | Json<Answer<E>>>

export function tellRoom<E extends ServerEvent>(
  roomId: RoomId,
  event: E,
  args: ServerEventArgs<E>,
  {
    except,
    isToldWhileStopping = false,
  }: { readonly except?: SessionId | undefined; readonly isToldWhileStopping?: boolean } = {},
): Effect {
  return { kind: "tell", audience: { kind: "room", roomId, except }, event, args, isToldWhileStopping } as Tell
}

/** Only sockets that asked for it hear what concerns the user. */
export function tellUser<E extends ServerEvent>(userId: UserId, event: E, args: ServerEventArgs<E>): Effect {
  return { kind: "tell", audience: { kind: "user", userId }, event, args, isToldWhileStopping: true } as Tell
}

export function tellSession<E extends ServerEvent>(sessionId: SessionId, event: E, args: ServerEventArgs<E>): Effect {
  return { kind: "tell", audience: { kind: "session", sessionId }, event, args, isToldWhileStopping: true } as Tell
}
