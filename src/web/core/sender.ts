/**
 * Sends what waits in the outbox, messages and changes, one at a time, so their order holds, and only while the room is
 * joined. Every attempt has the message's own id, so the room never shows it twice, whatever happened to earlier
 * attempts, and whichever tab made them.
 */
import { batch } from "@preact/signals-core"
import { pauseMs } from "./clock.ts"
import { newMessageId } from "./ids.ts"
import type { KeptChange } from "./kept.ts"
import { limits } from "./limits.ts"
import type { Mentions } from "./mentions.ts"
import { Outbox } from "./outbox.ts"
import { isChange, isSuperseded, type Pending, type PendingChange, type Wish } from "./pending.ts"
import type { RoomScope } from "./scope.ts"
import type { Member, Message, MessageType, Refusal } from "./wire.ts"

/** The server ends typing after a silence; half of that keeps it going. */
const typingRepeatMs = limits.typingSilenceMs / 2
/** What another tab has not sent within this time is sent by this one: that tab may be gone. */
const takeOverMs = 15_000
/** The server may have a bug with this message alone: the others do not wait for it for ever. */
const bugsMax = 3

/** What a message has besides its text. */
export type Extras = Pick<Pending, "files" | "awaitsFiles" | "replyTo">

interface SenderEvents {
  /** It was sent or changed; this is the stored message. */
  readonly onStored: (message: Message, change: PendingChange | undefined) => void
  /** There is no such message any more. */
  readonly onGone: (change: PendingChange) => void
  /** People whom a text can mention. */
  readonly people: () => readonly Member[]
  /** The message as it is known now. */
  readonly find: (messageId: string) => Message | undefined
}

export class Sender {
  readonly outbox: Outbox
  readonly #scope: RoomScope
  readonly #events: SenderEvents
  /** The entry that is being sent. */
  #sendingId: string | undefined
  #isSending = false
  #isWatching = false
  #typingSentMs: number | undefined

  constructor(scope: RoomScope, events: SenderEvents) {
    this.#scope = scope
    this.#events = events
    this.outbox = new Outbox(scope.roomId, scope.kept, () => scope.user().userId)
  }

