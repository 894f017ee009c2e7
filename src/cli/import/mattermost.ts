/**
 * What `mattermost export` writes: a line of JSON for each item, people and channels before
 * posts (https://docs.mattermost.com/onboard/bulk-loading-data.html). Posts have no id and
 * are not ordered by time: they are sorted first, together with replies. The key of a post
 * is its channel, its author and its time, which no later edit changes.
 */
import { closeSync, openSync, readSync } from "node:fs"
import { dirname, join } from "node:path"
import { StringDecoder } from "node:string_decoder"
import * as v from "valibot"
import { UserId } from "../../contract/values.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import { Sorted } from "../../store/sqlite/foreign.ts"
import { emojiNamed, withEmoji } from "./emoji.ts"
import { fileWithin } from "./files-taken.ts"
import { roomIdOf } from "./foreign-ids.ts"
import type { ForeignFile, ForeignReaction, Intake } from "./intake.ts"
import { isObject, type Json, listIn, objectIn, textIn, textsIn } from "./json.ts"
import { sizeOfNamed } from "./named-file.ts"
import type { SourceKind } from "./run.ts"
import { textOf } from "./slack-text.ts"

interface Channel {
  /** Its position among all channels. */
  readonly place: number
  readonly key: string
  readonly roomId: string
  readonly people: Set<string>
}

interface Said {
  readonly post: Json
  /** The post that a reply answers. */
  readonly original: { readonly user: string; readonly at: number } | undefined
}

const versionKnown = 1
const lineBytesMax = 256 * 1024 * 1024
/** The estimated share of reading in the time of a run; the rest is writing. */
const readShare = 0.3

const wanted = "name the file of lines that Mattermost exported"

export const mattermost: SourceKind = {
  name: "mattermost",
  argument: "FILE.jsonl",
  open: (path) => {
    sizeOfNamed(path, wanted)
    return { file: path, read: (intake) => new MattermostReader(path, intake).read(), [Symbol.dispose]: () => {} }
  },
}

