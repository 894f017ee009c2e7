/**
 * Two tables collected from the nouns: the requests of clients with their answers, and the
 * events of the server. The Socket.IO event maps are inferred from them.
 */
import type * as v from "valibot"
import * as accounts from "./accounts.ts"
import * as changes from "./changes.ts"
import type { ErrorCode } from "./errors.ts"
import * as files from "./files.ts"
import * as invites from "./invites.ts"
import * as members from "./members.ts"
import * as messages from "./messages.ts"
import * as moderation from "./moderation.ts"
import * as myRooms from "./my-rooms.ts"
import * as owning from "./owning.ts"
import * as passkeys from "./passkeys.ts"
import * as people from "./people.ts"
import * as refusals from "./refusals.ts"
import * as rooms from "./rooms.ts"
import * as search from "./search.ts"
import * as server from "./server.ts"
import * as sessions from "./sessions.ts"
import * as users from "./users.ts"

/** Errors that any request may be answered with. */
export const generalErrors = [
  "ERR_VALIDATION",
  "ERR_UNAUTHORIZED",
  "ERR_RATE_LIMITED",
  "ERR_TOO_LARGE",
  "ERR_BUSY",
  "ERR_INTERNAL",
] as const satisfies readonly ErrorCode[]

/** By what they are about, in the order in which somebody who reads the documents comes to them. */
export const topics = {
  Rooms: { ...rooms.requests, ...owning.requests },
  Messages: { ...messages.requests, ...changes.requests, ...search.requests },
  "Who is here": people.requests,
  Members: { ...members.requests, ...moderation.requests },
  "One's own rooms": myRooms.requests,
  People: users.requests,
  "One's account": { ...sessions.requests, ...passkeys.requests },
  Administration: { ...invites.requests, ...accounts.requests, ...server.requests },
}

export const clientEvents = {
  ...topics.Rooms,
  ...topics.Messages,
  ...topics["Who is here"],
  ...topics.Members,
  ...topics["One's own rooms"],
  ...topics.People,
  ...topics["One's account"],
  ...topics.Administration,
}

export const serverEvents = {
  ...rooms.events,
  ...myRooms.events,
  ...messages.events,
  ...changes.events,
  ...people.events,
  ...users.events,
  ...refusals.events,
}

/** The objects that several of them share. */
export const objects = {
  ...rooms.objects,
  ...members.objects,
  ...moderation.objects,
  ...myRooms.objects,
  ...messages.objects,
  ...changes.objects,
  ...people.objects,
  ...users.objects,
  ...sessions.objects,
  ...passkeys.objects,
  ...invites.objects,
  ...accounts.objects,
  ...server.objects,
  ...files.objects,
  ...refusals.objects,
  ...search.objects,
}

export type ClientEvent = keyof typeof clientEvents
export type ServerEvent = keyof typeof serverEvents

/** A request as the server works with it: validated, with defaults. */
export type Request<E extends ClientEvent> = v.InferOutput<(typeof clientEvents)[E]["payload"]>
/** What a granted request is answered. */
export type Answer<E extends ClientEvent> = v.InferOutput<(typeof clientEvents)[E]["answer"]>
export type ServerEventArgs<E extends ServerEvent> = Spread<v.InferOutput<(typeof serverEvents)[E]["args"]>>
/** A last argument that may be undefined may be left out. */
type Spread<Args extends unknown[]> = Args extends [infer First, infer Last]
  ? undefined extends Last
    ? [First, Last?]
    : Args
  : Args

/** For `Socket<ServerToClientEvents, ClientToServerEvents>` of socket.io-client. */
export type ClientToServerEvents = {
  [E in ClientEvent]: (
    payload: v.InferInput<(typeof clientEvents)[E]["payload"]>,
    ack?: (answer: v.InferInput<(typeof clientEvents)[E]["answer"] | typeof refusals.Failure>) => void,
  ) => void
}
export type ServerToClientEvents = {
  [E in ServerEvent]: (...args: Spread<v.InferInput<(typeof serverEvents)[E]["args"]>>) => void
}
