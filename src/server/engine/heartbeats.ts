/**
 * Pings every connection and ends those that do not answer, as the engine does, but without two timers and their
 * functions for each. All wait equally long, so whoever began to wait first is due first.
 *
 * Time counts only while this process runs: who could not be heard during a stall was not silent.
 */
import type { Socket as EngineSocket } from "@socket.io/bun-engine/dist/socket"

/** What is the engine's own: private in its types. */
interface Beating {
  pingIntervalTimer: Parameters<typeof clearTimeout>[0]
  pingTimeoutTimer: Parameters<typeof clearTimeout>[0]
  schedulePing: () => void
  sendPacket: (type: "ping") => void
  onClose: (reason: "ping timeout") => void
}

interface HeartbeatTimes {
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
}

/** Of a stall, so much counts. */
const stepMsMax = 1_000

export class Heartbeats {
  readonly #times: HeartbeatTimes
  /** Since when each has not been asked, and since when it owes an answer; the longest first. */
  readonly #resting = new Map<Beating, number>()
  readonly #asked = new Map<Beating, number>()
  #nowMs = 0
  #tickedMs: number | undefined

  constructor(times: HeartbeatTimes) {
    this.#times = times
  }

  /** Connections that are watched. */
  get size(): number {
    return this.#resting.size + this.#asked.size
  }

  add(socket: EngineSocket): void {
    const beating = socket as unknown as Beating
    clearTimeout(beating.pingIntervalTimer)
    beating.pingIntervalTimer = undefined
    beating.schedulePing = this.#schedule
    this.#rest(beating)
  }

  remove(socket: EngineSocket): void {
    this.#resting.delete(socket as unknown as Beating)
    this.#asked.delete(socket as unknown as Beating)
  }

  /** Call it several times a second. */
  tick(elapsedMs: number): void {
    this.#nowMs += Math.min(elapsedMs - (this.#tickedMs ?? elapsedMs), stepMsMax)
    this.#tickedMs = elapsedMs
    for (const beating of this.#due(this.#asked, this.#times.pingTimeoutMs)) beating.onClose("ping timeout")
    for (const beating of this.#due(this.#resting, this.#times.pingIntervalMs)) {
      this.#asked.set(beating, this.#nowMs)
      beating.sendPacket("ping")
    }
  }

  /** One for all connections: the engine calls it on each, when its pong has come. */
  readonly #schedule = rester((beating) => this.#rest(beating))

  /** However many pongs come, each connection waits once. */
  #rest(beating: Beating): void {
    this.#asked.delete(beating)
    this.#resting.delete(beating)
    this.#resting.set(beating, this.#nowMs)
  }

  /** Takes out who has waited so long. */
  #due(waiting: Map<Beating, number>, afterMs: number): Beating[] {
    const due: Beating[] = []
    for (const [beating, sinceMs] of waiting) {
      if (this.#nowMs - sinceMs < afterMs) break
      waiting.delete(beating)
      due.push(beating)
    }
    return due
  }
}

function rester(rest: (beating: Beating) => void): () => void {
  return function (this: Beating) {
    rest(this)
  }
}
