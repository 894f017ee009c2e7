/**
 * Every bound of the contract, explained once: `warren limits` and the documents print
 * these sentences.
 *
 * Lengths of texts count Unicode code points; bytes are bytes of UTF-8. A bound is
 * inclusive: a value equal to it is accepted.
 */

/** So many at once; after that, one more each time so many milliseconds have passed. */
export interface Rate {
  readonly atOnce: number
  readonly thenEveryMs: number
}

export type Unit = "characters" | "bytes" | "ms" | "each" | "rate"

interface Limit<Value extends number | Rate> {
  readonly value: Value
  readonly unit: Unit
  /** What is bounded. */
  readonly about: string
  /** What happens beyond it, where that is not an answer about a field. */
  readonly beyond: string | undefined
}

const limit =
  (unit: Exclude<Unit, "rate">) =>
  (value: number, about: string, beyond?: string): Limit<number> => ({
    value,
    unit,
    about,
    beyond,
  })
const characters = limit("characters")
const bytes = limit("bytes")
const ms = limit("ms")
const each = limit("each")
const rate = (atOnce: number, thenEveryMs: number, about: string, beyond = refused): Limit<Rate> => ({
  value: { atOnce, thenEveryMs },
  unit: "rate",
  about,
  beyond,
})

const KiB = 1024
const MiB = 1024 * KiB
const refused = "`ERR_RATE_LIMITED`"
const cut = "the connection is lost; it comes back by itself"
const waits = "it waits for its turn"
const closed = "the connection is closed"

export const limitTable = {
  nameLengthMax: characters(80, "The name of a room"),
  usernameLengthMax: characters(64, "A `username`"),
  userIdLengthMax: characters(128, "A `userId`"),
  contentLengthMax: characters(4_000, "The content of a message"),
  urlLengthMax: characters(2_048, "The URL of an avatar"),
  cursorLengthMax: characters(128, "The cursor of a list"),
  tokenLengthMax: characters(8_192, "A token"),

  requestBytesMax: bytes(64 * KiB, "One request, its event's name included", "`ERR_TOO_LARGE`"),
  frameBytesMax: bytes(256 * KiB, "One websocket frame or POST", closed),

  historyPageDefault: each(50, "Messages of `history`, and of `get_history` by default"),
  sincePageDefault: each(200, "Messages of a page by `since`, by default"),
  pageLengthMax: each(200, "Messages or rooms of any page"),
  pageBytesMax: bytes(256 * KiB, "One page of messages", "the page holds fewer, and `hasMore` is true"),
  roomsPageDefault: each(50, "Rooms of `list_rooms`, by default"),
  roomsSearchedMax: each(1_000, "Rooms looked through for one page of a search", "the next page goes on"),
  membersLengthMax: each(200, "Members in one answer", "the answer holds fewer"),
  membersBytesMax: bytes(64 * KiB, "The members of one answer", "the answer holds fewer"),
  handshakeRoomsMax: each(100, "Rooms in a handshake's `auth.rooms`", "`ERR_VALIDATION`"),

  crowdedAbove: each(500, "Users here, above which coming and going is not told one by one", "`room_presence`"),
  crowdIntervalMs: ms(1_000, "Between two `room_presence` of a room"),
  typingIntervalMs: ms(1_000, "Between two `isTyping: true` of a user in a room", "it is not passed on"),
  typingSilenceMs: ms(6_000, "A typing user that is silent", "the server ends it"),
  tokenLeewayMs: ms(30_000, "Between the clocks of this server and of who issues tokens"),
  clockLagMaxMs: ms(60_000, "A room's time ahead of the clock", "the room follows the clock back, and the log says so"),

  messageRate: rate(20, 200, "Messages of a socket; of a user, with tokens"),
  joinRate: rate(200, 500, "Joins of a socket"),
  pageRate: rate(100, 100, "`sync`, `get_history` and `list_rooms` of a socket"),
  otherRate: rate(60, 50, "Other requests of a socket"),
  roomsPerSocketMax: each(100, "Rooms that a socket is in", refused),
  newRoomsPerUserRate: rate(10, 360_000, "New rooms of a user, with tokens"),
  newRoomsPerAddressRate: rate(60, 60_000, "New rooms of an address, without tokens"),
  // An office of 300 behind one address: everybody at once on the first day, and 800 kB of messages each, every day.
  newUsersPerAddressRate: rate(2_000, 60_000, "New users of an address, without tokens; known ones join freely"),
  messageKiBPerAddressRate: rate(
    64 * KiB,
    250,
    "KiB of messages of an address, without tokens, with `messageOverheadBytes` for each",
  ),
  messageOverheadBytes: bytes(256, "What the file keeps of a message beside its content, about"),
  socketsPerAddressMax: each(1_000, "Sockets of an address (a /64 of IPv6)", "HTTP 429"),
  connectionsPerAddressRate: rate(600, 100, "New connections of an address", "HTTP 429"),
  // A page and what it loads are about ten.
  requestsPerAddressRate: rate(5_000, 10, "HTTP requests of an address outside its connections", "HTTP 429"),
  refusalsMax: each(
    200,
    "Refusals by rates within `refusalsWindowMs`",
    "`io server disconnect`: a stock client stays away",
  ),
  refusalsWindowMs: ms(10_000, "In which refusals are counted"),

  diskReserveBytes: bytes(64 * MiB, "Free space of the data's disk below which nothing is written: `ERR_STORAGE`"),
  diskWarningBytes: bytes(512 * MiB, "Free space of the data's disk below which `/readyz` warns"),

  backlogBytesMax: bytes(1 * MiB, "What a reader leaves unread", cut),
  backlogPacketsMax: each(500, "Packets that a reader who polls leaves unread", cut),
  pageBacklogBytesMax: bytes(512 * KiB, "Unread by one reader while a page is to be sent", waits),
  pagesReadBytesMax: bytes(2 * MiB, "Pages that are read from the store at a time", waits),
  pagesReadBytesPerUser: bytes(256 * KiB, "The same of a user, or of an address without tokens", waits),
  pagesKibibytesRate: rate(4_096, 0.25, "KiB of pages of a user, or of an address without tokens", waits),
  pagesUnreadBytesMax: bytes(32 * MiB, "Pages that were sent and are still unread", waits),
  pagesUnreadBytesPerUser: bytes(8 * MiB, "The same of a user, or of an address without tokens", waits),
  requestsPendingMax: each(1_000, "Unanswered requests of a socket", "`ERR_BUSY`"),
  packetsPerPostMax: each(4_096, "Engine.IO packets in one POST", cut),
  packetRate: rate(4_096, 10, "Engine.IO packets of a connection, whatever they hold", cut),
  namespaceTimeoutMs: ms(10_000, "A connection that enters no namespace", closed),
  namespaceAttemptsMax: each(32, "Attempts of a connection to enter a namespace", closed),
} as const

export type LimitName = keyof typeof limitTable
type Values = { readonly [Name in LimitName]: (typeof limitTable)[Name]["value"] }

/** The numbers alone, for whoever keeps to them. */
export const limits = Object.fromEntries(Object.entries(limitTable).map(([name, { value }]) => [name, value])) as Values
