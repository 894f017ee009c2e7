/**
 * One room that this person is in, over any number of connections: who is here, what was
 * said and what is read. `joining` knows how they enter it.
 */
import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals-core"
import { texts } from "../texts/texts.ts"
import { Belonging } from "./belonging.ts"
import type { Clock } from "./clock.ts"
import type { Connection } from "./connection.ts"
import { Draft } from "./draft.ts"
import { Editing } from "./editing.ts"
import { type Arrival, Feed } from "./feed.ts"
import type { User } from "./identity.ts"
import { Joining } from "./joining.ts"
import type { Kept, KeptChange } from "./kept.ts"
import { limits } from "./limits.ts"
import { Movements } from "./movements.ts"
import type { PendingChange } from "./pending.ts"
import { Place } from "./place.ts"
import type { Level } from "./preferences.ts"
import { Presence } from "./presence.ts"
import { type Done, withMine } from "./reactions.ts"
import { Reading } from "./reading.ts"
import { type Extras, Sender } from "./sender.ts"
import { concerns, type Latest, latestIn, Standing, type Told } from "./standing.ts"
import type {
  Answer,
  HistoryInfo,
  Member,
  Message,
  MessageChange,
  MessageType,
  RoomInfo,
  RoomPresence,
  UserJoined,
  UserLeft,
  UserTyping,
} from "./wire.ts"

/** A room as described by a join, `my_rooms` and `room_updated`. */
type Description = Pick<RoomInfo, "name" | "topic" | "visibility"> & {
  readonly peers?: readonly Peer[] | undefined
}

/** Another person in a direct room. */
export type Peer = Answer<"list_users">["users"][number]

interface RoomOptions {
  readonly id: string
  /** Its last known name. */
  readonly name: string
  /** If that was seen. */
  readonly closedAs?: "direct" | "private" | undefined
  readonly connection: Connection
  readonly clock: Clock
  readonly user: () => User
  readonly kept: Kept
  readonly keptInTab: Kept
  readonly onJoined: (room: Room) => void
  readonly isAdmin?: () => boolean
  /** Whether the server stores read positions and notification levels. */
  readonly isKnown?: () => boolean
  /** This tab has read up to this `seq`. */
  readonly onRead?: (room: Room, seq: number) => void
  /** A new message of somebody else, or the last of those that were missed. */
  readonly onNews: (news: News) => void
}

/** A new message of somebody else. */
export interface News extends Latest {
  readonly room: Room
  /** Set for a joined room. */
  readonly message: Message | undefined
  /** Whether it mentions this person, or answers them. */
  readonly isForMe: boolean
}

export class Room {
  readonly id: string
  readonly presence = new Presence()
  readonly movements: Movements
  readonly reading: Reading
  readonly standing: Standing
  readonly place: Place
  readonly feed: Feed
  readonly sender: Sender
  readonly draft: Draft
  readonly editing: Editing
  readonly joining: Joining
  readonly #options: RoomOptions
  readonly belonging: Belonging
  /** The notification level that the server stores, if it does. */
  readonly level = signal<Level | undefined>(undefined)
  readonly #name = signal("")
  readonly #topic = signal("")
  readonly #peers = signal<readonly Peer[]>([])
  readonly #visibility = signal<RoomInfo["visibility"] | undefined>(undefined)
  readonly #createdAt = signal<string | undefined>(undefined)
  #isWatched = false

