/**
 * Every bound of the contract, explained once: `warren limits` and the documents print
 * these sentences.
 *
 * Lengths of texts count Unicode code points; bytes are bytes of UTF-8. A bound of a
 * length, a size or a number is inclusive: what is equal to it is accepted.
 */
import { dayMs, hourMs, minuteMs } from "./durations.ts"

/** So many at once; after that, one more each time so many milliseconds have passed. */
export interface Rate {
  readonly atOnce: number
  readonly thenEveryMs: number
}

export type Unit = "characters" | "bytes" | "ms" | "each" | "rate" | "rate of KiB"

interface Limit<Value extends number | Rate> {
  readonly value: Value
  readonly unit: Unit
  /** What is bounded. */
  readonly about: string
  /** What happens where the bound is not kept, unless that is an answer about a field. It reads on from the word otherwise. */
  readonly otherwise: string | undefined
}

const limit =
  (unit: Exclude<Unit, `rate${string}`>) =>
  (value: number, about: string, otherwise?: string): Limit<number> => ({ value, unit, about, otherwise })
const characters = limit("characters")
const bytes = limit("bytes")
const ms = limit("ms")
const each = limit("each")
const rateOf =
  (unit: Extract<Unit, `rate${string}`>) =>
  (atOnce: number, thenEveryMs: number, about: string, otherwise = refused): Limit<Rate> => ({
    value: { atOnce, thenEveryMs },
    unit,
    about,
    otherwise,
  })
const rate = rateOf("rate")
const rateOfKiB = rateOf("rate of KiB")

const KiB = 1024
const MiB = 1024 * KiB
const refused = "`ERR_RATE_LIMITED`"
const tooMany = "HTTP 429"
const cut = "the connection is cut, and the client reconnects by itself"
const waits = "the page waits for its turn"
const closed = "the connection is closed"

