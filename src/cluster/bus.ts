/**
 * What carries a server's news to the others: quick, and free to lose, double or reorder
 * anything. Nothing depends on it but the time that it takes.
 *
 * What cannot be said at once is dropped, never kept: what is stored is found in the
 * store, and who is where is said anew when the bus is back. So a bus counts as reached
 * only while it returns what this server says to itself, and lost nothing that was said.
 */
import { Redis, type RedisOptions } from "ioredis"

export interface Bus {
  /** Whether it carries what is said, as far as is known. */
  readonly isUp: boolean
  readonly publish: (channel: string, text: string) => void
  /** What `run` publishes leaves in one write. */
  readonly cork: (run: () => void) => void
  /** Resolves once the channel is heard; rejects while that cannot be, and hears it as soon as it can. */
  readonly subscribe: (channel: string) => Promise<void>
  readonly unsubscribe: (channel: string) => void
  /** Notices a connection that only seems to be one, and one that carries nothing. Call it every few seconds. */
  readonly check: () => void
  readonly close: () => void
}

export interface BusListener {
  readonly onMessage: (channel: string, text: string) => void
  /** Everything that is subscribed is heard again. What was said meanwhile is lost. */
  readonly onUp: () => void
  readonly onDown: () => void
}

/** A connection that says nothing for so long, although something was asked, is no connection: what was asked fails. */
const silenceMs = 3_000
/** Published and not yet taken: beyond it Redis does not keep up, and hints would come too late to be of use. */
const unansweredMax = 1_000
const channelsPerCommand = 500
/** So often it may be late with this server's own words before it counts as away. */
const echoesMissedMax = 2

export const retryMs = (times: number) => Math.min(50 * 2 ** times, 500)

const options = {
  retryStrategy: retryMs,
  // What was asked of a connection fails with it.
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
  /** What this server says there, nobody else hears. */
  readonly #echoChannel = `warren:echo:${crypto.randomUUID()}`
  readonly #channels = new Set([this.#echoChannel])
  #unanswered = 0
  /** Said to itself, and not heard. */
  #echoesMissed = 0
  #isSubscribed = false
  /** What is said now is heard. */
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
    if (this.#subscriber.status === "ready") this.#subscriber.unsubscribe(channel).catch(() => {})
  }

  readonly check = (): void => {
    // One that only listens does not notice by itself that nobody speaks any more.
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
        await this.#subscriber.subscribe(...channels.slice(start, start + channelsPerCommand))
      }
      this.#isSubscribed = this.#subscriber.status === "ready"
      this.#echo()
    } catch {
      // It was lost again, and will be ready again; or Redis is too slow, and is given up.
      this.#subscriber.disconnect(true)
    }
  }

  #echo(): void {
    if (!this.#isSubscribed || this.commands.status !== "ready") return
    this.#echoesMissed++
    // What fails is not heard.
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
