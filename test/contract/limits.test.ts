/** The table of limits, which `warren limits` and the documents print, against what the server holds people to. */
import { expect, test } from "bun:test"
import { join } from "node:path"
import { clientEvents } from "../../src/contract/events.ts"
import { type LimitName, limitTable } from "../../src/contract/limits.ts"

const source = join(import.meta.dir, "../../src")

/** The events that a sentence names, and those that begin with what it names so. */
function isNamed(event: string, sentence: string): boolean {
  const names = [...sentence.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name)
  return names.some((name) => (name.endsWith("_") ? event.startsWith(name) : event === name))
}

test("[LIM1] each event is named by the rate that it counts to, and by no other", () => {
  const rates = [...new Set(Object.values(clientEvents).map(({ rate }) => rate))]
  expect(rates.toSorted()).toEqual(["join", "message", "other", "page", "search"])
  const named = (rate: string) => {
    const { about } = limitTable[`${rate}Rate` as LimitName]
    return Object.keys(clientEvents).filter((event) => isNamed(event, about))
  }
  for (const rate of rates) {
    const counted = Object.entries(clientEvents).filter(([, definition]) => definition.rate === rate)
    // All that is named nowhere counts to the rate of all others.
    expect(named(rate)).toEqual(rate === "other" ? [] : counted.map(([event]) => event))
  }
})

test("[LIM1] each limit of the table is kept somewhere", async () => {
  const texts = await Promise.all(
    [...new Bun.Glob("**/*.{ts,tsx}").scanSync(source)]
      .filter((file) => file !== "contract/limits.ts")
      .map((file) => Bun.file(join(source, file)).text()),
  )
  const text = texts.join("\n")
  const used = new Set(text.match(/\w+/g))
  // By the class of each event.
  for (const { rate } of Object.values(clientEvents)) used.add(`${rate}Rate`)
  expect(Object.keys(limitTable).filter((name) => !used.has(name))).toEqual([])
})
