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
  expect(text).toBe("bob joined · c, d, and 2 others left · ann came and went")
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
