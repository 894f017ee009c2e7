/**
 * Whatever is asked of a store, in whatever order, and how much of it in one go: each is answered as another store
 * answers it. Where `life-of-a-room.ts` has a model of one room's messages, this has none, and every kind of command.
 */
import { expect } from "bun:test"
import fc from "fast-check"
import { ownParts } from "../../src/chat/rules/found.ts"
import type { Mark } from "../../src/chat/rules/my-rooms.ts"
import type { Command, Kind, Outcomes } from "../../src/chat/rules/rules.ts"
import { type ChatStore, outcomeOf } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { FileId } from "../../src/contract/files.ts"
import type { MessageId, RoomId, UserId } from "../../src/contract/values.ts"
import { user } from "../support/ids.ts"
import { hashOf, picture } from "./files-suite.ts"
import type { OpenStore } from "./store-suite.ts"

const people = ["ann", "bob", "cleo", "dan"].map(user)
const noon = Date.parse("2026-01-31T12:00:00.000Z")
const dayMs = 86_400_000

/** What a step takes of each; a kind of command looks at what it needs. */
interface Step {
  readonly kind: Kind
  readonly who: number
  readonly whom: number
  /** Which of those that there have been. */
  readonly room: number
  readonly message: number
  readonly file: number
  readonly text: string
  readonly number: number
  readonly yes: boolean
  readonly also: boolean
}

/** How often each kind comes: what others need comes more often. */
const writing = {
  createRoom: 4,
  send: 24,
  edit: 6,
  delete: 3,
  react: 6,
  openDirect: 3,
  leaveForGood: 2,
  addMember: 3,
  setRole: 3,
  removeMember: 2,
  unbanMember: 2,
  updateRoom: 3,
  deleteRoom: 1,
  keepMarks: 4,
  setNotifications: 2,
  addFile: 3,
  removeFiles: 1,
  welcome: 1,
  enroll: 2,
  handOver: 1,
  probe: 1,
} as const

/** Whatever reads, beside its writing or alone. */
const reading = {
  join: 12,
  markRead: 4,
  updateProfile: 2,
  purge: 1,
  expireMembers: 1,
  removeOld: 2,
  reclaim: 1,
  getRoom: 1,
  listMembers: 2,
  listBanned: 1,
  listRooms: 2,
  listUsers: 2,
  getUser: 1,
  roomIds: 1,
  pageSince: 4,
  pageBefore: 3,
  pageAfter: 3,
  pageAround: 3,
  myRooms: 3,
  ownRoom: 2,
  standings: 2,
  findFile: 1,
  looseFiles: 1,
  hashesInUse: 1,
  searchScope: 1,
  checkHits: 1,
  readHits: 2,
  servedAt: 1,
  heads: 1,
  strangers: 1,
  isPurgeDue: 1,
  findUnseen: 1,
  checkInvite: 1,
  roomOfMember: 1,
  findOld: 1,
  ownData: 2,
} as const

const often = { ...writing, ...reading } satisfies Record<Kind, number>

const steps: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(...Object.entries(often).map(([kind, weight]) => ({ arbitrary: fc.constant(kind as Kind), weight }))),
  who: fc.nat(people.length - 1),
  whom: fc.nat(people.length - 1),
  room: fc.nat(4),
  message: fc.nat(11),
  file: fc.nat(4),
  text: fc.constantFrom("a", "b", "Straße 🚲"),
  number: fc.nat(7),
  yes: fc.boolean(),
  also: fc.boolean(),
})

/** Steps that are taken in one go. */
const anyLives = fc.array(fc.array(steps, { minLength: 1, maxLength: 8 }), {
  minLength: 1,
  maxLength: 30,
  size: "max",
})

interface Stores {
  readonly one: () => Promise<OpenStore>
  readonly other: () => Promise<OpenStore>
  /** Where an answer may show what came later in one go: a page, or the author's profile in a message. */
  readonly readsLate?: boolean
}

