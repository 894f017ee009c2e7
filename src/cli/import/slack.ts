/**
 * The export of a Slack workspace: users.json, channels.json, and for each channel a folder
 * with a file for each day; private channels and conversations too, if the owner asked for
 * them. The key of a message is its channel and `ts`, which is also its time.
 */
import { limits } from "../../contract/limits.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import { emojiNamed, withEmoji } from "./emoji.ts"
import { roomIdOf } from "./foreign-ids.ts"
import type { ForeignReaction, Intake } from "./intake.ts"
import { isObject, type Json, listIn, objectIn, textIn, textsIn } from "./json.ts"
import type { SourceKind } from "./run.ts"
import { filesOf, mentionsIn, textOf, withMarks } from "./slack-text.ts"
import { type Names, plainText, usernameOf } from "./text.ts"
import { openZip, type Zip } from "./zip.ts"

type Visibility = "public" | "private" | "direct"

/** Slack's notices about rooms. */
const silentKinds = new Set([
  "channel_join",
  "channel_leave",
  "channel_topic",
  "channel_purpose",
  "channel_name",
  "channel_archive",
  "channel_unarchive",
  "channel_convert_to_private",
  "channel_convert_to_public",
  "channel_posting_permissions",
  "group_join",
  "group_leave",
  "group_topic",
  "group_purpose",
  "group_name",
  "group_archive",
  "group_unarchive",
  "bot_add",
  "bot_remove",
  "pinned_item",
  "unpinned_item",
  "reminder_add",
  "tombstone",
])

/** It is not in the list of users. */
const slackbotId = "USLACKBOT"

export const slack: SourceKind = {
  name: "slack",
  argument: "FILE.zip",
  open: (path) => {
    const zip = openZip(path)
    return {
      file: path,
      read: (intake) => new SlackReader(inItsFolder(zip), intake).read(),
      [Symbol.dispose]: () => zip[Symbol.dispose](),
    }
  },
}

class SlackReader {
  readonly #zip: Zip
  readonly #intake: Intake
  /** Those of the list, and those of other workspaces whose messages were read. */
  readonly #users: Map<string, Json>
  readonly #channels: readonly (readonly [Json, Visibility])[]
  readonly #names: Names
  /** The files of each folder. */
  readonly #days: ReadonlyMap<string, readonly string[]>
  /** The channel of each folder. */
  readonly #folders: ReadonlyMap<string, Json>
  #roomId = ""
  /** Of that room. */
  #people: ReadonlySet<string> = new Set()

