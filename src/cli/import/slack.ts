/**
 * What a workspace of Slack exports: users.json, channels.json, and for each channel a folder
 * with a file of each day. A message's key is its channel and `ts`, which is its time too.
 */
import { gemoji } from "gemoji"
import { limits } from "../../contract/limits.ts"
import { isWebUrl } from "../../contract/text.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import type { Bulk } from "../../store/sqlite/bulk.ts"
import { messageIdOf, roomIdOf } from "./foreign-ids.ts"
import { contentsOf, type Names, plainText, roomNameOf, usernameOf } from "./slack-text.ts"
import type { Zip } from "./zip.ts"

export interface Report {
  rooms: number
  users: number
  /** Those that were not there yet, and those that were. */
  added: number
  known: number
  replies: number
  reactions: number
  /** What was left out, by why. */
  readonly leftOut: Record<string, number>
}

export interface SlackOptions {
  readonly signal: AbortSignal
  readonly onProgress: (share: number, messages: number) => void
}

type Json = Readonly<Record<string, unknown>>

const byName = new Map(gemoji.flatMap(({ emoji, names }) => names.map((name) => [name, emoji] as const)))
/** What Slack says of rooms and not in them. */
const silentKinds = new Set([
  "channel_join",
  "channel_leave",
  "channel_topic",
  "channel_purpose",
  "channel_name",
  "channel_archive",
  "channel_unarchive",
  "group_join",
  "group_leave",
  "tombstone",
])
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

export async function importSlack(zip: Zip, bulk: Bulk, options: SlackOptions): Promise<Report> {
  const report: Report = { rooms: 0, users: 0, added: 0, known: 0, replies: 0, reactions: 0, leftOut: {} }
  const users = new Map(listIn(zip, "users.json").map((user) => [`${user["id"]}`, user]))
  const channels = listIn(zip, "channels.json")
  const names: Names = {
    user: (id) => (users.has(id) ? usernameOf([nameOf(users.get(id))], id) : undefined),
    room: (id) => channels.find((channel) => channel["id"] === id)?.["name"] as string | undefined,
  }
  const reader = new SlackReader(bulk, names, users, report)
  for (const [n, channel] of channels.entries()) {
    const folder = `${channel["name"]}/`
    const days = zip.names.filter((name) => name.startsWith(folder) && name.endsWith(".json")).sort()
    reader.channel(channel)
    for (const [day, name] of days.entries()) {
      options.signal.throwIfAborted()
      for (const message of inOrder(listIn(zip, name))) reader.message(channel, message)
      options.onProgress((n + (day + 1) / days.length) / channels.length, report.added + report.known)
      await turn()
    }
  }
  for (const [file, what] of [
    ["groups.json", "private channels"],
    ["dms.json", "direct conversations"],
    ["mpims.json", "group conversations"],
  ] as const) {
    const count = zip.names.includes(file) ? listIn(zip, file).length : 0
    if (count > 0) report.leftOut[what] = count
  }
  return report
}

class SlackReader {
  readonly #bulk: Bulk
  readonly #names: Names
  readonly #users: ReadonlyMap<string, Json>
  readonly #report: Report
  readonly #written = new Set<string>()
  #roomId = ""

  constructor(bulk: Bulk, names: Names, users: ReadonlyMap<string, Json>, report: Report) {
    this.#bulk = bulk
    this.#names = names
    this.#users = users
    this.#report = report
  }

