/**
 * Sends what waits in the outbox: one message at a time, so that their order holds, and
 * only while the room is joined. Every attempt has the message's own id, so the room never
 * shows it twice, whatever became of the attempts before, and whichever tab made them.
 */
import { batch } from "@preact/signals-core"
import { texts } from "../texts/texts.ts"
import { pauseMs } from "./clock.ts"
import { newMessageId } from "./ids.ts"
import type { KeptChange } from "./kept.ts"
import { limits } from "./limits.ts"
import { Outbox, type Pending } from "./outbox.ts"
import type { RoomScope } from "./scope.ts"
import type { ErrorBody, Message, MessageType, Refusal, SharedFile } from "./wire.ts"

/** The server forgets who types after its silence; half of that keeps it reminded. */
const typingRepeatMs = limits.typingSilenceMs / 2
/** What another tab did not send within this time is sent by this one: that tab may be gone. */
const takeOverMs = 15_000
/** A bug of the server may be in this message alone: the others do not wait for it for ever. */
const bugsMax = 3

export class Sender {
  readonly outbox: Outbox
  readonly #scope: RoomScope
  readonly #onStored: (message: Message) => void
  #isSending = false
  #isWatching = false
  #typingSentMs: number | undefined

  constructor(scope: RoomScope, onStored: (message: Message) => void) {
    this.#scope = scope
    this.#onStored = onStored
    this.outbox = new Outbox(scope.roomId, scope.kept, () => scope.user().userId)
  }

  send(content: string, type: MessageType, files?: readonly SharedFile[]): void {
    const lastMs = this.outbox.entries.value.at(-1)?.atMs ?? 0
    const atMs = Math.max(this.#scope.clock.epochMs(), lastMs + 1)
    this.outbox.add({ id: newMessageId(atMs), type, content, atMs, ...(files && { files }) })
    // A message ends it, without a word.
    this.#typingSentMs = undefined
    void this.flush()
  }

  again(id: string): void {
    this.outbox.again(id)
    void this.flush()
  }

  /** The room is joined: all that was ever written in it is sent, by whatever tab. */
  joined(): void {
    this.outbox.adopt()
    void this.flush()
  }

  keptElsewhere(change: KeptChange): void {
    if (this.outbox.keptElsewhere(change)) void this.#takeOver()
  }

  takeBack(id: string): Pending | undefined {
    const pending = this.outbox.find(id)
    this.outbox.remove(id)
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

  /** A new connection knows nothing of what was typed on the last one. */
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

  async #attempt({ id, content, type, files }: Pending): Promise<Refusal | undefined> {
    const { roomId, connection, user } = this.#scope
    const sent = files?.map(({ id, alt }) => ({ id, alt }))
    const message = { roomId, userId: user().userId, id, content, type, ...(sent && { files: sent }) }
    const reply = await connection.request("send_message", message)
    if (!reply.ok) return reply.error
    batch(() => {
      this.#onStored(reply.message)
      this.outbox.remove(id)
    })
    return undefined
  }

  /** Whether to go on with the outbox; otherwise a join will. */
  async #recover({ id }: Pending, error: Refusal, failures: number): Promise<boolean> {
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
        else this.outbox.refuse(id, sentenceFor(error))
        return true
    }
  }
}

/** What a person can do something about is said in their words; the rest in the server's. */
function sentenceFor({ code, message }: ErrorBody): string {
  switch (code) {
    case "ERR_VALIDATION":
      return message.startsWith("content ") ? texts().problems.messageRefused(message.slice(8)) : message
    case "ERR_TOO_LARGE":
      return texts().problems.messageTooLarge
    default:
      return message
  }
}
