/**
 * Carries a server's news to the others: fast, but it may lose, double or reorder anything.
 * Nothing but delay depends on it.
 *
 * What cannot be said at once is dropped, never kept: what is stored is found in the store,
 * and who is where is said again when the bus is back. So a bus counts as up only while it
 * returns what this server says to itself, and has lost nothing.
 */
import { Redis, type RedisOptions } from "ioredis"

export interface Bus {
  /** Whether it works, as far as is known. */
  readonly isUp: boolean
  readonly publish: (channel: string, text: string) => void
  /** What `run` publishes leaves in one write. */
  readonly cork: (run: () => void) => void
  /** Resolves once the channel is heard. Rejects while that is not possible, and goes on trying. */
  readonly subscribe: (channel: string) => Promise<void>
  readonly unsubscribe: (channel: string) => void
  /** Notices dead connections, and those that carry nothing. Call it every few seconds. */
  readonly check: () => void
  readonly close: () => void
}

export interface BusListener {
  readonly onMessage: (channel: string, text: string) => void
  /** All subscriptions are heard again. What was said meanwhile is lost. */
  readonly onUp: () => void
  readonly onDown: () => void
}

/** A connection that does not answer for this long is given up, and what was asked of it fails. */
const silenceMs = 3_000
/** What was published and is not taken yet. Beyond so many Redis does not keep up, and hints would come too late to be useful. */
const unansweredMax = 1_000
const channelsPerCommand = 500
/** How often this server's own words may come late before the bus counts as down. */
const echoesMissedMax = 2

export const retryMs = (times: number) => Math.min(50 * 2 ** times, 500)

const options = {
  retryStrategy: retryMs,
  // Requests of a lost connection fail with it.
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  socketTimeout: silenceMs,
  enableOfflineQueue: false,
  autoResubscribe: false,
  keepAlive: 5_000,
} satisfies RedisOptions

export class RedisBus implements Bus {
  /** For commands; one that has subscribed can do nothing else. */
  readonly commands: Redis
  readonly #subscriber: Redis
  readonly #listener: BusListener
  /** What this server says on this channel, nobody else hears. */
  readonly #echoChannel = `warren:echo:${crypto.randomUUID()}`
  readonly #channels = new Set([this.#echoChannel])
  #unanswered = 0
  /** Said to itself, and not heard. */
  #echoesMissed = 0
  #isSubscribed = false
  /** Whether what is said now is heard. */
  #isCarrying = false
  #isUp = false

  /** Connects in the background and keeps trying. `onError` is called for each failed attempt. */
  constructor(url: string, listener: BusListener, onError: (error: Error) => void) {
    this.#listener = listener
    this.commands = new Redis(url, options).on("error", onError)
    this.#subscriber = new Redis(url, options).on("error", onError)
    this.#subscriber.on("message", (channel, text) => {
      if (channel === this.#echoChannel) this.#heardEcho()
      else listener.onMessage(channel, text)
    })
    this.#subscriber.on("ready", () => void this.#subscribeAll())
    this.#subscriber.on("close", () => {
      this.#isSubscribed = false
      this.#lost()
    })
    this.commands.on("ready", () => this.#echo())
    this.commands.on("close", () => this.#lost())
  }

  get isUp(): boolean {
    return this.#isUp
  }

  readonly publish = (channel: string, text: string): void => {
    if (this.commands.status !== "ready") return
    if (this.#unanswered >= unansweredMax) {
      this.#lost()
      return
    }
    this.#unanswered++
    const answered = () => {
      this.#unanswered--
    }
    this.commands.publish(channel, text).then(answered, () => {
      answered()
      this.#lost()
    })
  }

  readonly cork = (run: () => void): void => {
    const { stream } = this.commands
    stream?.cork()
    try {
      run()
    } finally {
      stream?.uncork()
    }
  }

  readonly subscribe = async (channel: string): Promise<void> => {
    this.#channels.add(channel)
    await this.#subscriber.subscribe(channel)
  }

  readonly unsubscribe = (channel: string): void => {
    this.#channels.delete(channel)
    this.#subscriber.unsubscribe(channel).catch(() => {})
  }

  readonly check = (): void => {
    // A connection that only listens does not notice by itself that the other side is gone.
    this.#subscriber.ping().catch(() => {})
    if (this.#echoesMissed >= echoesMissedMax) this.#lost()
    this.#echo()
  }

  readonly close = (): void => {
    this.commands.disconnect()
    this.#subscriber.disconnect()
  }

  async #subscribeAll(): Promise<void> {
    const channels = [...this.#channels]
    try {
      for (let start = 0; start < channels.length; start += channelsPerCommand) {
        // Some may be given up by now.
        const wanted = channels.slice(start, start + channelsPerCommand).filter((one) => this.#channels.has(one))
        if (wanted.length > 0) await this.#subscriber.subscribe(...wanted)
      }
      this.#isSubscribed = this.#subscriber.status === "ready"
      this.#echo()
    } catch {
      // It was lost again and will be ready again, or Redis is too slow and is given up.
      this.#subscriber.disconnect(true)
    }
  }

  #echo(): void {
    if (!this.#isSubscribed || this.commands.status !== "ready") return
    this.#echoesMissed++
    // What fails is not delivered.
    this.commands.publish(this.#echoChannel, "").catch(() => {})
  }

  #heardEcho(): void {
    this.#echoesMissed = 0
    this.#isCarrying = true
    this.#look()
  }

  #lost(): void {
    this.#isCarrying = false
    this.#look()
  }

  #look(): void {
    const isUp = this.#isCarrying && this.#isSubscribed && this.commands.status === "ready"
    if (isUp === this.#isUp) return
    this.#isUp = isUp
    if (isUp) this.#listener.onUp()
    else this.#listener.onDown()
  }
}
