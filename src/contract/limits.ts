/**
 * Every bound of the contract, each with its unit in its name.
 *
 * Lengths of texts count Unicode code points; bytes are bytes of UTF-8. A bound
 * is inclusive: a value equal to it is accepted.
 */

/** So many at once; after that, one more each time so many milliseconds have passed. */
export interface Rate {
  readonly atOnce: number
  readonly thenEveryMs: number
}

export const limits = {
  nameLengthMax: 80,
  usernameLengthMax: 64,
  userIdLengthMax: 128,
  contentLengthMax: 4_000,
  urlLengthMax: 2_048,

  /** One request as it arrives, event name and punctuation included. Above it: ERR_TOO_LARGE. */
  requestBytesMax: 64 * 1024,
  /** One websocket frame or one POST. Above it the connection is closed. */
  frameBytesMax: 256 * 1024,

  /** Messages in the `history` that follows a join, and in a `get_history` that names no limit. */
  historyPageDefault: 50,
  /** Messages in a page by `since`, unless its request asks for fewer. */
  sincePageDefault: 200,
  pageLengthMax: 200,
  /** One page of messages as JSON. */
  pageBytesMax: 256 * 1024,

  /** Rooms in a page of `list_rooms` that names no limit; `pageLengthMax` bounds it too. */
  roomsPageDefault: 50,
  /** Rooms whose names are compared for one page of a search; it goes on with the page's cursor. */
  roomsSearchedMax: 1_000,
  cursorLengthMax: 128,

  /** The `members` of a join's answer, and of a page of `get_members`. `memberCount` counts beyond it. */
  membersLengthMax: 200,
  membersBytesMax: 64 * 1024,

  /** At most one `isTyping: true` per room and user is passed on in this time. */
  typingIntervalMs: 1_000,
  /** A typing indicator that is not repeated ends after this time. */
  typingSilenceMs: 6_000,

  tokenLengthMax: 8_192,
  /** How far the clocks of this server and of who issues its tokens may be apart. */
  tokenLeewayMs: 30_000,

  /** `send_message`, per socket; per user where tokens say who that is. */
  messageRate: { atOnce: 20, thenEveryMs: 200 },
  /** `join_room`, per socket. A client that comes back rejoins its rooms at once. */
  joinRate: { atOnce: 200, thenEveryMs: 500 },
  /** Requests for pages, per socket. */
  pageRate: { atOnce: 100, thenEveryMs: 100 },
  /** All other events together, per socket. */
  otherRate: { atOnce: 60, thenEveryMs: 50 },
  roomsPerSocketMax: 100,
  /** Rooms created, per user where tokens say who that is, and else per address. */
  newRoomsPerUserRate: { atOnce: 10, thenEveryMs: 360_000 },
  newRoomsPerAddressRate: { atOnce: 60, thenEveryMs: 60_000 },
  /** An address is one of IPv4, or the first 64 bits of one of IPv6: what one subscriber is given. */
  socketsPerAddressMax: 1_000,
  connectionsPerAddressRate: { atOnce: 600, thenEveryMs: 100 },
  /** HTTP requests that belong to no open connection. A page and what it loads are about ten. */
  requestsPerAddressRate: { atOnce: 5_000, thenEveryMs: 10 },
  /** Refusals by these limits that one socket gets within `refusalsWindowMs`; the last of them ends it. */
  refusalsMax: 200,
  refusalsWindowMs: 10_000,

  /** What a reader may leave unread before it is cut. It comes back and catches up. */
  backlogBytesMax: 1024 * 1024,
  /** The same for one that polls, in packets. */
  backlogPacketsMax: 500,
  /** While this much is unread, no further page is sent: pages never cut their reader. */
  pageBacklogBytesMax: 512 * 1024,
  /** Unanswered requests of one socket; beyond it ERR_BUSY. A stock client that rejoins 100 rooms sends 500 at once. */
  requestsPendingMax: 1_000,
  /** Engine.IO packets in one POST. A stock client that rejoins 100 rooms puts 499 into one. */
  packetsPerPostMax: 4_096,
  /** Engine.IO packets of one connection, whatever they hold: far above what all requests together may be. */
  packetRate: { atOnce: 4_096, thenEveryMs: 10 },
  /** A connection that is in no namespace for this long is closed. */
  namespaceTimeoutMs: 10_000,
  /** Who is asked for a token may be wrong so often on one connection. */
  namespaceAttemptsMax: 32,
} as const