  constructor(options: RoomOptions) {
    const { id, name, connection, clock, user, kept, keptInTab, isAdmin = () => false } = options
    this.id = id
    this.#options = options
    this.#name.value = name
    this.#visibility.value = options.closedAs
    const isJoined = () => this.isJoined
    const rejoin = () => void this.join()
    const scope = { roomId: id, connection, clock, user, isJoined, rejoin, kept, keptInTab }
    this.movements = new Movements(clock)
    const isShared = () => options.isKnown?.() === true
    this.reading = new Reading(id, kept, { onRead: (seq) => options.onRead?.(this, seq), isShared })
    this.place = new Place(id, keptInTab)
    this.feed = new Feed(scope, (messages, arrival) => this.#arrived(messages, arrival))
    const { feed, presence, movements } = this
    const onAnswer = (info: RoomInfo) => this.#answered(info)
    this.joining = new Joining({ scope, feed, presence, movements, onAnswer, onJoined: () => this.#joined() })
    this.standing = new Standing(this.feed.timeline, this.reading, () => this.userId)
    this.draft = new Draft(id, kept, () => user().userId)
    this.belonging = new Belonging(scope, isAdmin)
    this.editing = new Editing(id, keptInTab, () => user().userId)
    this.sender = new Sender(scope, {
      onStored: (message, change) =>
        change ? this.#changed(message, { ...change, userId: this.userId }) : this.onMessage(message),
      onGone: (change) => this.#keepText(change),
      people: () => this.people,
      find: (messageId) => this.feed.timeline.find(messageId),
    })
    this.unread = computed(() => this.standing.news.value.unread)
    this.#hideDeleted()
  }

  /** Everybody known to be in it or a member of it, by name. */
  get people(): Member[] {
    const known = [...this.presence.members.value.values(), ...this.belonging.members.value]
    const people = new Map(known.map((member) => [member.userId, member]))
    return [...people.values()].sort((a, b) => (a.username < b.username ? -1 : 1))
  }

  /** The user that this tab is in it. */
  get userId(): string {
    return this.#options.user().userId
  }

  /** The name of somebody who is here, or wrote one of the fetched messages. */
  nameOf(userId: string): string | undefined {
    return this.presence.members.value.get(userId)?.username ?? this.feed.timeline.authors.get(userId)
  }

  get name(): ReadonlySignal<string> {
    return this.#name
  }

  get topic(): ReadonlySignal<string> {
    return this.#topic
  }

  /** In a direct room: the other people. */
  get peers(): ReadonlySignal<readonly Peer[]> {
    return this.#peers
  }

  /** In a direct room of two: the other person. */
  get peer(): Peer | undefined {
    const [peer, ...others] = this.#peers.value
    return others.length === 0 ? peer : undefined
  }

  /** Known once it was joined. */
  get visibility(): ReadonlySignal<RoomInfo["visibility"] | undefined> {
    return this.#visibility
  }

  /** Known once it was joined. */
  get createdAt(): ReadonlySignal<string | undefined> {
    return this.#createdAt
  }

  get isJoined(): boolean {
    return this.joining.isJoined
  }

  /** Messages of others after the last one read. */
  readonly unread: ReadonlySignal<number>

  /** How the room stands for this person, as the server has just told. */
  stands(told: Told): void {
    this.reading.readElsewhere(told.readSeq)
    this.standing.tell(told)
  }

  join(): Promise<void> {
    return this.joining.join()
  }

  disconnected(): void {
    this.joining.lost()
    this.sender.disconnected()
  }

  /** `forGood` ends the membership, on every device. */
  leave({ forGood = false } = {}): void {
    this.disconnected()
    const { connection, user } = this.#options
    void connection.request("leave_room", { roomId: this.id, userId: user().userId, forGood })
  }

  /** Its name and visibility, as the server says. A direct room is named after the others in it. */
  describe({ name, topic, visibility, peers }: Description): void {
    this.#topic.value = topic
    this.#visibility.value = visibility
    if (visibility !== "direct") this.#name.value = name
    else if (peers !== undefined) this.meet(peers)
    else if (this.#name.value === "") void this.#learnPeers()
  }

  /** The others in a direct room, with their current names. */
  meet(peers: readonly Peer[]): void {
    this.#peers.value = peers
    this.#name.value = peers.map(({ username }) => username).join(", ")
  }

  /** It is shown at once, and sent as soon as possible. */
  send(content: string, type: MessageType = "text", extras?: Extras): void {
    this.reading.eraseLine()
    this.sender.send(content, type, { ...extras, replyTo: this.draft.replyTo.value })
    this.draft.reply(undefined)
  }

  /** Whether closing the page would lose something written here. */
  get isAtRisk(): boolean {
    return this.draft.isAtRisk || this.sender.outbox.isAtRisk
  }

  /** Whether it has messages that only this browser has. */
  get holdsUnsent(): boolean {
    return this.sender.outbox.entries.value.length > 0
  }

  /** Unsent messages or a draft. */
  get holdsWords(): boolean {
    return this.holdsUnsent || this.draft.text.value.trim() !== ""
  }

  /** Removes everything unsent that was written here. */
  forgetWritten(): void {
    this.draft.write("")
    this.draft.reply(undefined)
    this.editing.end()
    this.sender.outbox.clear()
  }

  /** The user has changed. */
  userChanged(): void {
    this.reading.forget()
    this.standing.tell(undefined)
    this.belonging.tell(undefined)
    this.level.value = undefined
    this.draft.reload()
    this.editing.reload()
    this.sender.outbox.reload()
  }

  /** Another tab made this change; without a change, anything may be new. */
  keptElsewhere(change: KeptChange | undefined): void {
    this.reading.reload()
    if (change === undefined) return
    this.draft.keptElsewhere(change)
    this.sender.keptElsewhere(change)
  }

  /** Whether the person sees new messages. */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched
    if (isWatched) this.#readAll()
  }

  /** The person opens this room: the line goes where they stopped reading. */
  visit(): void {
    this.reading.drawLine(this.feed.timeline.last?.seq ?? 0)
  }

  /** New names are not told. If one page holds everybody here, they are fetched anyway. */
  async renewMembers(): Promise<void> {
    if (!this.isJoined || this.presence.count.value > limits.membersLengthMax) return
    const reply = await this.#options.connection.request("get_members", { roomId: this.id })
    if (reply.ok) for (const member of reply.members) this.presence.describe(member)
  }

  onHistory(messages: readonly Message[], info: HistoryInfo): void {
    this.feed.onHistory(messages, info)
    this.joining.historyCame(info.rev)
  }

  onMessage(message: Message): void {
    const { timeline } = this.feed
    const seqBefore = timeline.last?.seq ?? 0
    const isNew = message.seq > seqBefore && message.deletedAt === undefined
    const isMine = message.userId === this.#options.user().userId
    if (isNew) this.presence.describe({ userId: message.userId, ...message.user })
    if (isNew && isMine) this.reading.wrote(seqBefore, message.seq)
    if (isNew && !isMine && !this.#isWatched) this.reading.cameUnseen(seqBefore)
    this.feed.onMessage(message)
    if (isNew && !isMine) this.#tell(message)
  }

  /** The event is the same for everybody. */
  onUpdated(message: Message, change: MessageChange): void {
    const { read } = this.reading
    // Its earlier state is unknown here, so the server counts again.
    const isUncounted = message.seq > (read.value ?? message.seq) && this.feed.timeline.gapAt(message.seq)
    if (isUncounted && change.change !== "react") this.#options.onRead?.(this, read.value ?? 0)
    this.#changed(message, change)
  }

  onJoined(member: UserJoined): void {
    this.presence.enter(member)
    this.movements.joined(this.#lastId(), member)
  }

  onLeft({ userId, reason }: UserLeft): void {
    if (userId === this.#options.user().userId && (reason === "removed" || reason === "deleted")) {
      this.ended(reason)
      return
    }
    const member = this.presence.members.value.get(userId)
    this.presence.exit(userId)
    if (member) void this.movements.left(() => this.#lastId(), member, reason)
  }

  /** This person is no longer a member. */
  ended(reason: "removed" | "deleted"): void {
    this.sender.disconnected()
    this.joining.end(reason === "deleted" ? { kind: "missing" } : { kind: "refused", reason: texts().problems.removed })
  }

  onPresence({ memberCount }: RoomPresence): void {
    this.presence.crowd(memberCount)
  }

  onTyping({ userId, isTyping }: UserTyping): void {
    if (isTyping) this.presence.startTyping(userId, this.#options.clock.elapsedMs())
    else this.presence.stopTyping(userId)
  }

  #answered(info: RoomInfo): void {
    this.describe(info)
    this.#createdAt.value = info.createdAt
  }

  #joined(): void {
    this.#options.onJoined(this)
    void this.feed.catchUp()
    this.sender.joined()
  }

  /** Missed messages are marked also if the room is open: the person did not see them come. */
  #arrived(messages: readonly Message[], arrival: Arrival): void {
    const { userId: mine } = this.#options.user()
    if (arrival.kind === "begun") this.reading.begin(this.feed.timeline.last?.seq ?? 0, arrival.keptSeq)
    if (arrival.kind === "missed") {
      const { seqBefore } = arrival
      const isNews = ({ seq, userId, deletedAt }: Message) => seq > seqBefore && userId !== mine && !deletedAt
      const missed = messages.findLast(isNews)
      if (missed !== undefined) {
        this.reading.cameUnseen(seqBefore)
        this.#tell(missed)
      }
    }
    for (const { id, userId, seq, rev, deletedAt } of messages) {
      this.sender.outbox.remove(id)
      if (rev === seq) this.presence.stopTyping(userId)
      if (deletedAt !== undefined) this.#deleted(id)
    }
    if (this.#isWatched) this.#readAll()
  }

  #changed(message: Message, change: Done): void {
    const { userId } = this
    this.onMessage(withMine(message, { known: this.feed.timeline.find(message.id), change, userId }))
  }

  /** The text of an edit is not lost with its message. */
  #keepText(change: PendingChange): void {
    if (change.change === "edit") this.draft.rescue(change.content)
  }

  #tell(message: Message): void {
    const isForMe = concerns(message, this.userId)
    this.#options.onNews({ ...latestIn(message), room: this, message, isForMe })
  }

  #deleted(id: string): void {
    if (this.draft.replyTo.peek()?.id === id) this.draft.reply(undefined)
    const edited = this.editing.current.peek()
    if (edited?.messageId !== id) return
    this.draft.rescue(edited.text)
    this.editing.end()
  }

  /** A message being deleted is hidden at once, and comes back if that is refused. */
  #hideDeleted(): void {
    effect(() => {
      const deletions = this.sender.outbox.changes.value.filter(
        ({ change, refusal }) => change === "delete" && refusal === undefined,
      )
      untracked(() => this.feed.timeline.hideOnly(new Set(deletions.map(({ messageId }) => messageId))))
    })
  }

  #readAll(): void {
    const last = this.feed.timeline.last
    if (last) this.reading.readTo(last.seq)
  }

  async #learnPeers(): Promise<void> {
    await this.belonging.refresh()
    const { userId } = this.#options.user()
    this.meet(this.belonging.members.value.filter((member) => member.userId !== userId))
    this.#options.onJoined(this)
  }

  #lastId(): string {
    return this.feed.timeline.last?.id ?? ""
  }
}
