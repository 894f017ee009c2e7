/** The login that the page offers to whoever joins. */
import { expect, test } from "bun:test"
import * as v from "valibot"
import { Login } from "../../src/contract/accounts.ts"
import { loginOf } from "../../src/web/views/account/checks.ts"

test.each([
  ["Ann", "ann"],
  ["  Ann   Lee ", "ann.lee"],
  ["Groß-Müller, K.", "groß-müller.k."],
  ["ＡＮＮ", "ann"],
  ["(Bob) 🦤", "bob"],
  ["_ann", "ann"],
  ["Анна", "анна"],
  ["🦤", ""],
  ["", ""],
])("[ACC1] %p is offered as %p", (name, login) => {
  expect(loginOf(name)).toBe(login)
})

test("[ACC1] whatever the name, nothing is offered that the server would refuse", () => {
  const names = [
    "x".repeat(200),
    "\u0301ann",
    "a\u200bnn",
    "@ann",
    "Ω mega".slice(2),
    "小明",
    "ann\n lee",
    "é".repeat(64),
  ]
  for (const name of names) {
    const login = loginOf(name)
    expect({ name, isFine: login === "" || v.is(Login, login) }).toEqual({ name, isFine: true })
  }
})
