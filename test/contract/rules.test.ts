import { expect, test } from "bun:test"
import { join } from "node:path"
import { errorMessages } from "../../src/contract/errors.ts"
import { clientEvents, generalErrors } from "../../src/contract/events.ts"
import { limitInWords } from "../../src/contract/limit-words.ts"
import type { LimitName } from "../../src/contract/limits.ts"
import { type Rule, rules } from "../../src/contract/rules.ts"

const sources = await Promise.all(
  [...new Bun.Glob("**/*.test.ts").scanSync(join(import.meta.dir, ".."))].map((path) =>
    Bun.file(join(import.meta.dir, "..", path)).text(),
  ),
)
const suites = await Promise.all(
  [...new Bun.Glob("**/*-suite.ts").scanSync(join(import.meta.dir, ".."))].map((path) =>
    Bun.file(join(import.meta.dir, "..", path)).text(),
  ),
)
/** In the names of tests: a comment proves nothing. */
const names = [...sources, ...suites].join("\n").match(/^(?!\s*(?:\/\/|\*|\/\*)).*["'`].*\[[A-Z]+\d+\].*$/gm) ?? []
const cited = new Set(names.join("\n").match(/\[[A-Z]+\d+\]/g))

test("every rule is cited by a test, and every citation is a rule", () => {
  expect(sources.length).toBeGreaterThan(5)
  expect([...cited].sort()).toEqual(
    Object.keys(rules)
      .map((rule) => `[${rule}]`)
      .sort(),
  )
})

test("[ERR1] every error an event may give is in the catalogue", () => {
  const given = Object.values(clientEvents).flatMap(({ errors }) => errors)
  for (const code of [...generalErrors, ...given]) expect(Object.keys(errorMessages)).toContain(code)
})

/** The numbers that a rule names stand in limits.ts too. */
const named: Partial<Record<Rule, readonly LimitName[]>> = {
  VAL3: ["requestBytesMax", "frameBytesMax"],
  JOIN7: ["handshakeRoomsMax"],
  JOIN8: ["crowdedAbove"],
  HIST1: ["historyPageDefault"],
  HIST2: ["sincePageDefault"],
  HIST4: ["historyPageDefault", "pageLengthMax"],
  HIST5: ["pageBytesMax"],
  TYPE3: ["typingSilenceMs"],
  LIM1: ["refusalsMax", "refusalsWindowMs"],
  LIM2: ["backlogBytesMax", "backlogPacketsMax", "requestsQueuedMax"],
}

test.each(Object.entries(named))("%s names the numbers that are kept to", (rule, names) => {
  const numbers = names.map(limitInWords)
  const numbered = /(?<![\w-])\d[\d,]*(?: (?:KiB|MiB|s)\b)?/g
  expect([...new Set(rules[rule as Rule].match(numbered))]).toEqual(expect.arrayContaining(numbers))
})