export const limitTable = {
  nameLengthMax: characters(80, "The name of a room"),
  topicLengthMax: characters(250, "The topic of a room"),
  keepDaysMax: each(36_500, "Days that a room keeps its messages"),
  usernameLengthMax: characters(64, "A `username`"),
  userIdLengthMax: characters(128, "A `userId`"),
  contentLengthMax: characters(4_000, "The content of a message"),
  urlLengthMax: characters(2_048, "The URL of an avatar"),
  queryLengthMax: characters(200, "What `search_messages` looks for"),
  cursorLengthMax: characters(128, "The cursor of a list"),
  excerptLengthMax: characters(140, "The excerpt of a message", "it ends there"),
  mentionsMax: each(50, "Users that a message mentions", "`ERR_VALIDATION`"),
  mentionsRoomMembersMax: each(50, "Members of a room that anybody in it may mention as a whole", "`ERR_FORBIDDEN`"),
  reactionsMax: each(20, "Different reactions to a message", "`ERR_FORBIDDEN`"),
  reactorsTold: each(10, "Users that are named with a reaction", "the others only count"),
  tokenLengthMax: characters(8_192, "A token"),
  fileNameBytesMax: bytes(180, "The name of a file", "it is cut, and keeps its ending"),
  altLengthMax: characters(500, "What a picture shows, in words"),

  requestBytesMax: bytes(64 * KiB, "A request, with the name of its event", "`ERR_TOO_LARGE`"),
  frameBytesMax: bytes(256 * KiB, "A websocket frame, or the body of a POST", closed),

  historyPageDefault: each(50, "Messages in `history`, and in a page of `get_history` without `limit`"),
  sincePageDefault: each(200, "Messages in a page by `since` without `limit`"),
  pageLengthMax: each(200, "Messages or rooms in any page"),
  pageBytesMax: bytes(256 * KiB, "A page of messages", "it holds fewer, and `hasMore` is true"),
  roomsPageDefault: each(50, "Rooms in a page of `list_rooms` without `limit`"),
  roomsSearchedMax: each(1_000, "Rooms that a search looks through for one page", "the next page goes on from there"),
  directPeersMax: each(8, "Other people in a direct room"),
  membersPageDefault: each(50, "People in a page of `list_members` and `list_banned` without `limit`"),
  searchPageDefault: each(20, "Messages in a page of `search_messages` without `limit`"),
  searchPageMax: each(50, "Messages in any page of `search_messages`"),
  searchMs: ms(250, "Time that a search for messages takes", "it ends with what it has, and its cursor goes on"),
  searchesPendingMax: each(500, "Searches for messages that are under way at a time", "`ERR_BUSY`"),
  membersLengthMax: each(200, "Members in one answer", "`get_members` brings the others"),
  membersBytesMax: bytes(64 * KiB, "The members in one answer", "`get_members` brings the others"),
  unseenMemberMs: ms(
    30 * dayMs,
    "Time that a membership lasts without a join, where nobody is known to be who they say",
    "it ends",
  ),
  membersPerRoomMax: each(5_000, "Members of a room, where it is known who they are", "`ERR_FORBIDDEN`"),
  roomsPerUserMax: each(500, "Rooms that a user is a member of, where it is known who that is", "`ERR_FORBIDDEN`"),
  usersPageDefault: each(50, "Users in a page of `list_users` without `limit`"),
  usersSearchedMax: each(1_000, "Users that a search looks through for one page", "the next page goes on from there"),
  unreadMax: each(100, "What is unread in a room, as it is counted", "it stays at that"),
  handshakeRoomsMax: each(100, "Rooms in a handshake's `auth.rooms`", "`ERR_VALIDATION`, and none is joined"),

  crowdedAbove: each(
    500,
    "Users here while each one's coming and going is told",
    "`room_presence` tells how many are here",
  ),
  crowdIntervalMs: ms(1_000, "Time between two `room_presence` of a room, at least"),
  typingIntervalMs: ms(1_000, "Time between two `isTyping: true` of a user in a room", "the second is not passed on"),
  typingSilenceMs: ms(6_000, "Time within which `isTyping: true` is repeated", "the server ends it"),
  presenceIntervalMs: ms(
    5_000,
    "Time for which people are online or away before that is told, and between two such words",
  ),
  activityIntervalMs: ms(
    1_000,
    "Time between what one socket hears by `room_activity` and the next, at least",
    "what changes meanwhile, in any room, is told together",
  ),
  activityIntervalMaxMs: ms(4_000, "That time where many people hear"),
  activityPeoplePerSecond: each(125, "People whose sockets hear by `room_activity` in a second", "that time is longer"),
  activityPerSecondMax: each(
    20,
    "Rooms that a socket hears of by `room_activity` in a second",
    "the others come later",
  ),
  readsKeptMs: ms(2_000, "Time until how far somebody has read is on disk"),
  tokenLeewayMs: ms(30_000, "Difference between the clocks of this server and of who issues tokens"),
  clockLagMaxMs: ms(
    minuteMs,
    "How far the time of a room may be ahead of the clock",
    "it follows the clock back, and the log says so",
  ),

  messageRate: rate(
    20,
    200,
    "Messages of a socket, or of a user where there are tokens: `send_message`, `edit_message`, `delete_message`, `react`",
  ),
  joinRate: rate(200, 500, "Joins of a socket: `join_room`"),
  pageRate: rate(100, 100, "`sync`, `get_history`, `my_rooms` and all that begins with `list_`, of a socket"),
  searchRate: rate(10, 1_000, "Searches for messages of a socket: `search_messages`"),
  otherRate: rate(60, 50, "All other requests of a socket"),
  roomsPerSocketMax: each(100, "Rooms that a socket is in", refused),
  newRoomsPerUserRate: rate(10, hourMs / 10, "New rooms of a user, where there are tokens"),
  newRoomsPerAddressRate: rate(60, minuteMs, "New rooms of an address, where there are no tokens"),
  newDirectRoomsPerUserRate: rate(60, minuteMs, "New direct rooms of a user"),
  // An office of 300 behind one address: everybody at once on the first day, and 800 kB of messages each, every day.
  newUsersPerAddressRate: rate(2_000, minuteMs, "Users new to the server, of an address, where there are no tokens"),
  messageKiBPerAddressRate: rateOfKiB(64 * KiB, 250, "Messages of an address, where there are no tokens"),
  messageOverheadBytes: bytes(256, "What each of those messages counts beside its content"),
  socketsPerAddressMax: each(1_000, "Sockets of an address (a /64 of IPv6)", tooMany),
  connectionsPerAddressRate: rate(600, 100, "New connections of an address", tooMany),
  // A page and what it loads are about ten.
  requestsPerAddressRate: rate(5_000, 10, "All HTTP requests of an address outside its connections", tooMany),
  refusalsMax: each(
    200,
    "Refusals by rates, of a socket, within `refusalsWindowMs`",
    "`io server disconnect`, after which a stock client stays away",
  ),
  refusalsWindowMs: ms(10_000, "Time within which those refusals are counted"),

  filesPerMessageMax: each(10, "Files of a message"),
  thumbnailPixels: each(800, "Pixels of a thumbnail, on each side"),
  thumbnailSourcePixelsMax: each(50_000_000, "Pixels of a picture", "it gets no thumbnail"),
  thumbnailMs: ms(10_000, "Time in which a thumbnail is made", "there is none"),
  thumbnailsWaitingMax: each(100, "Pictures that wait for their thumbnails", "they get none"),
  looseFileMs: ms(dayMs, "Time until a message holds a file", "it is removed"),
  uploadsAtOnceMax: each(100, "Uploads at a time", "`ERR_BUSY`"),
  uploadsPerOwnerMax: each(25, "Uploads at a time of a user, or of an address where there are no tokens", refused),
  resumablePerOwnerMax: each(10, "Uploads of a user or an address that are to be resumed: `POST /uploads`", refused),
  resumableMax: each(1_000, "Uploads of everybody that are to be resumed", "`ERR_BUSY`"),
  resumableIdleMs: ms(hourMs, "Time until such an upload goes on", "it is dropped"),
  uploadSilenceMs: ms(
    2_000,
    "Time in which a request for such an upload brings something",
    "another may take its place",
  ),
  uploadRate: rate(
    100,
    2_000,
    "Uploads of a user, or of an address where there are no tokens: `POST /files`, `POST /uploads`",
  ),
  uploadKiBRate: rateOfKiB(1_024 * KiB, 50, "Bytes of those uploads"),
  uploadPace: rateOfKiB(1 * KiB, 1_000 / (50 * KiB), "Bytes of everybody's uploads together", "they are read later"),
  ownDataRate: rate(3, 20 * minuteMs, "Downloads of one's own data, of an account: `POST /api/my-data`"),
  loginLengthMax: characters(64, "A login"),
  passwordLengthMin: characters(10, "A password, at least"),
  passwordLengthMax: characters(200, "A password"),
  clientNameLengthMax: characters(200, "What a session's browser or program calls itself", "it is cut"),
  accountRequestBytesMax: bytes(16 * KiB, "The body of a request under `/api/`", "`ERR_TOO_LARGE`"),
  triesWindowMs: ms(15 * minuteMs, "Time within which attempts to sign in are counted"),
  triesPerLoginAndAddressMax: each(
    10,
    "Attempts to sign in to a login from an address, within that time: `POST /api/sign-in`, `POST /api/join`",
    refused,
  ),
  triesPerLoginMax: each(
    100,
    "Attempts to sign in to a login, within that time: `POST /api/sign-in`, `POST /api/join`",
    refused,
  ),
  triesPerAddressMax: each(
    30,
    "Attempts to sign in, and wrong codes, of an address, within that time: `POST /api/sign-in`, `POST /api/join`, `POST /api/redeem`, `POST /api/peek`, `POST /api/passkey-sign-in`, `GET /api/oidc/callback`",
    refused,
  ),
  passwordsAtOnceMax: each(2, "Passwords that are checked at once", "the others wait"),
  passwordsQueuedMax: each(64, "Passwords that wait to be checked", "`ERR_BUSY`"),
  sessionIdleMaxMs: ms(90 * dayMs, "Time for which a session that is not used is kept", "it ends"),
  sessionAgeMaxMs: ms(365 * dayMs, "Time for which a session is kept", "it ends"),
  sessionsPerAccountMax: each(100, "Sessions of an account", "the one that was used longest ago ends"),
  passkeysPerAccountMax: each(20, "Passkeys of an account", "`ERR_FORBIDDEN`"),
  passkeyNameLengthMax: characters(64, "The name of a passkey"),
  passkeyTextLengthMax: characters(8_192, "What a browser gives of a passkey, each part of it"),
  passkeyChallengeMs: ms(
    5 * minuteMs,
    "How long adding a passkey, or signing in with one, may take",
    "it begins again",
  ),
  outsideSignInMs: ms(10 * minuteMs, "How long signing in by the provider may take", "it begins again"),
  setupLinkMs: ms(30 * minuteMs, "How long the link to the first administrator's account can be used"),
  provenMs: ms(15 * minuteMs, "Time after signing in within which a first password can be set", "`ERR_FORBIDDEN`"),
  deviceLinkMs: ms(5 * minuteMs, "How long a link to another device can be used"),
  resetLinkMs: ms(dayMs, "How long a link to a new password can be used"),
  inviteDefaultMs: ms(7 * dayMs, "How long an invite can be used, unless said otherwise"),
  inviteMaxMs: ms(30 * dayMs, "How long an invite can be used"),
  inviteUsesDefault: each(25, "How many people may use an invite, unless said otherwise"),
  inviteUsesMax: each(1_000, "How many people may use an invite"),
  invitesPerUserMax: each(100, "Invites of a user that can still be used", "`ERR_FORBIDDEN`"),

  diskReserveBytes: bytes(
    64 * MiB,
    "Free space on the disk of the data, at least",
    "nothing is written: `ERR_STORAGE`",
  ),
  diskWarningBytes: bytes(512 * MiB, "Free space on the disk of the data, at least", "`/readyz` warns"),

  backlogBytesMax: bytes(1 * MiB, "What a reader leaves unread", cut),
  backlogPacketsMax: each(500, "Packets that a reader who polls leaves unread", cut),
  pageBacklogBytesMax: bytes(512 * KiB, "What a reader has left unread when a page is begun", waits),
  pagesReadBytesMax: bytes(2 * MiB, "Pages that are read from the store at a time", waits),
  pagesReadBytesPerUser: bytes(256 * KiB, "The same for a user, or an address where there are no tokens", waits),
  pagesKibibytesRate: rateOfKiB(1_024, 0.25, "Pages of a user, or of an address where there are no tokens", waits),
  pagesUnreadBytesMax: bytes(32 * MiB, "Pages that were sent and are still unread", waits),
  pagesUnreadBytesPerUser: bytes(8 * MiB, "The same for a user, or an address where there are no tokens", waits),
  requestsPendingMax: each(1_000, "Unanswered requests of a socket", "`ERR_BUSY`"),
  requestsQueuedMax: each(2_000, "The same, with the refusals that it has not read", cut),
  packetsPerPostMax: each(4_096, "Engine.IO packets in one POST", cut),
  packetRate: rate(4_096, 10, "Engine.IO packets of a connection, whatever is in them", cut),
  namespaceTimeoutMs: ms(10_000, "Time within which a connection enters the namespace", closed),
  namespaceAttemptsMax: each(32, "Attempts of a connection to enter the namespace", closed),
} as const

export type LimitName = keyof typeof limitTable
type Values = { readonly [Name in LimitName]: (typeof limitTable)[Name]["value"] }

/** The numbers alone, for whoever keeps to them. */
export const limits = Object.fromEntries(Object.entries(limitTable).map(([name, { value }]) => [name, value])) as Values
