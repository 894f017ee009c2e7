import { expect, test } from "bun:test"
import { nearest } from "../../src/cli/nearest.ts"

const names = ["port", "host", "data-dir", "auth", "auth-jwks", "public-url"]

test("one slip in three letters is forgiven: a letter swapped, dropped, added or replaced, or capitals", () => {
  for (const slip of ["prot", "por", "portt", "pott", "Port"]) expect(nearest(slip, names), slip).toBe("port")
  expect(nearest("pubic-ulr", names)).toBe("public-url")
  expect(nearest("auht-jwk", names)).toBe("auth-jwks")
})

test("the beginning of one name is enough, and of two is not", () => {
  expect(nearest("data", names)).toBe("data-dir")
  expect(nearest("publ", names)).toBe("public-url")
  expect(nearest("a", names)).toBeUndefined()
})

test("what is like none is none", () => {
  for (const other of ["", "x", "dance", "constructor", "x".repeat(10_000)])
    expect(nearest(other, names)).toBeUndefined()
})
