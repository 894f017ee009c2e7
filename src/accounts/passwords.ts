/**
 * Passwords, hashed with argon2id in threads of the runtime: two at a time, since each
 * takes 19 MiB and a core for some 50 ms, with a bounded queue behind them. A login that
 * does not exist costs the same as a wrong password.
 */
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"

/** OWASP's parameters for argon2id. */
const parameters = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const

/** The hash of a random text that nobody kept: compared with where there is no password, so that it takes as long. */
const nobodys =
  "$argon2id$v=19$m=19456,t=2,p=1$TpfGf6PfVr28lFQXhIIruvfIH2zw5wPCCeMy0y0698E$yL0AYeMGhmWrwHPxgslV3f6GV/Nn4rq3HYK0YrNHuKc"

/** Hashes and verifies. */
export interface Hasher {
  readonly hash: (password: string) => Promise<string>
  readonly verify: (password: string, hash: string) => Promise<boolean>
}

export const argon2: Hasher = {
  hash: (password) => Bun.password.hash(password, parameters),
  verify: (password, hash) => Bun.password.verify(password, hash),
}

export class Passwords {
  readonly #hasher: Hasher
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(hasher: Hasher = argon2) {
    this.#hasher = hasher
  }

  /** Throws ERR_BUSY when too many wait, as `isRight` does. */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => this.#hasher.hash(sameFor(password)))
  }

  /** `null` where there is no account, or none with a password. */
  async isRight(password: string, hash: string | null): Promise<boolean> {
    const isEqual = await this.#inTurn(() => this.#hasher.verify(sameFor(password), hash ?? nobodys))
    return isEqual && hash !== null
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < limits.passwordsAtOnceMax) this.#running++
    else {
      if (this.#waiting.length >= limits.passwordsQueuedMax) throw new ChatError("ERR_BUSY")
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}

/** Keyboards encode the same text differently (RFC 8265, 4.2). */
function sameFor(password: string): string {
  return password.normalize("NFC")
}
