/**
 * How often a password may be tried: for a login from one address, for a login, and from an
 * address. An attempt counts when it begins, so many at once are not more; one that
 * succeeds is given back. These limits hold also where `RATE_LIMITS` is off.
 */
import { ChatError } from "../contract/errors.ts"
import { type LimitName, limits } from "../contract/limits.ts"

interface Window {
  tries: number
  readonly endsMs: number
}

/** Beyond this many, the oldest are forgotten. */
const windowsMax = 100_000

interface Attempt {
  /** The password was right. */
  readonly giveBack: () => void
}

type AttemptLimit = Extract<LimitName, "triesPerLoginAndAddressMax" | "triesPerLoginMax" | "triesPerAddressMax">

export class Attempts {
  /** Ordered by when they end. */
  readonly #windows = new Map<string, Window>()
  readonly #refused: (limit: AttemptLimit, address: string) => void

  /** `refused` is called with the address that too many attempts come from, and the limit they met. */
  constructor(refused: (limit: AttemptLimit, address: string) => void = () => {}) {
    this.#refused = refused
  }

  /** Throws ERR_RATE_LIMITED. */
  begin({ login, address }: { readonly login: string; readonly address: string }, nowMs: number): Attempt {
    return this.#take(
      [
        ["triesPerLoginAndAddressMax", `both ${address} ${login}`],
        ["triesPerLoginMax", `login ${login}`],
        ["triesPerAddressMax", `address ${address}`],
      ],
      address,
      nowMs,
    )
  }

  /** Counts an attempt with a code that may be a guess. */
  beginCode(address: string, nowMs: number): Attempt {
    return this.#take([["triesPerAddressMax", `address ${address}`]], address, nowMs)
  }

  #take(wanted: readonly (readonly [AttemptLimit, string])[], address: string, nowMs: number): Attempt {
    this.#sweep(nowMs)
    const full = wanted.flatMap(([limit, key]) => {
      const window = this.#windows.get(key)
      return window !== undefined && window.tries >= limits[limit] ? [{ limit, waitMs: window.endsMs - nowMs }] : []
    })
    if (full.length > 0) {
      for (const { limit } of full) this.#refused(limit, address)
      throw tooMany(Math.ceil(Math.max(...full.map(({ waitMs }) => waitMs))))
    }
    const taken = wanted.map(([, key]) => this.#windowOf(key, nowMs))
    for (const window of taken) window.tries++
    const giveBack = () => {
      for (const window of taken) window.tries--
    }
    return { giveBack }
  }

  #windowOf(key: string, nowMs: number): Window {
    const known = this.#windows.get(key)
    if (known !== undefined) return known
    const window = { tries: 0, endsMs: nowMs + limits.triesWindowMs }
    this.#windows.set(key, window)
    return window
  }

  #sweep(nowMs: number): void {
    for (const [key, { endsMs }] of this.#windows) {
      if (endsMs > nowMs && this.#windows.size <= windowsMax) return
      this.#windows.delete(key)
    }
  }
}

function tooMany(retryAfterMs: number): ChatError {
  const message = "Too many attempts to sign in; try again after retryAfterMs."
  return new ChatError("ERR_RATE_LIMITED", { message, details: { retryAfterMs } })
}
