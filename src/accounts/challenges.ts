/**
 * What passkeys are to sign: each is for one purpose, once, and for a short time. A challenge
 * carries its time and a seal, so that those which nobody answers cost no memory, however
 * many are asked for; only those that were answered are remembered, until they are too old.
 */
import { limits } from "../contract/limits.ts"
import type { NewSecret } from "./secrets.ts"

const randomBytes = 16
const keyBytes = 32

export class Challenges {
  readonly #newSecret: NewSecret
  readonly #key: string
  /** In the time that a challenge is good for, and in the one before it: older ones are too old anyway. */
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

  /** Whether it may be answered now; from then on it may not. */
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

  /** All at once: to look at each of them whenever one more comes would be work for whoever sends many. */
  #forget(nowMs: number): void {
    if (nowMs < this.#endsMs) return
    const isOld = nowMs >= this.#endsMs + limits.passkeyChallengeMs
    this.#before = isOld ? new Set() : this.#answered
    this.#answered = new Set()
    this.#endsMs = nowMs + limits.passkeyChallengeMs
  }
}
