/**
 * Makes a crowd talk for a while, and measures how long each send took to be acknowledged.
 *
 * Either each sender keeps some messages in flight (as fast as the server answers), or the
 * crowd sends at a fixed rate, whatever the server does: then a slow answer delays no other
 * send, so it cannot hide.
 */
import { errorMessages } from "../contract/errors.ts"
import type { Crowd } from "./crowd.ts"
import type { Send } from "./delivery/observation.ts"
import { Latencies, type Percentiles } from "./histogram.ts"
import type { Change, LoadRoom, Member, SendOutcome, Tally } from "./member.ts"

export type Pace =
  /** Number of senders, from the rooms in turn, each with so many unanswered sends. */
  | { readonly kind: "in flight"; readonly senders: number; readonly each: number }
  /** Messages a second of all rooms together, from the members of a room in turn. */
  | { readonly kind: "rate"; readonly perSecond: number; readonly typing: boolean }

interface DriveOptions {
  readonly pace: Pace
  readonly durationMs: number
  readonly contentBytes: number
  /** One in so many messages is a change of an earlier one instead: an edit, a reaction, a deletion. */
  readonly changeEvery?: number | undefined
  /** Give each message an id, so that a retry would be harmless. */
  readonly withIds?: boolean
  /** How long the last deliveries may take once nothing is sent any more. */
  readonly drainTimeoutMs?: number
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
}

/** Totals so far. */
export interface Progress {
  readonly elapsedMs: number
  readonly sent: number
  readonly acked: number
  /** By code. */
  readonly refused: Readonly<Record<string, number>>
  readonly deliveries: number
  readonly typing: number
  readonly ack: Percentiles
}

export interface DriveResult extends Progress {
  /** Everybody who is still there heard everything, and every send was answered. */
  readonly drained: boolean
}

const drainTimeoutMsDefault = 10_000
const progressIntervalMs = 1_000
const refusedPauseMs = 100
const refusedPauseMsMax = 10_000
const timerGrainMs = 2

export async function drive(crowd: Crowd, options: DriveOptions): Promise<DriveResult> {
  const { pace, durationMs, onProgress, drainTimeoutMs = drainTimeoutMsDefault } = options
  const talk = new Talk(crowd, options)
  const reporting = setInterval(() => onProgress?.(talk.progress()), progressIntervalMs)
  const stop = pace.kind === "rate" ? keepRate(talk, crowd, pace, options.changeEvery) : keepInFlight(talk, crowd, pace)
  await passed(durationMs, options.signal)
  stop()
  const drained = await talk.drained(drainTimeoutMs)
  clearInterval(reporting)
  return { ...talk.progress(), drained }
}

/** The sends of one drive, and their results. */
class Talk {
  readonly #crowd: Crowd
  readonly #options: DriveOptions
  readonly #startedMs = performance.now()
  readonly #heardBefore: Tally
  readonly #ack = new Latencies()
  readonly #refused: Record<string, number> = {}
  #sent = 0
  #acked = 0

  constructor(crowd: Crowd, options: DriveOptions) {
    this.#crowd = crowd
    this.#options = options
    this.#heardBefore = { ...crowd.tally }
  }

  /** In turn: a reaction to the last heard message, an edit of one's own last message, and its deletion. */
  change(member: Member, number: number, dueMs: number): void {
    const change = this.#newChange(member, number)
    if (member.isLost || change === undefined) return
    this.#crowd.nextNumber()
    this.#sent++
    member.change(change, (outcome) => this.#count(outcome, dueMs))
  }

  say(member: Member, settle?: (outcome: SendOutcome) => void, dueMs = performance.now()): void {
    if (member.isLost) return
    this.#sent++
    member.send(this.#newSend(member), (outcome) => {
      this.#count(outcome, dueMs)
      settle?.(outcome)
    })
  }

