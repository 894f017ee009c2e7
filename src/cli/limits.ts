/** `warren limits`: every bound, with its value and what it is about. The compiler misses the one that is not explained. */
import { limits, type Rate } from "../contract/limits.ts"
import type { Command } from "./command.ts"

export const limitsCommand: Command = { run: print, usage: [["limits", "Lists every limit."]] }

type Limit = keyof typeof limits

const explanations: Readonly<Record<Limit, string>> = {
  nameLengthMax: "name of a room",
  usernameLengthMax: "username",
  userIdLengthMax: "userId",
  contentLengthMax: "content of a message",
  urlLengthMax: "URL of an avatar",
  requestBytesMax: "one request; above it ERR_TOO_LARGE",
  frameBytesMax: "one frame or POST; above it the connection is closed",
  historyPageDefault: "messages in the history after a join, and in get_history by default",
  sincePageDefault: "messages in a page by since, by default",
  pageLengthMax: "messages in any page",
  pageBytesMax: "one page of messages",
  roomsPageDefault: "rooms in a page of list_rooms, by default",
  roomsSearchedMax: "rooms looked through for one page of a search",
  cursorLengthMax: "cursor of a list",
  membersLengthMax: "members in one answer",
  membersBytesMax: "members in one answer",
  typingIntervalMs: "between two typing indicators of a user in a room that are passed on",
  typingSilenceMs: "until a typing indicator that is not repeated ends",
  tokenLengthMax: "token",
  tokenLeewayMs: "between the clocks of this server and of who issues tokens",
  messageRate: "send_message, per socket; with AUTH=token per user",
  joinRate: "join_room, per socket",
  pageRate: "sync, get_history and list_rooms, per socket",
  otherRate: "all other events together, per socket",
  roomsPerSocketMax: "rooms that one socket is in",
  newRoomsPerUserRate: "create_room, per user with AUTH=token",
  newRoomsPerAddressRate: "create_room, per address with AUTH=open",
  socketsPerAddressMax: "sockets of one address (/64 for IPv6)",
  requestsPerAddressRate: "HTTP requests of an address outside its connections",
  connectionsPerAddressRate: "new connections of one address (/64 for IPv6)",
  refusalsMax: "refusals by rates within refusalsWindowMs; the last ends the connection",
  refusalsWindowMs: "in which refusals are counted",
  backlogBytesMax: "unread by one reader; above it the connection is cut",
  backlogPacketsMax: "packets unread by one reader that polls; above it the connection is cut",
  pageBacklogBytesMax: "unread by one reader; above it the next page waits",
  requestsPendingMax: "requests of one socket not yet answered; above it ERR_BUSY",
  packetsPerPostMax: "packets in one POST; above it the connection is cut",
  packetRate: "packets of any kind, per connection; above it the connection is cut",
  namespaceTimeoutMs: "until a connection that enters no namespace is closed",
  namespaceAttemptsMax: "attempts of one connection to enter a namespace",
}

async function print(): Promise<number> {
  const rows = (Object.keys(limits) as Limit[]).map((name) => [name, format(name), explanations[name]] as const)
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  for (const [name, value, explanation] of rows) {
    process.stdout.write(`${name.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${explanation}\n`)
  }
  return 0
}

function format(name: Limit): string {
  const value: number | Rate = limits[name]
  if (typeof value !== "number") return `${number(value.atOnce)} at once, then ${refill(value.thenEveryMs)}`
  if (name.includes("Bytes")) return `${number(value / 1024)} KiB`
  if (name.endsWith("Ms")) return `${number(value / 1000)} s`
  return name.endsWith("LengthMax") && !["pageLengthMax", "membersLengthMax"].includes(name)
    ? `${number(value)} characters`
    : number(value)
}

function refill(everyMs: number): string {
  return everyMs <= 1_000 ? `${number(1_000 / everyMs)} per second` : `${number(3_600_000 / everyMs)} per hour`
}

function number(value: number): string {
  return value.toLocaleString("en")
}
