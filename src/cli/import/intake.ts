/**
 * What all imports share: people and rooms are written once, messages are cut to the length
 * allowed here, and whatever is left out is counted by reason.
 */
import { limits } from "../../contract/limits.ts"
import { isWebUrl } from "../../contract/text.ts"
import type { Bulk, BulkMember, BulkMessage } from "../../store/sqlite/bulk-rows.ts"
import type { TakeFile } from "./files-taken.ts"
import { messageIdOf } from "./foreign-ids.ts"
import { contentsOf, roomNameOf, topicOf, usernameOf } from "./text.ts"

export interface Report {
  rooms: number
  users: number
  /** New messages, and those that existed already. */
  added: number
  known: number
  replies: number
  reactions: number
  files: number
  /** Counts of what was left out, by reason. */
  readonly leftOut: Record<string, number>
}

export interface IntakeOptions {
  readonly signal: AbortSignal
  readonly onProgress: (share: number, messages: number) => void
  /** Undefined in a dry run. */
  readonly takeFile: TakeFile | undefined
}

interface ForeignRoom {
  readonly id: string
  readonly at: number
  readonly visibility: "public" | "private" | "direct"
  readonly name: string
  readonly topic: string
  /** Those who become members with it. */
  readonly people: readonly string[]
  /** Which of them own it. A direct room has no owners. */
  readonly owners: readonly unknown[]
  /** When they became members; by default when the room was created. */
  readonly memberAt?: number
}

export interface ForeignReaction {
  readonly emoji: string
  readonly userId: string
}

export interface ForeignFile {
  readonly name: string
  /** Undefined if it is missing. */
  readonly path: string | undefined
}

interface ForeignMessage {
  /** The same in every import; together with `at` it makes the id. */
  readonly key: string
  readonly roomId: string
  readonly userId: string
  readonly at: number
  readonly text: string
  readonly editedAt: number | null
  /** The message it answers. */
  readonly original: { readonly at: number; readonly key: string } | undefined
  readonly reactions: readonly ForeignReaction[]
  readonly mentions?: readonly string[]
  readonly files?: readonly ForeignFile[]
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
/** Messages between two checks for an interruption. */
const messagesAtOnce = 1_000

export class Intake {
  readonly report: Report = { rooms: 0, users: 0, added: 0, known: 0, replies: 0, reactions: 0, files: 0, leftOut: {} }
  readonly #bulk: Bulk
  readonly #options: IntakeOptions
  readonly #users = new Set<string>()
  readonly #now = Date.now()
  #sinceTurn = 0

  constructor(bulk: Bulk, options: IntakeOptions) {
    this.#bulk = bulk
    this.#options = options
  }

  leaveOut(what: string): void {
    this.report.leftOut[what] = (this.report.leftOut[what] ?? 0) + 1
  }

  hasUser(id: string): boolean {
    return this.#users.has(id)
  }

