import { describe, expect, test } from "bun:test"
import { Attempts } from "../../src/accounts/attempts.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"

function refusal(attempt: () => unknown): unknown {
  try {
    attempt()
  } catch (error) {
    if (error instanceof ChatError) return [error.code, error.details.retryAfterMs]
    throw error
  }
  return undefined
}

describe("[ACC4] attempts to sign in", () => {
  const from = (login: string, address: string) => ({ login, address })

  test("are counted for a login from an address, and over when their time is", () => {
    const attempts = new Attempts()
    for (let n = 0; n < limits.triesPerLoginAndAddressMax; n++) attempts.begin(from("ann", "192.0.2.1"), n)
    const again = () => attempts.begin(from("ann", "192.0.2.1"), 1_000)
    expect(refusal(again)).toEqual(["ERR_RATE_LIMITED", limits.triesWindowMs - 1_000])
    expect(refusal(() => attempts.begin(from("ann", "192.0.2.2"), 1_000))).toBeUndefined()
    expect(refusal(() => attempts.begin(from("bob", "192.0.2.1"), 1_000))).toBeUndefined()
    expect(refusal(() => attempts.begin(from("ann", "192.0.2.1"), limits.triesWindowMs))).toBeUndefined()
  })

  test("are counted for a login, from wherever they come", () => {
    const attempts = new Attempts()
    for (let n = 0; n < limits.triesPerLoginMax; n++) attempts.begin(from("ann", `192.0.2.${n}`), 0)
    expect(refusal(() => attempts.begin(from("ann", "198.51.100.1"), 0))).toEqual([
      "ERR_RATE_LIMITED",
      limits.triesWindowMs,
    ])
    expect(refusal(() => attempts.begin(from("bob", "198.51.100.1"), 0))).toBeUndefined()
  })

  test("are counted for an address, with the codes that it tries", () => {
    const attempts = new Attempts()
    for (let n = 0; n < limits.triesPerAddressMax - 1; n++) attempts.begin(from(`user ${n}`, "192.0.2.1"), 0)
    attempts.beginCode("192.0.2.1", 0)
    expect(refusal(() => attempts.beginCode("192.0.2.1", 0))).toEqual(["ERR_RATE_LIMITED", limits.triesWindowMs])
    expect(refusal(() => attempts.begin(from("zoe", "192.0.2.1"), 0))).toBeDefined()
    expect(refusal(() => attempts.beginCode("192.0.2.2", 0))).toBeUndefined()
  })

  test("are told of by the limit that they reached, with their address", () => {
    const told: string[][] = []
    const attempts = new Attempts((limit, address) => told.push([limit, address]))
    for (let n = 0; n < limits.triesPerLoginAndAddressMax; n++) attempts.begin(from("ann", "192.0.2.1"), 0)
    expect(told).toEqual([])
    expect(refusal(() => attempts.begin(from("ann", "192.0.2.1"), 0))).toBeDefined()
    expect(told).toEqual([["triesPerLoginAndAddressMax", "192.0.2.1"]])
  })

  test("are remembered from 100,000 addresses, and beyond it the oldest is forgotten", () => {
    const attempts = new Attempts()
    for (let n = 0; n < limits.triesPerAddressMax; n++) attempts.beginCode("192.0.2.1", 0)
    for (let n = 1; n < 100_000; n++) attempts.beginCode(`address ${n}`, 0)
    const again = () => attempts.beginCode("192.0.2.1", 0)
    expect(refusal(again)).toBeDefined()
    attempts.beginCode("one more", 0)
    expect(refusal(again)).toBeUndefined()
  })

  test("count when they begin, and not any more when they succeed", () => {
    const attempts = new Attempts()
    const begun = Array.from({ length: limits.triesPerLoginAndAddressMax }, () => attempts.begin(from("ann", "a"), 0))
    expect(refusal(() => attempts.begin(from("ann", "a"), 0))).toBeDefined()
    begun[0]?.giveBack()
    expect(refusal(() => attempts.begin(from("ann", "a"), 0))).toBeUndefined()
    expect(refusal(() => attempts.begin(from("ann", "a"), 0))).toBeDefined()
  })
})
