/**
 * What passkeys sign: each challenge is for one purpose, works once, and is short-lived. A
 * challenge carries its time and a signature of this server, so challenges that nobody
 * answers take no memory, however many are asked for. Only answered ones are remembered,
 * until they expire.
 */
import { limits } from "../contract/limits.ts"
import type { NewSecret } from "./secrets.ts"

const randomBytes = 16
const keyBytes = 32

export class Challenges {
  readonly #newSecret: NewSecret
  readonly #key: string
  /** Those of the current period and of the one before it: older ones have expired anyway. */
  #answered = new Set<string>()
  #before = new Set<string>()
  #endsMs = 0

  constructor(newSecret: NewSecret) {
    this.#newSecret = newSecret
    this.#key = newSecret(keyBytes)
  }

  /** In base64url. */
  issue(purpose: string, nowMs: number): string {
    const said = `${this.#newSecret(randomBytes)}.${Math.ceil(nowMs + limits.passkeyChallengeMs)}`
    return Buffer.from(`${said}.${this.#seal(purpose, said)}`).toString("base64url")
  }

  /** Whether it may be answered now. It cannot be answered again. */
  take(purpose: string, challenge: string, nowMs: number): boolean {
    this.#forget(nowMs)
    const [, said, endsMs, seal] =
      /^([\w-]{22}\.(\d{1,15}))\.([\w-]{43})$/.exec(Buffer.from(challenge, "base64url").toString()) ?? []
    if (said === undefined || seal !== this.#seal(purpose, said)) return false
    if (nowMs >= Number(endsMs) || this.#answered.has(said) || this.#before.has(said)) return false
    this.#answered.add(said)
    return true
  }

  #seal(purpose: string, said: string): string {
    return new Bun.CryptoHasher("sha256", this.#key).update(`${purpose} ${said}`).digest("base64url")
  }

  /** All at once: checking each of them whenever one is added would let whoever sends many cause much work. */
  #forget(nowMs: number): void {
    if (nowMs < this.#endsMs) return
    const isOld = nowMs >= this.#endsMs + limits.passkeyChallengeMs
    this.#before = isOld ? new Set() : this.#answered
    this.#answered = new Set()
    this.#endsMs = nowMs + limits.passkeyChallengeMs
  }
}