  send(content: string, type: MessageType, extras?: Extras): void {
    this.outbox.add({ ...this.#newEntry(), type, content, ...extras })
    // A message ends typing by itself.
    this.#typingSentMs = undefined
    void this.flush()
  }

  /** It replaces entries that it makes needless, unless they are being sent. */
  change(messageId: string, wish: Wish): void {
    const change = { ...this.#newEntry(), messageId, ...wish }
    batch(() => {
      for (const earlier of this.outbox.changes.value) {
        if (earlier.id !== this.#sendingId && isSuperseded(earlier, change)) this.outbox.remove(earlier.id)
      }
      this.outbox.add(change)
    })
    void this.flush()
  }

  again(id: string): void {
    this.outbox.again(id)
    void this.flush()
  }

  /** The room is joined: everything unsent in it is sent, whichever tab wrote it. */
  joined(): void {
    this.outbox.adopt()
    void this.flush()
  }

  keptElsewhere(change: KeptChange): void {
    if (this.outbox.keptElsewhere(change)) void this.#takeOver()
  }

  takeBack(id: string): Pending | undefined {
    const pending = this.outbox.find(id)
    batch(() => {
      for (const change of this.outbox.changes.value) if (change.messageId === id) this.outbox.remove(change.id)
      this.outbox.remove(id)
    })
    return pending
  }

  typing(isTyping: boolean): void {
    const { roomId, connection, user, clock, isJoined } = this.#scope
    const nowMs = clock.elapsedMs()
    const sentMs = this.#typingSentMs
    const isNews = isTyping ? sentMs === undefined || nowMs - sentMs >= typingRepeatMs : sentMs !== undefined
    if (!isNews || !isJoined()) return
    this.#typingSentMs = isTyping ? nowMs : undefined
    void connection.request("typing", { roomId, userId: user().userId, isTyping })
  }

  /** A new connection knows nothing of typing on the last one. */
  disconnected(): void {
    this.#typingSentMs = undefined
  }

  async flush(): Promise<void> {
    if (this.#isSending) return
    this.#isSending = true
    let failures = 0
    for (let next = this.outbox.next; next !== undefined && this.#scope.isJoined(); next = this.outbox.next) {
      const error = await this.#attempt(next)
      if (error !== undefined && !(await this.#recover(next, error, failures++))) break
      if (this.outbox.next !== next) failures = 0
    }
    this.#isSending = false
  }

  async #takeOver(): Promise<void> {
    if (this.#isWatching) return
    this.#isWatching = true
    await this.#scope.clock.wait(takeOverMs)
    this.#isWatching = false
    this.outbox.adopt()
    await this.flush()
  }

  #newEntry(): Pick<Pending, "id" | "atMs"> {
    const atMs = Math.max(this.#scope.clock.epochMs(), this.outbox.lastMs + 1)
    return { id: newMessageId(atMs), atMs }
  }

  async #attempt(entry: Pending | PendingChange): Promise<Refusal | undefined> {
    this.#sendingId = entry.id
    const reply = await (isChange(entry) ? this.#requestChange(entry) : this.#requestSend(entry))
    this.#sendingId = undefined
    if (!reply.ok) return reply.error
    batch(() => {
      this.#events.onStored(reply.message, isChange(entry) ? entry : undefined)
      this.outbox.remove(entry.id)
    })
    return undefined
  }

  async #requestSend({ id, content, type, files, replyTo }: Pending) {
    const { roomId, connection, user } = this.#scope
    const sent = files?.map(({ id, alt }) => ({ id, alt }))
    const answered = replyTo && { replyTo: replyTo.id }
    const extras = { ...(sent && { files: sent }), ...answered, ...(await this.#mentions(content)) }
    return connection.request("send_message", { roomId, userId: user().userId, id, content, type, ...extras })
  }

  async #requestChange(entry: PendingChange) {
    const { roomId, connection, user } = this.#scope
    const message = { roomId, userId: user().userId, id: entry.messageId }
    switch (entry.change) {
      case "edit": {
        const { content } = entry
        const mentions = await this.#mentions(content, this.#events.find(entry.messageId))
        return connection.request("edit_message", { ...message, content, ...mentions })
      }
      case "delete":
        return connection.request("delete_message", message)
      case "react":
        return connection.request("react", { ...message, emoji: entry.emoji, isOn: entry.isOn })
    }
  }

  /** Few texts mention anybody. If the code that finds out cannot be loaded, the text is sent anyway. */
  async #mentions(content: string, before?: Message): Promise<Mentions> {
    if (!content.includes("@") && !before?.mentions && !before?.mentionsRoom) return {}
    try {
      const { mentionsAfter } = await import("./mentions.ts")
      return mentionsAfter(content, this.#events.people(), before)
    } catch {
      return {}
    }
  }

  /** Returns whether to continue with the outbox; otherwise the next join does. */
  async #recover(entry: Pending | PendingChange, error: Refusal, failures: number): Promise<boolean> {
    switch (error.code) {
      case "LOST":
      case "ERR_UNAUTHORIZED":
        return false
      case "ERR_NOT_IN_ROOM":
        await this.#scope.clock.wait(pauseMs(failures))
        this.#scope.rejoin()
        return false
      case "ERR_RATE_LIMITED":
      case "ERR_BUSY":
      case "ERR_STORAGE":
        await this.#scope.clock.wait(error.retryAfterMs ?? pauseMs(failures))
        return true
      default:
        if (error.code === "ERR_INTERNAL" && failures < bugsMax) await this.#scope.clock.wait(pauseMs(failures))
        else if (isChange(entry) && error.code === "ERR_NOT_FOUND") this.#giveUp(entry)
        else this.outbox.amend(entry.id, { refusal: error })
        return true
    }
  }

  #giveUp(change: PendingChange): void {
    batch(() => {
      this.outbox.remove(change.id)
      this.#events.onGone(change)
    })
  }
}
