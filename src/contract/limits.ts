/**
 * Every bound of the contract, each with its unit in its name.
 *
 * Lengths of texts count Unicode code points; bytes are bytes of UTF-8. A bound
 * is inclusive: a value equal to it is accepted.
 */
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
} as const
