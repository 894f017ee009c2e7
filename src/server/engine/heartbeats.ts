/**
 * Pings every connection, ends those that do not answer, and closes those that enter no namespace, as the engine and
 * Socket.IO do, but without timers and functions for each. All wait equally long, so whoever began to wait first is due
 * first.
 *
 * Time counts only while this process runs: connections that could not be heard during a stall were not silent.
 */

/** What the heartbeat needs of a connection. */
export interface Beating {
  sendPacket(type: "ping"): void
  onClose(reason: "ping timeout"): void
  close(): void
}

interface HeartbeatTimes {
  readonly pingIntervalMs: number
  readonly pingTimeoutMs: number
  readonly namespaceTimeoutMs: number
}

/** How much of a stall counts. */
const stepMsMax = 1_000

export class Heartbeats {
  readonly #times: HeartbeatTimes
  /** Since when each was not pinged, and since when it owes an answer; the longest first. */
  readonly #resting = new Map<Beating, number>()
  readonly #asked = new Map<Beating, number>()
  /** Since when each is in no namespace. */
  readonly #outside = new Map<Beating, number>()
  #nowMs = 0
  #tickedMs: number | undefined

  constructor(times: HeartbeatTimes) {
    this.#times = times
  }

  /** Connections that are watched. */
  get size(): number {
    return this.#resting.size + this.#asked.size
  }

  /** It is connected, but in no namespace yet. */
  enter(beating: Beating): void {
    this.#outside.set(beating, this.#nowMs)
    this.rest(beating)
  }

  /** It has entered a namespace. */
  entered(beating: Beating): void {
    this.#outside.delete(beating)
  }

  /** It has left its namespace, and may enter again. */
  left(beating: Beating): void {
    this.#outside.delete(beating)
    if (this.#resting.has(beating) || this.#asked.has(beating)) this.#outside.set(beating, this.#nowMs)
  }

  /** It connected or answered. However many pongs come, each connection waits only once. */
  rest(beating: Beating): void {
    this.#asked.delete(beating)
    this.#resting.delete(beating)
    this.#resting.set(beating, this.#nowMs)
  }

  remove(beating: Beating): void {
    this.#resting.delete(beating)
    this.#asked.delete(beating)
    this.#outside.delete(beating)
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
    for (const beating of this.#due(this.#outside, this.#times.namespaceTimeoutMs)) beating.close()
  }

  /** Removes and returns those that have waited this long. */
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
