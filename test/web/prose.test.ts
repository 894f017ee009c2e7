import { expect, test } from "bun:test"
import { describeNotice, Notices } from "../../src/web/core/notices.ts"
import { isFewEmoji, partsOf } from "../../src/web/core/prose.ts"
import { claimsOf, tokenInText } from "../../src/web/core/token.ts"

const linksOf = (text: string) => partsOf(text).flatMap((part) => (part.kind === "link" ? [part.url] : []))

test("links end where a person would say they end", () => {
  expect(linksOf("See https://a.example/x, and (https://b.example/y)!")).toEqual([
    "https://a.example/x",
    "https://b.example/y",
  ])
  expect(linksOf("https://en.example/wiki/Warren_(burrow).")).toEqual(["https://en.example/wiki/Warren_(burrow)"])
  expect(linksOf("“http://c.example/ü?q=1&r=2#top”")).toEqual(["http://c.example/ü?q=1&r=2#top"])
})

test("nothing but http and https is ever a link", () => {
  for (const text of [
    "javascript:alert(1)",
    "data:text/html,x",
    "https://",
    "ftp://a.example",
    "//a.example",
    "a.example",
  ]) {
    expect(linksOf(text), text).toEqual([])
  }
})

test("a character that turns the direction ends a link, so that none looks like another", () => {
  expect(linksOf("https://evil.example/\u202egro.doog")).toEqual(["https://evil.example/"])
})

test("the parts of a text are the text", () => {
  for (const text of [
    "",
    "plain",
    "https://a.example",
    "a https://a.example. b\nhttps://b.example",
    "((https://a.example))",
  ]) {
    expect(
      partsOf(text)
        .map((part) => part.text)
        .join(""),
    ).toBe(text)
  }
})

test("brackets that were opened before the link stay outside, however they are mixed", () => {
  expect(linksOf("[see (https://a.example/x_(y))].")).toEqual(["https://a.example/x_(y)"])
  expect(linksOf("https://a.example/[1]]!}")).toEqual(["https://a.example/[1]"])
  expect(linksOf("https://a.example/((")).toEqual(["https://a.example/(("])
})

test("a host that is too long to be one is no link", () => {
  const marks = `${"\u0307".repeat(1_990)}${"\u0323".repeat(1_990)}`
  expect(linksOf(`https://a${marks}`)).toEqual([])
  expect(linksOf(`https://a.example/a${marks}`)).toEqual([`https://a.example/a${marks}`])
  expect(linksOf(`https://${"a".repeat(63)}.example?${"q".repeat(1_000)}`)).toHaveLength(1)
})

// Each is a hundred times what a message may hold: with work that grows with the square, the test would not end in time.
test("what a text costs grows as it does", () => {
  const length = 400_000
  expect(linksOf(`https://a${")".repeat(length)}`)).toEqual(["https://a"])
  expect(linksOf(`https://a/${"(".repeat(length)}${")".repeat(length + 1)}`)[0]).toHaveLength(2 * length + 10)
  expect(linksOf(`https://a${".,]})".repeat(length / 5)}`)).toEqual(["https://a"])
  expect(linksOf("http://a ".repeat(length / 9))).toHaveLength(Math.floor(length / 9))
  expect(linksOf("https://".repeat(length / 8))).toHaveLength(1)
  expect(isFewEmoji(`${"👍 ".repeat(length)}`)).toBe(false)
})

test("a few emoji and nothing else are shown large", () => {
  expect(["👍", "❤️ 🎉", "👩‍👩‍👧‍👦"].map(isFewEmoji)).toEqual([true, true, true])
  expect(["👍 yes", "7", "👍👍👍👍", ""].map(isFewEmoji)).toEqual([false, false, false, false])
})

test("a notice names each person once, with what came of it", () => {
  const notices = new Notices()
  for (const [id, movement] of [
    ["ann", "joined"],
    ["bob", "left"],
    ["ann", "left"],
    ["bob", "joined"],
  ] as const) {
    notices.add("after", id, id, movement)
  }
  for (const id of ["c", "d", "e", "f"]) notices.add("after", id, id, "left")
  const text = describeNotice(notices.after.value.get("after")!).replaceAll(/[\u2068\u2069]/g, "")
  expect(text).toBe("bob joined · c, d, and 2 others left · ann joined and left")
})

test("[AUTH2] a token is read from what was pasted: itself, or the link that holds it", () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const token = `${part({ alg: "HS256" })}.${part({ sub: "zoë", name: "Zoë 🦊" })}.c2ln`
  expect(claimsOf(token)).toEqual({ userId: "zoë", username: "Zoë 🦊", avatar: undefined })
  expect(tokenInText(` ${token}\n`)).toBe(token)
  expect(tokenInText(`https://chat.example.com/#token=${token}`)).toBe(token)
  for (const text of ["", "hello", "a.b.c", "https://chat.example.com/#room=1"])
    expect(tokenInText(text)).toBeUndefined()
})
