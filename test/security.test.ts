import { expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { rules } from "../src/contract/rules.ts"

const root = join(import.meta.dir, "..")
const document = await Bun.file(join(root, "SECURITY.md")).text()
const textOf = (path: string) => Bun.file(join(root, path)).text()

test("SECURITY.md names only tests and folders that there are, and each test cites the rule it is said to hold", async () => {
  const paths = [...document.matchAll(/`((?:test|src|deploy)\/[^`]*)`/g)].map(([, path = ""]) => path)
  expect(paths.length).toBeGreaterThan(20)
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])

  const promises = [...document.matchAll(/^\| (?<promise>[^|]+) \| (?<rule>[A-Z]+\d+) +\| (?<tests>.+) \|$/gm)]
  expect(promises.length).toBeGreaterThan(10)
  for (const { groups: { promise = "", rule = "", tests = "" } = {} } of promises) {
    expect(Object.keys(rules)).toContain(rule)
    const texts = await Promise.all([...tests.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => textOf(path)))
    expect(
      texts.some((text) => text.includes(`[${rule}]`)),
      promise,
    ).toBe(true)
  }
})

test("SECURITY.md names each weakness that was tried, and no other", async () => {
  const named = (text: string) => [...new Set(text.match(/CVE-\d{4}-\d+/g))].sort()
  expect(named(document)).toEqual(named(await textOf("test/server/cve.test.ts")))
})
