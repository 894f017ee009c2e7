/** What the documents say beyond the schemas: what each event is for, and what to do about each error. */
import type { ErrorCode } from "../contract/errors.ts"
import type { ClientEvent, ServerEvent } from "../contract/events.ts"
import { limits, type Rate } from "../contract/limits.ts"
import type { Rule } from "../contract/rules.ts"
import type { named } from "./json-schema.ts"

export interface Prose {
  /** A sentence for a list of events. */
  readonly summary: string
  /** What the summary leaves open, in CommonMark with `code` as its only markup. */
  readonly description: string
  /** The rules that say exactly what holds. */
  readonly rules: readonly Rule[]
}

interface EventProse extends Prose {
  /** The names of its arguments, in their order. */
  readonly args: readonly [string, ...string[]]
}

export const overview =
  "Warren is a chat server that speaks Socket.IO 4. A client asks by emitting events with one object each, and " +
  "learns what happened from acknowledgements and from the events of the rooms it is in."

export const requestProse: Readonly<Record<ClientEvent, Prose>> = {
  create_room: {
    summary: "Creates a room.",
    description: "The creator is not in it yet: `join_room` comes next. `room_created` tells the same as the answer.",
    rules: ["ROOM1", "ROOM2"],
  },
  join_room: {
    summary: "Enters a room, and brings its history.",
    description:
      "Before the answer this socket hears `history`. The others in the room hear `user_joined`, unless another " +
      "socket of the same user is there. From here on this socket acts in the room as `userId`.",
    rules: ["JOIN1", "JOIN2", "JOIN3", "JOIN4", "JOIN5", "JOIN6", "HIST1", "HIST2"],
  },
  send_message: {
    summary: "Sends a message to everybody in a room, the sender included.",
    description:
      "The answer, and `message_received`, come once the message is on disk. With an `id` of the client's choice it " +
      "may be sent again any number of times, and is stored once.",
    rules: ["SEND1", "SEND2", "SEND3", "VAL2", "SEQ1"],
  },
  typing: {
    summary: "Tells the others in a room that the user types, or no longer does.",
    description: "It ends by itself after 6 seconds without another `true`, and with the user's next message.",
    rules: ["TYPE1", "TYPE2", "TYPE3"],
  },
  leave_room: {
    summary: "Leaves a room.",
    description: "Leaving a room that this socket is not in is no error. A lost connection leaves all of them.",
    rules: ["LEAVE1", "LEAVE2"],
  },
  sync: {
    summary: "Brings what changed in a room after a `rev`.",
    description:
      "Ask when a live event's `rev` is not the one after the last. While `hasMore`, ask again from the last " +
      "message's `rev`; afterwards the room is at the answer's `rev`.",
    rules: ["HIST3", "HIST5", "SEQ1"],
  },
  get_history: {
    summary: "Brings the messages before one, oldest first.",
    description: "For scrolling back: name the `seq` of the oldest message at hand, while `hasMore`.",
    rules: ["HIST4", "HIST5"],
  },
  list_rooms: {
    summary: "Lists the public rooms, latest activity first, or those whose name contains a text.",
    description: "While there is a `cursor` there may be more, even after a page that is not full.",
    rules: ["LIST1", "LIST2", "LIST3", "LIST4"],
  },
  get_members: {
    summary: "Tells who is in a room now.",
    description: "`join_room` has told the first 200; this pages through all of them.",
    rules: ["HERE1"],
  },
}

export const eventProse: Readonly<Record<ServerEvent, EventProse>> = {
  room_created: {
    args: ["room"],
    summary: "This socket created a room.",
    description: "It goes to the creating socket alone.",
    rules: ["ROOM1"],
  },
  history: {
    args: ["messages", "info"],
    summary: "The messages of a room that this socket has just joined.",
    description: "They are followed by every live event from `rev` + 1 on, with nothing between and nothing twice.",
    rules: ["HIST1", "HIST2", "HIST5", "JOIN6"],
  },
  message_received: {
    args: ["message"],
    summary: "A new message in a room that this socket is in.",
    description: "In a room they come in the order of `rev`, each one above the one before.",
    rules: ["SEND1", "MSG1", "SEQ1"],
  },
  message_updated: {
    args: ["message"],
    summary: "A message changed: put this one in its place.",
    description: "Nothing changes messages yet; a client that tracks `rev` listens to it from today.",
    rules: ["SEQ1"],
  },
  user_joined: {
    args: ["user"],
    summary: "A user is in the room now.",
    description: "Its first socket is; a second one is silent. It goes to the other sockets in the room.",
    rules: ["JOIN4"],
  },
  user_left: {
    args: ["user"],
    summary: "A user is no longer in the room.",
    description: "Its last socket left or lost its connection. A server that stops announces nobody's leaving.",
    rules: ["LEAVE1", "LEAVE2", "JOIN4"],
  },
  user_typing: {
    args: ["user"],
    summary: "A user types in the room, or no longer does.",
    description: "A `true` is repeated at most once a second, and is always followed by a `false`.",
    rules: ["TYPE1", "TYPE2", "TYPE3"],
  },
  error: {
    args: ["error"],
    summary: "A request that was made without an acknowledgement callback failed.",
    description: "With a callback the error goes there instead, and only there.",
    rules: ["ACK2", "ERR1", "ERR3"],
  },
}

