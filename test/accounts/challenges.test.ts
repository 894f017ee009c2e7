import { expect, test } from "bun:test"
import { Challenges } from "../../src/accounts/challenges.ts"
import { randomSecret } from "../../src/accounts/secrets.ts"
import { limits } from "../../src/contract/limits.ts"

const { passkeyChallengeMs: lifetimeMs } = limits

test("[ACC9] a challenge is for one purpose, once, for as long as it is good, whenever others are answered", () => {
  const challenges = new Challenges(randomSecret)
  const step = lifetimeMs / 10
  const issued: { readonly challenge: string; readonly at: number; isAnswered: boolean }[] = []
  for (let at = 0; at < 4 * lifetimeMs; at += step) {
    for (const _ of "12") issued.push({ challenge: challenges.issue("enter", at), at, isAnswered: false })
    for (const [n, one] of issued.entries()) {
      const isGood = at < one.at + lifetimeMs
      expect(challenges.take("leave", one.challenge, at)).toBe(false)
      // The first of each two at once, and the second in its last moments.
      const isDue = n % 2 === 0 || at >= one.at + lifetimeMs - step
      if (!isDue) continue
      expect(challenges.take("enter", one.challenge, at)).toBe(isGood && !one.isAnswered)
      one.isAnswered = true
    }
  }
})
