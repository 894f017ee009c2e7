import { expect, test } from "bun:test"
import { Notices } from "../../src/web/core/notices.ts"
import { describeNotice } from "../../src/web/core/tell-notice.ts"
import { claimsOf, tokenInText } from "../../src/web/core/token.ts"
import { showAllTexts } from "./all-texts.ts"

showAllTexts()

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