/** Each life is lived in both, new ones for each. Always the same; LIVES=1000 lives so many others. */
export async function expectAlike({ one: openOne, other: openOther, readsLate = false }: Stores): Promise<void> {
  const isLast = readsLate ? (one: Command, next: Command) => isReading(one) || isReading(next) : showsPicture
  const liveBoth = async (turns: readonly (readonly Step[])[]) => {
    await using one = await openOne()
    await using other = await openOther()
    const life = new Life()
    for (const steps of turns) {
      const all = steps.map((step) => life.commandOf(step))
      for (const commands of goesOf(all, isLast)) {
        const [expected, answers] = [await answersOf(one.store, commands), await answersOf(other.store, commands)]
        for (const [index, command] of commands.entries()) {
          expect([command, answers[index]]).toEqual([command, expected[index]])
          life.hear(command, answers[index])
        }
      }
      expect(await other.store.counts()).toEqual(await one.store.counts())
    }
  }
  const lives = process.env["LIVES"]
  await fc.assert(fc.asyncProperty(anyLives, liveBoth), lives ? { numRuns: Number(lives) } : { numRuns: 10, seed: 1 })
}

/** What a profile shows is held once it is written, not before in the same go. */
const showsPicture = (one: Command) => "avatar" in one && one.avatar !== undefined

const isReading = ({ kind }: Command) => kind in reading

/** What is taken in one go, and what in the next. */
function goesOf(commands: readonly Command[], isLast: (one: Command, next: Command) => boolean): Command[][] {
  const goes: Command[][] = [[]]
  for (const [index, command] of commands.entries()) {
    goes.at(-1)?.push(command)
    const next = commands[index + 1]
    if (next !== undefined && isLast(command, next)) goes.push([])
  }
  return goes
}

/** Makes commands of steps: the ids that steps number are those that came before. */
class Life {
  readonly #rooms: RoomId[] = []
  readonly #messages: MessageId[] = []
  readonly #files: FileId[] = []
  /** What was read, and is not kept yet. */
  readonly #marks: Mark[] = []
  #ids = 0
  #at = noon

