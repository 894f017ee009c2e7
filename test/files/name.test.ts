import { expect, test } from "bun:test"
import { nameFrom } from "../../src/files/name.ts"

test.each([
  ["photo.jpg", "photo.jpg"],
  ["Grüße aus Köln 🌷.png", "Grüße aus Köln 🌷.png"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\ann\\plan.pdf", "plan.pdf"],
  ["/", "file"],
  ["..", "file"],
  [".hidden", "hidden"],
  ["a\0b.txt", "ab.txt"],
  ["line\r\nSet-Cookie: x", "lineSet-Cookie_ x"],
  ["\u202egnp.exe", "gnp.exe"],
  ["a\u200b\u2066b.txt", "ab.txt"],
  ["\ud800.txt", "txt"],
  ["what?*.txt", "what__.txt"],
  [" \u00a0", "file"],
  [null, "file"],
  ["", "file"],
])("[FILE1] a file called %j is %j", (given, name) => {
  expect(nameFrom(given)).toBe(name)
})

test("[FILE1] a name of 300 bytes is cut before its ending, and never within a character", () => {
  const long = nameFrom(`${"ü".repeat(150)}.pdf`)
  expect(long).toEndWith("ü.pdf")
  expect(Buffer.byteLength(long)).toBeGreaterThan(170)
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(180)
  const family = "👨‍👩‍👧‍👦"
  const families = nameFrom(`${family.repeat(20)}.png`)
  expect(families.slice(0, -4).replaceAll(family, "")).toBe("")
  expect(Buffer.byteLength(nameFrom("x".repeat(1_000_000)))).toBe(180)
})