/** What a client does about each error. */
export const remedies: Readonly<Record<ErrorCode, string>> = {
  ERR_VALIDATION: "Correct what `field` names, by the rule in `message`. The same request fails again.",
  ERR_UNKNOWN_EVENT: "Check the event's name; an older server may not know it yet.",
  ERR_ROOM_NOT_FOUND: "Check the room's id. The server has no such room.",
  ERR_NOT_FOUND: "Drop the id: nothing is stored under it.",
  ERR_NOT_IN_ROOM: "Join the room on this connection and try again. After a reconnection every room is joined again.",
  ERR_FORBIDDEN: "Use the `userId` under which this connection joined, or accept that the server does not offer this.",
  ERR_UNAUTHORIZED: "Get a fresh token and connect again. It comes with `connect_error`, as `data.code`.",
  ERR_CONFLICT: "Choose a new `id`: this one belongs to another message.",
  ERR_RATE_LIMITED: "Wait `retryAfterMs`, then try again with the same `id`.",
  ERR_TOO_LARGE: "Send less at once: a request has at most 64 KiB.",
  ERR_BUSY: "Wait a moment and try again with the same `id`. It may have happened.",
  ERR_STORAGE: "Wait a moment and try again with the same `id`. It may have happened; the server recovers by itself.",
  ERR_INTERNAL: "Report it with its time: it is a fault of the server, and in its log.",
}

/** The objects that several events share. */
export const objectProse: Readonly<Record<keyof typeof named, string>> = {
  Room: "A room.",
  ListedRoom: "A public room, as `list_rooms` shows it.",
  Profile: "What others see of a user. It is that of the moment it is read: a rename shows in old messages too.",
  Member: "A user who is in a room now.",
  Message: "A message.",
  HistoryInfo: "What a page of messages is: the second argument of `history`.",
  UserJoined: "Who is in the room now.",
  UserLeft: "Who is no longer in the room.",
  UserTyping: "Who types in the room, or no longer does.",
  ErrorBody: "Why a request failed.",
}

/** Kinds of values, by the titles they have in the schemas. */
export const valueProse: Readonly<Record<string, string>> = {
  UUID: "32 hexadecimal digits in five groups. Either case is accepted; the server stores and answers lower case.",
  line: "One line of text in which everything can be seen. Lengths count Unicode code points, so an emoji of one is 1.",
  text: "Any text, with line breaks and tabs. It is kept as it is.",
  "web address": "An absolute URL.",
  "whole number": "Without a fraction, and at most 2⁵³ − 1.",
  time: "ISO 8601 in UTC with milliseconds, such as `2026-01-31T12:00:00.000Z`. Within a room it never goes back.",
  cursor: "Opaque. Hand it back as it is, and only to the request that gave it.",
}

/** What is bounded beside the fields, and what happens beyond it. */
export const limitProse: readonly (readonly [what: string, limit: string, beyond: string])[] = [
  ["One request", kibibytes(limits.requestBytesMax), "`ERR_TOO_LARGE`"],
  ["One websocket frame or POST", kibibytes(limits.frameBytesMax), "the connection is closed"],
  ["One page of messages", kibibytes(limits.pageBytesMax), "the page holds fewer, and `hasMore` is true"],
  ["The members of one answer", kibibytes(limits.membersBytesMax), "the answer holds fewer"],
  ["A repeated `isTyping: true`", `one in ${seconds(limits.typingIntervalMs)}`, "it is not passed on"],
  ["A typing user that is silent", seconds(limits.typingSilenceMs), "the server ends it"],
  ["Messages of a socket; of a user, with tokens", rate(limits.messageRate), "`ERR_RATE_LIMITED`"],
  ["Joins of a socket", rate(limits.joinRate), "`ERR_RATE_LIMITED`"],
  ["`sync`, `get_history` and `list_rooms` of a socket", rate(limits.pageRate), "`ERR_RATE_LIMITED`"],
  ["Other requests of a socket", rate(limits.otherRate), "`ERR_RATE_LIMITED`"],
  ["Rooms that a socket is in", String(limits.roomsPerSocketMax), "`ERR_RATE_LIMITED`"],
  ["New rooms of an address", rate(limits.newRoomsPerAddressRate), "`ERR_RATE_LIMITED`"],
  ["New rooms of a user, with tokens", rate(limits.newRoomsPerUserRate), "`ERR_RATE_LIMITED`"],
  ["What a reader leaves unread", kibibytes(limits.backlogBytesMax), "the connection is lost; it comes back by itself"],
  [
    "Refusals by these limits",
    `${limits.refusalsMax} in ${seconds(limits.refusalsWindowMs)}`,
    "`io server disconnect`: a stock client stays away",
  ],
]

/** Above one a second as a frequency, and else as an interval. */
function rate({ atOnce, thenEveryMs }: Rate): string {
  const then = thenEveryMs < 1_000 ? `${1_000 / thenEveryMs} per second` : `one in ${seconds(thenEveryMs)}`
  return `${atOnce} at once, then ${then}`
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toLocaleString("en")} KiB`
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`
}
