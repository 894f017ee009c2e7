import { describe, expect, test } from "bun:test"
import { argon2, Passwords } from "../../src/accounts/passwords.ts"
import { limits } from "../../src/contract/limits.ts"

describe("[ACC4] passwords", () => {
  test("are hashed by argon2id with 19 MiB and two passes, each with a salt of its own", async () => {
    const passwords = new Passwords()
    const hash = await passwords.hash("correct horse battery")
    expect(hash).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$")
    expect(await passwords.hash("correct horse battery")).not.toBe(hash)
    expect(await passwords.isRight("correct horse battery", hash)).toBe(true)
    expect(await passwords.isRight("Correct horse battery", hash)).toBe(false)
  })

  test("are the same text however a keyboard writes it", async () => {
    const passwords = new Passwords()
    const hash = await passwords.hash("cafe\u0301 cafe\u0301")
    expect(await passwords.isRight("caf\u00e9 caf\u00e9", hash)).toBe(true)
  })

  test("count to their last character, however long they are", async () => {
    const passwords = new Passwords()
    const long = "\u{1d11e}".repeat(limits.passwordLengthMax)
    const hash = await passwords.hash(long)
    expect(await passwords.isRight(long, hash)).toBe(true)
    expect(await passwords.isRight(`${long.slice(0, -2)}x`, hash)).toBe(false)
  })

  test("cost one comparison of the same parameters where there is none to compare with, and never match", async () => {
    const compared: string[] = []
    const counting = { ...argon2, verify: async (_: string, hash: string) => compared.push(hash) > 0 }
    const passwords = new Passwords(counting)
    expect(await passwords.isRight("anything", null)).toBe(false)
    expect(compared).toHaveLength(1)
    expect(compared[0]).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$")
  })

  test("are checked two at a time, in turn, and refused where too many wait", async () => {
    const running: (() => void)[] = []
    const passwords = new Passwords({
      hash: (password) => new Promise((resolve) => running.push(() => resolve(password))),
      verify: async () => true,
    })
    const most = limits.passwordsAtOnceMax + limits.passwordsQueuedMax
    const hashes = Array.from({ length: most }, (_, n) => passwords.hash(`password ${n}`))
    expect(running).toHaveLength(limits.passwordsAtOnceMax)
    expect(passwords.hash("one too many")).rejects.toMatchObject({ code: "ERR_BUSY" })
    for (let n = 0; n < most; n++) {
      running[n]?.()
      expect(await hashes[n]).toBe(`password ${n}`)
    }
    expect(running).toHaveLength(most)
    const next = passwords.hash("next")
    running[most]?.()
    expect(await next).toBe("next")
  })
})
