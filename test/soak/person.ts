/** One of the people of a long day: does one thing after another, each as often as people do. */
import { randomBytes } from "node:crypto"
import type { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import type { Latencies } from "../../src/load/histogram.ts"
import { upload } from "../support/files.ts"
import { SteadfastClient } from "../support/steadfast-client.ts"
import { until } from "../support/until.ts"

interface PersonOptions {
  readonly url: string
  readonly roomId: string
  readonly userId: string
  readonly number: number
  readonly check: DeliveryCheck
}

interface Living {
  readonly endMs: number
  readonly pauseMs: number
  readonly sends: Latencies
}

const words = ["garden", "beans", "compost", "ladder", "harvest", "rain", "seeds", "fence"]
const uploadBytes = 2_000

/** How often each is done, of a hundred times. */
const habits = [
  ["send", 45],
  ["change", 15],
  ["read", 12],
  ["page", 10],
  ["search", 8],
  ["comeAndGo", 6],
  ["upload", 4],
] as const

export class Person {
  /** What no server should have answered. */
  readonly refusals: string[] = []
  readonly #client: SteadfastClient
  readonly #options: PersonOptions
  #actions = 0
  #random: number

  constructor(options: PersonOptions) {
    this.#options = options
    this.#random = options.number + 1
    this.#client = new SteadfastClient(options)
  }

  get isIn(): boolean {
    return this.#client.isIn
  }

  come(): void {
    this.#client.socket.connect()
  }

  leave(): void {
    this.#client.socket.disconnect()
  }

  /** How much it did. */
  async live({ endMs, pauseMs, sends }: Living): Promise<number> {
    const before = this.#actions
    await this.#enter()
    while (performance.now() < endMs) {
      await this.#act(sends)
      this.#actions++
      await Bun.sleep(2 * pauseMs * this.#next())
    }
    return this.#actions - before
  }

  async #enter(): Promise<void> {
    this.come()
    await until(`${this.#options.userId} is in the room`, () => this.isIn)
  }

  async #act(sends: Latencies): Promise<void> {
    const word = words[Math.floor(this.#next() * words.length)] ?? ""
    switch (this.#choose()) {
      case "send": {
        const startedMs = performance.now()
        await this.#client.send(`${word} ${this.#actions} of ${this.#options.userId}`)
        return sends.record(performance.now() - startedMs)
      }
      case "change":
        return this.#client.change(this.#actions)
      case "read":
        return this.#ask("mark_read", { seq: this.#client.rev })
      case "page":
        return this.#ask("get_history", { limit: 50 })
      case "search":
        return this.#ask("search_messages", { query: word })
      case "upload":
        return this.#upload()
      case "comeAndGo":
        this.leave()
        return this.#enter()
    }
  }

  async #ask(event: "mark_read" | "get_history" | "search_messages", request: object): Promise<void> {
    const { roomId, userId } = this.#options
    const answer = await this.#client.socket.emitWithAck(
      event as "get_history",
      { roomId, userId, ...request } as never,
    )
    if (!answer.ok) this.refusals.push(`${event}: ${answer.error.code} ${answer.error.message}`)
  }

  /** Kept without a message: what is loose is the server's to keep, for a day. */
  async #upload(): Promise<void> {
    // A connection that is kept would count as the server's.
    const headers = { Connection: "close" }
    const { status, body } = await upload(this.#options.url, randomBytes(uploadBytes), { headers })
    if (status !== 201) this.refusals.push(`An upload: ${body.error.code} ${body.error.message}`)
  }

  #choose(): (typeof habits)[number][0] {
    let left = this.#next() * 100
    for (const [habit, share] of habits) {
      left -= share
      if (left < 0) return habit
    }
    return "send"
  }

  /** From 0 to 1, the same in each run (mulberry32). */
  #next(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