  constructor(zip: Zip, intake: Intake) {
    this.#zip = zip
    this.#intake = intake
    this.#users = new Map(
      listOf(zip, "users.json").flatMap((user) => (isId(user["id"]) ? [[user["id"], user] as const] : [])),
    )
    this.#days = Map.groupBy(
      zip.names.filter((name) => /^(?!__MACOSX\/)[^/]+\/.*\.json$/.test(name) && !isCanvas(name)),
      // Some systems write names in parts when they zip them again.
      (name) => name.slice(0, name.indexOf("/")).normalize(),
    )
    const others = (file: string, visibility: Visibility) =>
      (zip.names.includes(file) ? listOf(zip, file) : []).map((channel) => [channel, visibility] as const)
    const channels = [
      ...listOf(zip, "channels.json").map((channel) => [channel, "public"] as const),
      ...others("groups.json", "private"),
      ...others("mpims.json", "direct"),
      ...others("dms.json", "direct"),
    ]
    // What stands in several lists, or shares a folder, is of the last one: nothing private becomes public.
    this.#channels = [...new Map(channels.map((one) => [one[0]["id"], one])).values()]
    this.#folders = new Map(this.#channels.map(([channel]) => [folderOf(channel), channel]))
    const rooms = new Map(this.#channels.map(([{ id, name }]) => [id, textIn(name)]))
    this.#names = {
      user: (id) => (this.#users.has(id) ? usernameOf([nameOf(this.#users.get(id))], id) : undefined),
      room: (id) => rooms.get(id) || undefined,
    }
  }

  async read(): Promise<void> {
    for (const name of this.#zip.names) if (isCanvas(name)) this.#intake.leaveOut("canvases")
    for (const folder of this.#days.keys())
      if (!this.#folders.has(folder)) this.#intake.leaveOut("folders that are no channel's")
    await this.#meetOutsiders()
    for (const [n, [channel, visibility]] of this.#channels.entries()) {
      if (!this.#channel(channel, visibility)) continue
      const days = this.#daysOf(channel)
      for (const [day, name] of days.entries()) {
        const share = (n + (day + 1) / days.length) / this.#channels.length
        for (const message of inOrder(listOf(this.#zip, name))) {
          await this.#message(channel, message)
          await this.#intake.progress(share)
        }
      }
    }
  }

  #daysOf(channel: Json): readonly string[] {
    const folder = folderOf(channel)
    if (this.#folders.get(folder) === channel) return this.#days.get(folder)?.toSorted() ?? []
    this.#intake.leaveOut("messages of channels with the name of another")
    return []
  }

  /** Members from other workspaces are not in the list of users; what they wrote has their names. */
  async #meetOutsiders(): Promise<void> {
    const isListed = (id: string) => id === slackbotId || this.#users.has(id)
    if (this.#channels.every(([{ members }]) => textsIn(members).every(isListed))) return
    for (const day of [...this.#folders.keys()].flatMap((folder) => this.#days.get(folder) ?? []))
      for (const { user, user_profile: profile } of listOf(this.#zip, day)) {
        if (isId(user) && !this.#users.has(user) && isObject(profile)) this.#users.set(user, { profile })
        await this.#intake.progress(0)
      }
  }

  /** Begins a channel: the next messages are in it. Returns whether it is imported. */
  #channel(channel: Json, visibility: Visibility): boolean {
    const { name, created, topic, purpose, members } = channel
    const id = textIn(channel["id"])
    const at = typeof created === "number" ? created * 1_000 : 0
    const people = [...new Set(textsIn(members))].filter(isId)
    this.#people = new Set(people)
    if (visibility === "direct" && (people.length === 0 || people.includes(slackbotId))) {
      this.#intake.leaveOut("conversations with nobody or with Slackbot")
      return false
    }
    for (const one of people) this.#user(one, at)
    this.#roomId = roomIdOf(`slack ${id}`)
    const told = [topic, purpose].map((one) => textIn(objectIn(one)["value"])).find((text) => text !== "")
    const text = withEmoji(plainText(told ?? "", this.#names))
    const isDirect = visibility === "direct"
    const own = isDirect ? people.map((one) => this.#names.user(one) ?? one).join(", ") : "Channel"
    const described = { name: textIn(name) || own, topic: text }
    const owners = [channel["creator"] ?? (isDirect ? people[0] : undefined)]
    this.#intake.room({ id: this.#roomId, at, visibility, ...described, people, owners })
    return true
  }

  async #message(channel: Json, message: Json): Promise<void> {
    const { ts, thread_ts: thread, edited } = message
    const at = timeOf(ts)
    if (at === undefined) return this.#intake.leaveOut("messages without a time")
    if (silentKinds.has(textIn(message["subtype"])))
      return this.#intake.leaveOut("notices of joining, leaving and naming")
    const said = textOf(message)
    const text = `${withEmoji(withMarks(plainText(said, this.#names)))}${filesOf(message)}`
    const key = `slack ${textIn(channel["id"])}`
    const isReply = typeof thread === "string" && thread !== ts
    return this.#intake.message({
      key: `${key} ${textIn(ts)}`,
      roomId: this.#roomId,
      userId: this.#author(message, at),
      at,
      text,
      mentions: mentionsIn(said).filter((id) => this.#people.has(id)),
      editedAt: timeOf(objectIn(edited)["ts"]) ?? null,
      original: isReply ? { at: timeOf(thread) ?? 0, key: `${key} ${thread}` } : undefined,
      reactions: this.#reactions(message, at),
    })
  }

  /** Programs have no user, or one that is not in the list; old ones have a name alone. */
  #author(message: Json, at: number): string {
    const { user, bot_id: bot, comment, username, user_profile: profile, bot_profile: program } = message
    const called = usernameOf([username], "")
    const id = [user, bot, objectIn(comment)["user"]].find(isId) ?? (called === "" ? "unknown" : `slack-${called}`)
    this.#user(id, at, [nameOf(objectIn(profile)), username, objectIn(program)["name"]])
    return id
  }

  #user(id: string, at: number, names: readonly unknown[] = []): void {
    const user = this.#users.get(id)
    const ofSlack = id === slackbotId ? "Slackbot" : undefined
    this.#intake.user(id, [nameOf(user), ...names, ofSlack], at, objectIn(user?.["profile"])["image_192"])
  }

  #reactions({ reactions }: Json, at: number): ForeignReaction[] {
    const some = listIn(reactions).slice(0, limits.reactionsMax)
    return some.flatMap(({ name, users }) => {
      const emoji = emojiNamed(textIn(name))
      if (emoji === undefined) {
        this.#intake.leaveOut("reactions of one's own emoji")
        return []
      }
      const userIds = textsIn(users).filter(isId)
      for (const id of userIds) this.#user(id, at)
      return userIds.map((userId) => ({ emoji, userId }))
    })
  }
}

/** Some browsers unpack a downloaded zip; zipped again, everything is in a folder. */
function inItsFolder(zip: Zip): Zip {
  const [, folder] =
    /^([^/]+\/)users\.json$/.exec(zip.names.find((name) => /^[^/]+\/users\.json$/.test(name)) ?? "") ?? []
  if (folder === undefined || zip.names.includes("users.json")) return zip
  const names = zip.names.filter((name) => name.startsWith(folder)).map((name) => name.slice(folder.length))
  return { ...zip, names, read: (name) => zip.read(folder + name) }
}

/** A conversation of two has no name; its folder is named by its id. */
function folderOf(channel: Json): string {
  return textIn(channel["name"] ?? channel["id"]).normalize()
}

function isCanvas(name: string): boolean {
  return name.endsWith("/canvas_in_the_conversation.json")
}

function listOf(zip: Zip, name: string): Json[] {
  const bytes = zip.read(name)
  if (bytes === undefined)
    throw new OperatorError(`There is no ${name} in it: name the zip that a workspace of Slack exports.`)
  try {
    const list: unknown = JSON.parse(bytes.toString("utf8"))
    if (Array.isArray(list)) return list.filter(isObject)
  } catch {
    // Reported below.
  }
  throw new OperatorError(`${name} is no list: the export is damaged.`)
}

function isId(value: unknown): value is string {
  return /^[A-Za-z0-9]{1,64}$/.test(textIn(value))
}

function inOrder(messages: Json[]): Json[] {
  return messages.sort((a, b) => Number(textIn(a["ts"])) - Number(textIn(b["ts"])))
}

/** "1769860800.000200", in seconds. */
function timeOf(ts: unknown): number | undefined {
  const at = typeof ts === "string" ? Math.floor(Number(ts) * 1_000) : Number.NaN
  return Number.isSafeInteger(at) && at >= 0 ? at : undefined
}

function nameOf(user: Json | undefined): string | undefined {
  const profile = isObject(user?.["profile"]) ? user["profile"] : user
  const names = [profile?.["display_name"], profile?.["real_name"], user?.["real_name"], user?.["name"]]
  return names.find((name): name is string => typeof name === "string" && name.trim() !== "")
}
