/**
 * What carries a server's news to the others: quick, and free to lose, double or reorder
 * anything. Nothing depends on it but the time that it takes.
 *
 * What cannot be said at once is dropped, never kept: what is stored is found in the
 * store, and who is where is said anew when the bus is back.
 */
import { Redis, type RedisOptions } from "ioredis"

export interface Bus {
  /** Whether it is reached, as far as is known. */
  readonly isUp: boolean
  readonly publish: (channel: string, text: string) => void
  /** Resolves once the channel is heard; rejects while that cannot be, and hears it as soon as it can. */
  readonly subscribe: (channel: string) => Promise<void>
  readonly unsubscribe: (channel: string) => void
  /** Notices a connection that only seems to be one. Call it every few seconds. */
  readonly check: () => void
  readonly close: () => void
}

export interface BusListener {
  readonly onMessage: (channel: string, text: string) => void
  /** Everything that is subscribed is heard again. What was said meanwhile is lost. */
  readonly onUp: () => void
  readonly onDown: () => void
}

/** A connection that says nothing for so long, although something was asked, is no connection. */
const silenceMs = 3_000
const commandTimeoutMs = 2_000
/** Published and not yet taken: beyond it Redis does not keep up, and hints would come too late to be of use. */
const unansweredMax = 1_000
const channelsPerCommand = 500

const retryMs = (times: number) => Math.min(50 * 2 ** Math.min(times, 4), 500)

const options = {
  retryStrategy: retryMs,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  commandTimeout: commandTimeoutMs,
  socketTimeout: silenceMs,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  keepAlive: 5_000,
} satisfies RedisOptions

export class RedisBus implements Bus {
  /** For commands; one that has subscribed can do nothing else. */
  readonly commands: Redis
  readonly #subscriber: Redis
  readonly #listener: BusListener
  readonly #channels = new Set<string>()
  #unanswered = 0
  #isHearing = false
  #isUp = false

  /** Connects in the background and keeps trying. `onError` is called for each failed attempt. */
  constructor(url: string, listener: BusListener, onError: (error: Error) => void) {
    this.#listener = listener
    this.commands = new Redis(url, { ...options, enableAutoPipelining: true }).on("error", onError)
    this.#subscriber = new Redis(url, options).on("error", onError)
    this.#subscriber.on("message", listener.onMessage)
    this.#subscriber.on("ready", () => void this.#subscribeAll())
    this.#subscriber.on("close", () => {
      this.#isHearing = false
      this.#look()
    })
    this.commands.on("ready", () => this.#look())
    this.commands.on("close", () => {
      this.#unanswered = 0
      this.#look()
    })
  }

  get isUp(): boolean {
    return this.#isUp
  }

  readonly publish = (channel: string, text: string): void => {
    if (this.commands.status !== "ready" || this.#unanswered >= unansweredMax) return
    this.#unanswered++
    const answered = () => {
      this.#unanswered = Math.max(0, this.#unanswered - 1)
    }
    this.commands.publish(channel, text).then(answered, answered)
  }

  readonly subscribe = async (channel: string): Promise<void> => {
    this.#channels.add(channel)
    await this.#subscriber.subscribe(channel)
  }

  readonly unsubscribe = (channel: string): void => {
    if (!this.#channels.delete(channel) || this.#subscriber.status !== "ready") return
    this.#subscriber.unsubscribe(channel).catch(() => {})
  }

  /** One that only listens does not notice by itself that nobody speaks any more. */
  readonly check = (): void => {
    if (this.#subscriber.status === "ready") this.#subscriber.ping().catch(() => {})
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
      this.#isHearing = this.#subscriber.status === "ready"
    } catch {
      // It was lost again, and will be ready again; or Redis is too slow, and is given up.
      this.#subscriber.disconnect(true)
    }
    this.#look()
  }

  #look(): void {
    const isUp = this.#isHearing && this.commands.status === "ready"
    if (isUp === this.#isUp) return
    this.#isUp = isUp
    if (isUp) this.#listener.onUp()
    else this.#listener.onDown()
  }
}