class MattermostReader {
  readonly #path: string
  readonly #intake: Intake
  readonly #teams = new Map<string, string>()
  readonly #channels = new Map<string, Channel>()
  readonly #places: Channel[] = []
  readonly #at = Date.now()
  readonly #posts = new Sorted()
  #moment = { at: -1, counts: new Map<string, number>() }
  /** Other items, such as schemes of rights, are ignored. */
  readonly #things: Readonly<Record<string, (thing: Json) => void>> = {
    team: ({ name, display_name: title }) => void this.#teams.set(textIn(name), textIn(title) || textIn(name)),
    channel: (thing) => this.#channel(thing),
    user: (thing) => this.#user(thing),
    bot: ({ username, display_name: title }) => this.#person(textIn(username), [title]),
    post: (thing) => this.#post(this.#channels.get(keyOf(thing["team"], thing["channel"])), thing),
    direct_channel: ({ members, participants }) => void this.#direct(textsIn(members ?? membersOf(participants))),
    direct_post: (thing) => this.#post(this.#direct(textsIn(thing["channel_members"])), thing),
    emoji: () => this.#intake.leaveOut("emoji of one's own"),
  }

  constructor(path: string, intake: Intake) {
    this.#path = path
    this.#intake = intake
  }

  async read(): Promise<void> {
    using posts = this.#posts
    let number = 0
    for (const { line, share } of linesOf(this.#path)) {
      this.#line(parsed(this.#path, line, ++number), number)
      await this.#intake.progress(share * readShare)
    }
    if (number === 0) throw noExport(this.#path)
    const { size } = posts
    let written = 0
    for (const { category, line } of posts.all()) {
      await this.#say(this.#places[category] as Channel, JSON.parse(line))
      await this.#intake.progress(readShare + (1 - readShare) * (++written / size))
    }
  }

  #line(line: Json, number: number): void {
    if (number === 1) checkVersion(this.#path, line)
    else {
      const type = textIn(line["type"])
      const thing = line[type]
      if (!isObject(thing)) throw damaged(this.#path, number)
      if (Object.hasOwn(this.#things, type)) this.#things[type]?.(thing)
    }
  }

  #channel({ team, name, display_name: title, type, header, purpose }: Json): void {
    const channel = this.#known(keyOf(team, name))
    const told = textIn(title) || textIn(name)
    const place = this.#teams.size > 1 ? `${this.#teams.get(textIn(team)) ?? textIn(team)}: ${told}` : told
    const topic = withEmoji(textIn(header) || textIn(purpose))
    const visibility = type === "O" ? "public" : "private"
    this.#intake.room({ id: channel.roomId, at: 0, name: place, topic, visibility, people: [], owners: [] })
  }

  #user(user: Json): void {
    const { username, nickname, first_name: first, last_name: last, teams } = user
    const id = textIn(username)
    if (!this.#person(id, [nickname, `${textIn(first)} ${textIn(last)}`])) return
    for (const team of listIn(teams)) {
      for (const { name, roles } of listIn(team["channels"])) {
        const channel = this.#channels.get(keyOf(team["name"], name))
        if (channel === undefined) continue
        const role = textIn(roles).includes("channel_admin") ? "owner" : "member"
        channel.people.add(id)
        this.#intake.member({ roomId: channel.roomId, userId: id, role, at: this.#at })
      }
    }
  }

  #person(id: string, names: readonly unknown[]): boolean {
    const isPerson = v.is(UserId, id)
    if (isPerson) this.#intake.user(id, [...names, id], this.#at)
    else this.#intake.leaveOut("users without a name")
    return isPerson
  }

  /** A conversation of any number of people, of whom some may be no longer among the users. */
  #direct(names: readonly string[]): Channel | undefined {
    const people = [...new Set(names)].filter((name) => this.#person(name, [])).sort()
    if (people.length === 0) return undefined
    const key = `direct ${people.join(" ")}`
    const earlier = this.#channels.get(key)
    if (earlier !== undefined) return earlier
    const channel = this.#known(key)
    for (const one of people) channel.people.add(one)
    const conversation = { visibility: "direct", name: people.join(", "), topic: "", people, owners: people } as const
    this.#intake.room({ id: channel.roomId, at: 0, memberAt: this.#at, ...conversation })
    return channel
  }

  #known(key: string): Channel {
    const earlier = this.#channels.get(key)
    if (earlier !== undefined) return earlier
    const place = this.#places.length
    const channel = {
      place,
      key: `mattermost ${key}`,
      roomId: roomIdOf(`mattermost ${key}`),
      people: new Set<string>(),
    }
    this.#places.push(channel)
    this.#channels.set(key, channel)
    return channel
  }

  /** Kept until all posts are read, with its replies. */
  #post(channel: Channel | undefined, post: Json): void {
    if (channel === undefined) this.#intake.leaveOut("posts of channels that are not in it")
    else {
      const { replies, ...rest } = post
      const at = this.#add(channel, { post: rest, original: undefined })
      if (at === undefined) return
      const original = { user: textIn(post["user"]), at }
      for (const reply of listIn(replies)) this.#add(channel, { post: reply, original })
    }
  }

  #add({ place }: Channel, said: Said): number | undefined {
    const at = timeOf(said.post["create_at"])
    if (at === undefined) this.#intake.leaveOut("posts without a time")
    else this.#posts.add(place, at, JSON.stringify(said))
    return at
  }

  async #say({ key, roomId, people }: Channel, { post, original }: Said): Promise<void> {
    const { user, message, props, create_at: createdAt, edit_at: editedAt, delete_at: deletedAt, attachments } = post
    const at = timeOf(createdAt) ?? 0
    const userId = textIn(user)
    if (textIn(post["type"]).startsWith("system_"))
      return this.#intake.leaveOut("notices of joining, leaving and naming")
    if (timeOf(deletedAt)) return this.#intake.leaveOut("deleted posts")
    if (!v.is(UserId, userId)) return this.#intake.leaveOut("posts without an author")
    this.#intake.user(userId, [userId], at)
    const text = withEmoji(textOf({ text: message, attachments: objectIn(props)["attachments"] }))
    const mentions = mentionsIn(text).filter((name) => people.has(name))
    await this.#intake.message({
      key: `${key} ${userId}${this.#repeated(`${key} ${userId}`, at)}`,
      ...{ roomId, userId, at, text, mentions },
      editedAt: timeOf(editedAt) || null,
      original: original && { at: original.at, key: `${key} ${original.user}` },
      reactions: this.#reactions(post["reactions"]),
      files: listIn(attachments).map(({ path }) => this.#file(textIn(path))),
    })
  }

  /**
   * Programs write several posts at the same time: the first has the plain key, which replies and later exports use.
   */
  #repeated(key: string, at: number): string {
    if (at !== this.#moment.at) this.#moment = { at, counts: new Map() }
    const count = this.#moment.counts.get(key) ?? 0
    this.#moment.counts.set(key, count + 1)
    return count === 0 ? "" : ` #${count}`
  }

  #reactions(list: unknown): ForeignReaction[] {
    return listIn(list).flatMap(({ user, emoji_name: name }) => {
      const emoji = emojiNamed(textIn(name))
      const userId = textIn(user)
      if (emoji === undefined) this.#intake.leaveOut("reactions of one's own emoji")
      return emoji !== undefined && this.#intake.hasUser(userId) ? [{ emoji, userId }] : []
    })
  }

  /** Beside the lines, or in the folder `data` there. */
  #file(path: string): ForeignFile {
    const folder = dirname(this.#path)
    const found = fileWithin(folder, path) ?? fileWithin(folder, join("data", path))
    return { name: path.split("/").at(-1) || "File", path: found }
  }
}