  commandOf(step: Step): Command {
    const { kind, who, whom, number, text, yes, also } = step
    // Sometimes a day or two later, and sometimes earlier.
    this.#at += number === 7 ? (yes ? 2 * dayMs : -400) : number
    const at = this.#at
    const userId = people[who] as UserId
    const targetId = people[whom] as UserId
    const roomId = among(this.#rooms, step.room) ?? this.#newId<RoomId>()
    const place = { roomId, userId }
    const acting = { ...place, isAdmin: number === 6 }
    const rights = { isKnown: yes, isAdmin: number === 6 }
    const id = among(this.#messages, step.message) ?? this.#newId<MessageId>()
    const mentioned = { mentions: also ? [targetId] : undefined, mentionsRoom: number > 5 ? yes : undefined }
    const page = { roomId, ...(number > 0 && { userId }), limit: 1 + (step.message % 5) }
    const seeker = {
      userId,
      isKnown: yes,
      joined: new Set(also ? [roomId] : []),
      roomId: number % 2 === 0 ? roomId : undefined,
    }
    const marks = new Map([[roomId, number]])
    const newUserWaitMs = number === 5 ? 60_000 : 0
    switch (kind) {
      case "createRoom": {
        const visibility = (["public", "public", "unlisted", "private"] as const)[number % 4] ?? "public"
        const creator = number === 3 ? null : { userId, username: userId, isKnown: yes }
        const requestId = also ? `request ${step.room}` : undefined
        return {
          kind,
          id: added(this.#rooms, this.#newId<RoomId>()),
          name: text,
          topic: "",
          visibility,
          requestId,
          creator,
          at,
        }
      }
      case "join": {
        const avatar = number < 5 ? undefined : this.#avatar(step)
        const since = also ? number : undefined
        const who = { username: number === 4 ? text : userId, avatar, keepsProfile: yes && also }
        return { ...acting, ...who, kind, since, epoch: undefined, newUserWaitMs, isKnown: yes, at }
      }
      case "send": {
        const isAgain = number === 2
        const sent = isAgain ? id : added(this.#messages, this.#newId<MessageId>())
        const file = among(this.#files, step.file)
        const files = number === 1 && file ? [{ id: file, alt: yes ? text : undefined }] : undefined
        const said = {
          type: yes && number === 4 ? "image" : "text",
          content: imageOr(text, yes && number === 4),
        } as const
        const replyTo = number === 3 ? among(this.#messages, step.file + 1) : undefined
        return { ...place, ...said, ...mentioned, kind, id: sent, chosen: yes || isAgain, files, replyTo, rights, at }
      }
      case "edit":
        return { ...place, ...mentioned, kind, id, content: text, rights, at }
      case "delete":
        return { ...place, kind, id, rights, at }
      case "react":
        return { ...place, kind, id, emoji: text === "a" ? "👍" : "🎉", isOn: number > 1, at }
      case "openDirect": {
        const others = people.filter((one) => one !== userId)
        const targetIds = others.slice(0, 1 + (whom % 2)).concat(number === 7 ? [user("nobody")] : [])
        const newId = added(this.#rooms, this.#newId<RoomId>())
        return { kind, userId, username: userId, targetIds, newId, newRoomWaitMs: number === 6 ? 60_000 : 0, at }
      }
      case "leaveForGood":
      case "checkInvite":
      case "roomOfMember":
        return { ...place, kind }
      case "getRoom":
        return { ...acting, kind }
      case "listMembers":
        return { ...place, kind, isPublicOnly: yes }
      case "addMember":
        return { ...acting, kind, targetId, at }
      case "setRole":
        return { ...acting, kind, targetId, role: (["owner", "moderator", "member"] as const)[number % 3] ?? "member" }
      case "removeMember":
        return { ...acting, kind, targetId, ban: yes, at }
      case "unbanMember":
        return { ...acting, kind, targetId }
      case "listBanned":
        return { ...acting, kind, after: 0, limit: 1 + number }
      case "updateRoom":
        return {
          ...acting,
          kind,
          name: yes ? text : undefined,
          topic: also ? text : undefined,
          visibility: number < 2 ? (["public", "unlisted"] as const)[number] : undefined,
          keepDays: number > 3 ? number - 4 : undefined,
        }
      case "deleteRoom":
        return { ...place, kind, at }
      case "markRead":
        return { ...place, kind, seq: number, marked: step.file }
      case "keepMarks":
        return { kind, marks: this.#marks.splice(0) }
      case "setNotifications":
        return { ...place, kind, level: (["all", "mentions", "none"] as const)[number % 3] ?? "all" }
      case "updateProfile":
        return { kind, userId, username: yes ? text : undefined, avatar: this.#avatar(step), at }
      case "listUsers":
        return { kind, userId, query: also ? text : undefined, after: 0, limit: 1 + number, isShared: yes }
      case "getUser":
        return { kind, userId, targetId, isShared: yes }
      case "roomIds":
        return { kind, userId }
      case "addFile": {
        const file = { ...picture("bike.png"), id: added(this.#files, this.#newFileId()) }
        return { kind, file, sha256: hashOf(file), ownerId: also ? userId : null, at }
      }
      case "findFile":
        return { kind, id: among(this.#files, step.file) ?? this.#newFileId() }
      case "removeFiles": {
        const ids = [...new Set([0, 1].flatMap((more) => among(this.#files, step.file + more) ?? []))]
        return { kind, ids, before: yes ? at : noon }
      }
      case "looseFiles":
        return { kind, before: yes ? at : noon, limit: 100 }
      case "hashesInUse":
        return { kind, hashes: this.#files.map((id) => hashOf({ ...picture("bike.png"), id })) }
      case "listRooms":
        return { kind, query: also ? text : undefined, after: undefined, limit: 1 + number }
      case "pageSince":
        return { ...page, kind, since: number, epoch: yes ? undefined : "another" }
      case "pageBefore":
        return { ...page, kind, before: yes ? number : undefined }
      case "pageAfter":
        return { ...page, kind, after: number }
      case "pageAround":
        return { ...page, kind, around: number }
      case "myRooms": {
        const onlyOf = yes ? [roomId] : undefined
        const who = { username: userId, avatar: null, newUserWaitMs }
        return { kind, userId, ...who, marks, after: 0, limit: 1 + number, onlyOf, at }
      }
      case "ownRoom":
        return { ...place, kind, marks }
      case "standings":
        return { kind, roomId, readers: people.map((one) => ({ userId: one, readSeq: number })) }
      case "searchScope":
        return { ...seeker, kind }
      case "checkHits":
        return { ...seeker, kind, read: [{ roomId, rev: step.file, seqs: [number, number + 1] }] }
      case "readHits": {
        const found = this.#messages.slice(-6).map((one) => ({ id: one, roomId, viewer: also ? userId : undefined }))
        return { ...seeker, kind, found }
      }
      case "heads":
        return { kind, roomIds: this.#rooms }
      case "strangers":
        return { kind, roomId, userIds: people }
      case "welcome":
        return { kind, userId, username: text, roomIds: this.#rooms.slice(-3), at }
      case "enroll":
        return { ...place, kind, at }
      case "handOver":
        return { ...place, kind, heirId: targetId }
      case "probe":
      case "purge":
        return { kind, at }
      case "expireMembers":
      case "findUnseen":
        return { kind, before: yes ? at - dayMs : noon }
      case "findOld":
        return { kind, at, days: yes ? 1 : undefined, after: 0, limit: 100 }
      case "removeOld":
        return { kind, roomId, before: at - dayMs, limit: 100 }
      case "ownData":
        return { kind, part: ownParts[number % ownParts.length] ?? "rooms", userId, after: 0 }
      case "servedAt":
      case "isPurgeDue":
      case "reclaim":
        return { kind }
    }
  }

  /** Nobody is told of more than a room has, so no more is kept. */
  hear(command: Command, answer: unknown): void {
    if (command.kind !== "markRead" || !isMarked(answer)) return
    const { roomId, userId } = command
    this.#marks.push({ roomId, userId, seq: answer.standing.readSeq })
  }

  /** The same of the same life. */
  #newId<Id extends RoomId | MessageId>(): Id {
    const digits = new Bun.CryptoHasher("sha256").update(String(this.#ids++)).digest("hex")
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, "$1-$2-$3-$4-$5") as Id
  }

  #newFileId(): FileId {
    return this.#newId().replaceAll("-", "").slice(-22) as FileId
  }

  #avatar({ file, number }: Step): string | null {
    const id = among(this.#files, file)
    return id === undefined || number > 5 ? null : `http://here.example/files/${id}/bike.png`
  }
}

/** What a store comes to, but for what is its own: its epoch, its keys, what several servers tell each other, and the order of what has none. */
async function answersOf(store: ChatStore, commands: readonly Command[]): Promise<unknown[]> {
  const outcomes = commands.map((command) =>
    outcomeOf(store, command).then(
      (outcome) => told(outcome, command.kind),
      (error) => {
        if (!(error instanceof ChatError)) throw error
        return { code: error.code, message: error.message, details: error.details }
      },
    ),
  )
  return await Promise.all(outcomes)
}

/** Without an order: whoever asks puts them in one, or it is a set. */
const sets: ReadonlySet<Kind> = new Set([
  "listMembers",
  "looseFiles",
  "hashesInUse",
  "roomIds",
  "searchScope",
  "updateProfile",
])

/** How much a store has to clean up is its own. */
const ownKinds: ReadonlySet<Kind> = new Set(["isPurgeDue", "purge", "reclaim"])

function told(outcome: unknown, kind: Kind): unknown {
  if (ownKinds.has(kind)) return undefined
  const plain = mapped(outcome, (key, value) => {
    if (["pk", "place", "epoch", "changes", "isTold"].includes(key)) return undefined
    if (key === "next" && typeof value === "number") return "more"
    if (key === "mine" && value instanceof Map && value.size === 0) return undefined
    return value instanceof Map || value instanceof Set ? [...value] : value
  })
  const sorted = (_: string, value: unknown) => (Array.isArray(value) ? value.toSorted(byText) : value)
  return sets.has(kind) ? mapped(plain, sorted) : plain
}

const byText = (one: unknown, other: unknown) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)

function mapped(value: unknown, change: (key: string, value: unknown) => unknown): unknown {
  const text = JSON.stringify(value, change)
  return text === undefined ? undefined : JSON.parse(text)
}

function isMarked(answer: unknown): answer is Outcomes["markRead"] {
  return typeof answer === "object" && answer !== null && "standing" in answer
}

function among<T>(all: readonly T[], index: number): T | undefined {
  return all.length === 0 ? undefined : all.at(-1 - (index % all.length))
}

function added<T>(all: T[], one: T): T {
  all.push(one)
  return one
}

function imageOr(text: string, isImage: boolean): string {
  return isImage ? "https://a.example/1.png" : text
}