  progress(): Progress {
    const { messages, typing } = this.#crowd.tally
    return {
      elapsedMs: performance.now() - this.#startedMs,
      sent: this.#sent,
      acked: this.#acked,
      refused: { ...this.#refused },
      deliveries: messages - this.#heardBefore.messages,
      typing: typing - this.#heardBefore.typing,
      ack: this.#ack.percentiles(),
    }
  }

  async drained(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    const { members } = this.#crowd
    while (members.some(({ unanswered }) => unanswered > 0)) {
      if (performance.now() > deadline) return false
      await Bun.sleep(1)
    }
    return this.#crowd.drained(deadline - performance.now())
  }

  #newChange(member: Member, number: number): Change | undefined {
    const { lastOwn, room } = member
    const heard = room.tape.messages.at(-1)?.id
    if (number % 3 === 0 && heard !== undefined) {
      return { event: "react", id: heard, emoji: "👍", isOn: number % 2 === 0 }
    }
    if (lastOwn === undefined) return undefined
    if (number % 3 === 1) return { event: "delete_message", id: lastOwn }
    return { event: "edit_message", id: lastOwn, content: this.#newSend(member).content }
  }

  #newSend(member: Member): Send {
    const { contentBytes, withIds } = this.#options
    const content = `${this.#crowd.nextNumber()} of ${member.userId} `.padEnd(contentBytes, ".")
    return { roomId: member.room.id, content, ...(withIds && { id: Bun.randomUUIDv7() }) }
  }

  #count(outcome: SendOutcome, dueMs: number): void {
    if (outcome.ok) {
      this.#acked++
      this.#ack.record(performance.now() - dueMs)
    } else {
      const code = Object.hasOwn(errorMessages, outcome.error.code) ? outcome.error.code : "ERR_OTHER"
      this.#refused[code] = (this.#refused[code] ?? 0) + 1
    }
  }
}

/** Returns how to stop. */
function keepInFlight(talk: Talk, crowd: Crowd, { senders, each }: Pace & { kind: "in flight" }): () => void {
  let isOver = false
  const next = (member: Member) => {
    if (isOver) return
    talk.say(member, (outcome) => {
      if (outcome.ok) next(member)
      else setTimeout(next, Math.min(outcome.error.retryAfterMs ?? refusedPauseMs, refusedPauseMsMax), member)
    })
  }
  for (const member of inTurn(crowd.rooms, senders)) for (let n = 0; n < each; n++) next(member)
  return () => {
    isOver = true
  }
}

/** Returns how to stop. */
function keepRate(
  talk: Talk,
  crowd: Crowd,
  { perSecond, typing }: Pace & { kind: "rate" },
  changeEvery: number | undefined,
): () => void {
  const startedMs = performance.now()
  const intervalMs = 1_000 / perSecond
  let number = 0
  const sendDue = () => {
    const nowMs = performance.now()
    for (; startedMs + number * intervalMs <= nowMs; number++) {
      const lateMs = nowMs - startedMs - number * intervalMs
      // The granularity of timers is not the server's fault; a stall of this process must not hide what it delayed.
      speak(talk, crowd.rooms, number, { typing, changeEvery, dueMs: lateMs < timerGrainMs ? nowMs : nowMs - lateMs })
    }
  }
  const timer = setInterval(sendDue, 1)
  return () => clearInterval(timer)
}

function speak(
  talk: Talk,
  rooms: readonly LoadRoom[],
  number: number,
  { typing, changeEvery, dueMs }: { typing: boolean; changeEvery: number | undefined; dueMs: number },
): void {
  const { members } = rooms[number % rooms.length] as LoadRoom
  const turn = Math.floor(number / rooms.length)
  const speaker = members[turn % members.length] as Member
  if (changeEvery !== undefined && turn % changeEvery === changeEvery - 1) {
    talk.change(speaker, Math.floor(turn / changeEvery), dueMs)
    return
  }
  talk.say(speaker, undefined, dueMs)
  if (!typing) return
  // Like a person's client: it types before it sends, and stops when it has sent.
  if (turn > 0) speaker.type(false)
  members[(turn + 1) % members.length]?.type(true)
}

function inTurn(rooms: readonly LoadRoom[], count: number): Member[] {
  return Array.from({ length: count }, (_, n) => {
    const room = rooms[n % rooms.length] as LoadRoom
    return room.members[Math.floor(n / rooms.length)] as Member
  })
}

/** Resolves after the time, or at once when it is aborted. */
function passed(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal?.addEventListener("abort", () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