/** Each line with the share of the file that is read; no line is longer than the limit. */
function* linesOf(path: string): Generator<{ readonly line: string; readonly share: number }> {
  const size = sizeOfNamed(path, wanted)
  const descriptor = openSync(path, "r")
  try {
    const decoder = new StringDecoder("utf8")
    const buffer = Buffer.alloc(1024 * 1024)
    let [read, parts, partsLength]: [number, string[], number] = [0, [], 0]
    for (let bytes = 1; bytes > 0; ) {
      bytes = readSync(descriptor, buffer)
      read += bytes
      const lines = (bytes > 0 ? decoder.write(buffer.subarray(0, bytes)) : `${decoder.end()}\n`).split("\n")
      const rest = lines.pop() ?? ""
      for (const line of lines) {
        const whole = parts.length === 0 ? line : parts.join("") + line
        ;[parts, partsLength] = [[], 0]
        if (whole.trim() !== "") yield { line: whole, share: size === 0 ? 1 : Math.min(1, read / size) }
      }
      parts.push(rest)
      partsLength += rest.length
      if (partsLength > lineBytesMax) throw noExport(path)
    }
  } finally {
    closeSync(descriptor)
  }
}

function parsed(path: string, line: string, number: number): Json {
  try {
    const value: unknown = JSON.parse(line)
    if (isObject(value)) return value
  } catch {
    // Reported below.
  }
  throw number === 1 ? noExport(path) : damaged(path, number)
}

function checkVersion(path: string, { type, version }: Json): void {
  if (type !== "version") throw noExport(path)
  if (version !== versionKnown)
    throw new OperatorError(`${path} is a bulk export of version ${version}; Warren knows version ${versionKnown}.`)
}

function noExport(path: string): OperatorError {
  return new OperatorError(
    `${path} is no bulk export of Mattermost: unpack it if it is a zip, and name the .jsonl in it.`,
  )
}

function damaged(path: string, line: number): OperatorError {
  return new OperatorError(`Line ${line} of ${path} is damaged, or was cut: export it again.`)
}

/** Milliseconds since 1970. */
function timeOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** `@ann`, whatever follows the name. Names may contain dots, and a sentence may end with one. */
function mentionsIn(text: string): string[] {
  const found = text.matchAll(/(?<![\w@.-])@([a-z0-9][a-z0-9._-]{0,63})/gi)
  const names = [...found].flatMap(([, name = ""]) => [name.toLowerCase(), name.toLowerCase().replace(/[._-]+$/, "")])
  return [...new Set(names)]
}

function keyOf(team: unknown, channel: unknown): string {
  return `${textIn(team)}/${textIn(channel)}`
}

function membersOf(participants: unknown): unknown {
  return Array.isArray(participants) ? participants.map((one) => (isObject(one) ? one["username"] : undefined)) : []
}