  /** Uses the first valid name; the id if none is valid. */
  user(id: string, names: readonly unknown[], at: number, picture?: unknown): void {
    if (this.#users.has(id)) return
    this.#users.add(id)
    const isAvatar = typeof picture === "string" && picture.length <= limits.urlLengthMax && isWebUrl(picture)
    this.#bulk.user({ id, username: usernameOf(names, id), avatar: isAvatar ? picture : null, at: this.#past(at) })
    this.report.users++
  }

  /** A conversation of more or fewer people than a direct room may have becomes a private room. */
  room({ id, visibility, name, topic, people, owners, ...times }: ForeignRoom): void {
    const at = this.#past(times.at)
    const isDirect = visibility === "direct" && people.length >= 2 && people.length <= limits.directPeersMax + 1
    if (isDirect) this.#bulk.room({ id, at, visibility, people })
    else {
      const called = { name: roomNameOf(name, "Room"), topic: topicOf(topic) }
      this.#bulk.room({ id, at, visibility: visibility === "public" ? "public" : "private", ...called })
    }
    this.report.rooms++
    for (const userId of people) {
      const role = !isDirect && owners.includes(userId) ? "owner" : "member"
      this.member({ roomId: id, userId, role, at: times.memberAt ?? times.at })
    }
  }

  member(member: BulkMember): void {
    if (this.#bulk.member({ ...member, at: this.#past(member.at) }) === "full") this.leaveOut("members above the limit")
  }

  /** A text that is too long for one message becomes several. */
  async message(message: ForeignMessage): Promise<void> {
    const { key, at, files = [] } = message
    const id = messageIdOf(at, key)
    const isNew = !this.#bulk.has(id)
    const taken = isNew && files.length > 0 ? await this.#take(message, files) : { text: message.text, fileIds: [] }
    const contents = contentsOf(taken.text)
    if (contents.length === 0 && (taken.fileIds.length > 0 || !isNew || this.#isRehearsed(files))) contents.push("")
    if (contents.length === 0) return this.leaveOut("messages without a text")
    if (!isNew) {
      this.report.known += contents.length
      return
    }
    if (message.original !== undefined) this.report.replies++
    for (const [part, content] of contents.entries()) this.#write(message, content, part, taken.fileIds)
  }

  /** From time to time lets other work run, and ends if it was interrupted. */
  async progress(share: number): Promise<void> {
    if (++this.#sinceTurn % messagesAtOnce !== 0) return
    this.#bulk.rest()
    this.#options.signal.throwIfAborted()
    this.#options.onProgress(share, this.report.added + this.report.known)
    await turn()
  }

  #write(message: ForeignMessage, content: string, part: number, fileIds: Taken["fileIds"]): void {
    const { key, roomId, userId, at, editedAt, original, mentions = [] } = message
    const reactions = part === 0 ? grouped(message.reactions).slice(0, limits.reactionsMax) : []
    const isAdded = this.#bulk.message({
      id: messageIdOf(at, part === 0 ? key : `${key} ${part}`),
      ...{ roomId, userId, content, reactions },
      at: this.#past(at),
      editedAt: editedAt === null ? null : this.#past(editedAt),
      replyTo: original && messageIdOf(original.at, original.key),
      mentions: part === 0 ? mentions.slice(0, limits.mentionsMax) : [],
      fileIds: part === 0 ? fileIds : [],
    })
    this.report[isAdded ? "added" : "known"]++
    this.report.reactions += reactions.reduce((sum, { userIds }) => sum + userIds.length, 0)
  }

  /** A time in the future would hold back the room's time, and some times are no valid date. */
  #past(at: number): number {
    return Math.min(Math.max(0, Math.floor(at)), this.#now)
  }

  /** Files that cannot be imported are named in the text. */
  async #take({ userId, text }: ForeignMessage, files: readonly ForeignFile[]): Promise<Taken> {
    const fileIds: Taken["fileIds"][number][] = []
    const named: string[] = []
    for (const [place, { name, path }] of files.entries()) {
      const reason = this.#refusal(place, path)
      const record = reason ? undefined : await this.#options.takeFile?.({ path: path ?? "", name, ownerId: userId })
      if (record !== undefined) {
        this.#bulk.file(record)
        fileIds.push(record.file.id)
      } else if (reason !== undefined || this.#options.takeFile !== undefined) {
        this.leaveOut(reason ?? "pictures that are damaged")
        named.push(`\n${name}`)
        continue
      }
      this.report.files++
    }
    return { text: `${text}${named.join("")}`, fileIds }
  }

  #refusal(place: number, path: string | undefined): string | undefined {
    if (path === undefined) return "files that are not beside the export"
    return place >= limits.filesPerMessageMax ? "files above the limit of a message" : undefined
  }

  #isRehearsed(files: readonly ForeignFile[]): boolean {
    return this.#options.takeFile === undefined && files.some(({ path }) => path !== undefined)
  }
}

/** An emoji may come several times, as once for each tone of skin. */
function grouped(reactions: readonly ForeignReaction[]): BulkMessage["reactions"] {
  const byEmoji = Map.groupBy(reactions, ({ emoji }) => emoji)
  return [...byEmoji].map(([emoji, some]) => ({ emoji, userIds: [...new Set(some.map(({ userId }) => userId))] }))
}

interface Taken {
  readonly text: string
  readonly fileIds: NonNullable<BulkMessage["fileIds"]>
}