  /** The messages that follow are of this one. */
  channel({ id, name, created, topic, purpose }: Json): void {
    const told = [topic, purpose]
      .map((one) => (one as Json | undefined)?.["value"])
      .find((text) => typeof text === "string" && text !== "")
    const text = plainText(typeof told === "string" ? told : "", this.#names)
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
      .toWellFormed()
    const at = typeof created === "number" ? created * 1_000 : 0
    this.#roomId = roomIdOf(`slack ${id}`)
    this.#bulk.room({
      id: this.#roomId,
      name: roomNameOf(name, "Channel"),
      topic: Array.from(text).slice(0, limits.topicLengthMax).join(""),
      visibility: "public",
      at,
    })
    this.#report.rooms++
  }

  message(channel: Json, message: Json): void {
    const at = timeOf(message["ts"])
    const text = `${plainText(textOf(message), this.#names)}${filesOf(message)}`
    const contents = contentsOf(text)
    if (at === undefined) this.#leaveOut("messages without a time")
    else if (silentKinds.has(`${message["subtype"]}`)) this.#leaveOut("notices of joining, leaving and naming")
    else if (contents.length === 0) this.#leaveOut("messages without a text")
    else this.#write(`slack ${channel["id"]}`, message, at, contents)
  }

  /** A text that is too long for one message makes several. */
  #write(channel: string, message: Json, at: number, contents: readonly string[]): void {
    const { ts, thread_ts: thread, edited } = message
    const userId = this.#author(message, at)
    const isReply = typeof thread === "string" && thread !== ts
    const replyTo = isReply ? messageIdOf(timeOf(thread) ?? 0, `${channel} ${thread}`) : undefined
    const editedAt = timeOf((edited as Json | undefined)?.["ts"]) ?? null
    for (const [part, content] of contents.entries()) {
      const id = messageIdOf(at, `${channel} ${ts}${part === 0 ? "" : ` ${part}`}`)
      const reactions = part === 0 ? this.#reactions(message, at) : []
      const place = { id, roomId: this.#roomId, userId, at, editedAt, replyTo }
      this.#report[this.#bulk.message({ ...place, content, reactions }) ? "added" : "known"]++
      this.#report.reactions += reactions.reduce((sum, { userIds }) => sum + userIds.length, 0)
    }
    if (isReply) this.#report.replies++
  }

  /** Programs that write have no user, or one that is not in the list. */
  #author({ user, bot_id: bot, username, user_profile: profile }: Json, at: number): string {
    const id =
      [user, bot].find((one): one is string => typeof one === "string" && /^[A-Za-z0-9]{1,64}$/.test(one)) ?? "unknown"
    this.#user(id, at, [nameOf(this.#users.get(id)), nameOf(profile as Json | undefined), username])
    return id
  }

  #user(id: string, at: number, names: readonly unknown[]): void {
    if (this.#written.has(id)) return
    this.#written.add(id)
    const picture = (this.#users.get(id)?.["profile"] as Json | undefined)?.["image_192"]
    const avatar =
      typeof picture === "string" && picture.length <= limits.urlLengthMax && isWebUrl(picture) ? picture : null
    this.#bulk.user({ id, username: usernameOf(names, id), avatar, at })
    this.#report.users++
  }

  #reactions({ reactions }: Json, at: number) {
    if (!Array.isArray(reactions)) return []
    return (reactions as Json[]).slice(0, limits.reactionsMax).flatMap(({ name, users }) => {
      const emoji = byName.get(`${name}`.split("::")[0] ?? "")
      const userIds = (Array.isArray(users) ? users : []).filter((id): id is string => this.#users.has(id))
      if (emoji === undefined) this.#leaveOut("reactions of one's own emoji")
      if (emoji === undefined || userIds.length === 0) return []
      for (const id of userIds) this.#user(id, at, [nameOf(this.#users.get(id))])
      return [{ emoji, userIds: [...new Set(userIds)] }]
    })
  }

  #leaveOut(what: string): void {
    this.#report.leftOut[what] = (this.#report.leftOut[what] ?? 0) + 1
  }
}

function listIn(zip: Zip, name: string): Json[] {
  const bytes = zip.read(name)
  if (bytes === undefined)
    throw new OperatorError(`There is no ${name} in it: name the zip that a workspace of Slack exports.`)
  try {
    const list: unknown = JSON.parse(bytes.toString("utf8"))
    if (Array.isArray(list)) return list.filter((one): one is Json => typeof one === "object" && one !== null)
  } catch {
    // Told below.
  }
  throw new OperatorError(`${name} is no list: the export is damaged.`)
}

function inOrder(messages: Json[]): Json[] {
  return messages.sort((a, b) => Number(a["ts"]) - Number(b["ts"]))
}

/** "1769860800.000200", in seconds. */
function timeOf(ts: unknown): number | undefined {
  const at = typeof ts === "string" ? Math.floor(Number(ts) * 1_000) : Number.NaN
  return Number.isSafeInteger(at) && at >= 0 ? at : undefined
}

function nameOf(user: Json | undefined): string | undefined {
  const profile = (user?.["profile"] ?? user) as Json | undefined
  const names = [profile?.["display_name"], profile?.["real_name"], user?.["real_name"], user?.["name"]]
  return names.find((name): name is string => typeof name === "string" && name.trim() !== "")
}

/** Programs write into attachments. */
function textOf({ text, attachments }: Json): string {
  if (typeof text === "string" && text !== "") return text
  const [first] = Array.isArray(attachments) ? (attachments as Json[]) : []
  const told = first?.["text"] ?? first?.["fallback"]
  return typeof told === "string" ? told : ""
}

/** Their bytes are at Slack, for who is signed in there. */
function filesOf({ files }: Json): string {
  if (!Array.isArray(files)) return ""
  const lines = (files as Json[]).map(
    ({ name, url_private: url }) => `\n${name ?? "File"}${typeof url === "string" ? `: ${url}` : ""}`,
  )
  return lines.join("")
}
