/**
 * Examples of everything that crosses the wire, for the documents and the tests.
 *
 * Of each client event: `requests`, the first one typical; `mistakes`, each with the
 * field whose rule it breaks; and an `answer`. Of each server event: its arguments.
 * They tell one story, in which Ann and Bob share a room.
 */
import type * as v from "valibot"
import type { ClientEvent, clientEvents, ServerEvent, ServerToClientEvents } from "./events.ts"

type Payload<E extends ClientEvent> = v.InferInput<(typeof clientEvents)[E]["payload"]>

export interface Mistake {
  readonly payload: unknown
  /** `undefined` when the payload itself is the mistake. */
  readonly field: string | undefined
}

type ClientExamples = {
  readonly [E in ClientEvent]: {
    readonly requests: readonly [Payload<E>, ...Payload<E>[]]
    readonly mistakes: readonly [Mistake, ...Mistake[]]
    readonly answer: v.InferInput<(typeof clientEvents)[E]["answer"]>
  }
}
type ServerExamples = { readonly [E in ServerEvent]: Parameters<ServerToClientEvents[E]> }

const roomId = "6f9fa2f1-6c9b-4f0e-9c1b-0d6b8c3a5e21"
const messageId = "0199c0de-7a3b-7c51-8f2e-4b6d9e1f3a07"
const [ann, bob] = ["ann", "b0b5c0de-0000-4000-8000-000000000b0b"]
const annsAvatar = "https://example.com/ann.png"
const room = { id: roomId, name: "Garden party", createdAt: "2026-01-31T12:00:00.000Z" }
const message = {
  id: messageId,
  roomId,
  seq: 42,
  rev: 42,
  type: "text" as const,
  content: "Who brings the lemonade?",
  userId: ann,
  user: { username: "Ann", avatar: annsAvatar },
  createdAt: "2026-01-31T12:34:56.789Z",
}
const annHere = { userId: ann, username: "Ann", avatar: annsAvatar }
const bobHere = { userId: bob, username: "Bob", avatar: null }
/** What the server itself would write: a place in a list, in base64url. */
const roomsCursor = "MTc2OTg2Mjg5Njc4OS42ZjlmYTJmMS02YzliLTRmMGUtOWMxYi0wZDZiOGMzYTVlMjE"
const membersCursor = "MjAw"

export const clientExamples: ClientExamples = {
  create_room: {
    requests: [
      { name: "Garden party", userId: ann, visibility: "public" },
      { name: "Garden party", userId: ann },
      { name: "علی\u200cرضا 👩\u200d🌾", userId: bob, visibility: null },
    ],
    mistakes: [
      { payload: undefined, field: undefined },
      { payload: { userId: ann }, field: "name" },
      { payload: { name: "x".repeat(81), userId: ann }, field: "name" },
      { payload: { name: "\u3164\u200b ", userId: ann }, field: "name" },
      { payload: { name: "\u202egnp.exe", userId: ann }, field: "name" },
      { payload: { name: "Garden party", userId: ann, visibility: "secret" }, field: "visibility" },
    ],
    answer: { ok: true, room },
  },
  join_room: {
    requests: [
      { roomId, userId: ann, username: "Ann", avatar: annsAvatar },
      { roomId, userId: ann, username: "Ann", since: 42 },
      { roomId: roomId.toUpperCase(), userId: ann, username: "Ann", avatar: null, since: null },
    ],
    mistakes: [
      { payload: { roomId: "garden", userId: ann, username: "Ann" }, field: "roomId" },
      { payload: { roomId, userId: "", username: "Ann" }, field: "userId" },
      { payload: { roomId, userId: ann, username: "A\nnn" }, field: "username" },
      { payload: { roomId, userId: ann, username: "Ann", avatar: "data:image/png;base64,AA==" }, field: "avatar" },
      { payload: { roomId, userId: ann, username: "Ann", since: -1 }, field: "since" },
    ],
    answer: { ok: true, roomId, room, rev: 42, members: [annHere, bobHere], memberCount: 2 },
  },
  send_message: {
    requests: [
      { roomId, userId: ann, content: "Who brings the lemonade?", id: messageId },
      { roomId, userId: ann, content: "One line,\n\tand another." },
      { roomId, userId: ann, content: "https://example.com/garden.jpg", type: "image" },
    ],
    mistakes: [
      { payload: { roomId, userId: ann }, field: "content" },
      { payload: { roomId, userId: ann, content: " \n\t" }, field: "content" },
      { payload: { roomId, userId: ann, content: "\ud83d" }, field: "content" },
      { payload: { roomId, userId: ann, content: "not a URL", type: "image" }, field: "content" },
      { payload: { roomId, userId: ann, content: "Hi", type: "video" }, field: "type" },
      { payload: { roomId, userId: ann, content: "Hi", id: 1 }, field: "id" },
    ],
    answer: { ok: true, message },
  },
  typing: {
    requests: [{ roomId, userId: ann, isTyping: true }],
    mistakes: [{ payload: { roomId, userId: ann, isTyping: "yes" }, field: "isTyping" }],
    answer: { ok: true },
  },
  leave_room: {
    requests: [{ roomId, userId: ann }],
    mistakes: [{ payload: { roomId }, field: "userId" }],
    answer: { ok: true },
  },
  sync: {
    requests: [
      { roomId, since: 41 },
      { roomId, since: 0, limit: 1 },
    ],
    mistakes: [
      { payload: { roomId }, field: "since" },
      { payload: { roomId, since: 1.5 }, field: "since" },
      { payload: { roomId, since: 0, limit: 201 }, field: "limit" },
    ],
    answer: { ok: true, messages: [message], rev: 42, hasMore: false },
  },
  get_history: {
    requests: [{ roomId, before: 43, limit: 1 }, { roomId }],
    mistakes: [
      { payload: { roomId, before: "43" }, field: "before" },
      { payload: { roomId, limit: 0 }, field: "limit" },
    ],
    answer: { ok: true, messages: [message], hasMore: true },
  },
  list_rooms: {
    requests: [{ query: "garden", limit: 20 }, {}, { cursor: roomsCursor }],
    mistakes: [
      { payload: "garden", field: undefined },
      { payload: { query: "" }, field: "query" },
      { payload: { cursor: "not a cursor" }, field: "cursor" },
      { payload: { limit: 201 }, field: "limit" },
    ],
    answer: {
      ok: true,
      rooms: [{ ...room, rev: 42, memberCount: 2, lastMessageAt: message.createdAt }],
      cursor: roomsCursor,
    },
  },
  get_members: {
    requests: [{ roomId }, { roomId, cursor: membersCursor }],
    mistakes: [
      { payload: {}, field: "roomId" },
      { payload: { roomId, cursor: 200 }, field: "cursor" },
    ],
    answer: { ok: true, members: [annHere, bobHere] },
  },
}

export const serverExamples: ServerExamples = {
  room_created: [room],
  history: [[message], { roomId, rev: 42, hasMore: true }],
  message_received: [message],
  message_updated: [{ ...message, rev: 43, content: "Who brings the lemonade? I have ice." }],
  user_joined: [{ roomId, ...bobHere }],
  user_left: [{ roomId, userId: bob, reason: "disconnect" }],
  user_typing: [{ roomId, userId: bob, isTyping: true }],
  error: [
    {
      code: "ERR_VALIDATION",
      message: "content must be 1 to 4,000 characters long.",
      event: "send_message",
      field: "content",
    },
  ],
}
