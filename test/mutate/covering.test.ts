import { expect, test } from "bun:test"
import { join } from "node:path"
import { testsCovering } from "./covering.ts"

test("the tests of a file are those that import it, and farther ones those that reach it", () => {
  const { near, far } = testsCovering(join(import.meta.dir, "../.."), "src/cli/nearest.ts")
  expect(near).toContain("test/cli/nearest.test.ts")
  expect(near).not.toContain("test/store/in-place.test.ts")
  expect([...near, ...far]).toContain("test/cli/cli.test.ts")
  expect([...near, ...far].filter((path) => path.startsWith("test/slow/"))).toEqual([])
  const slow = "test/slow/store/retention.test.ts"
  expect(testsCovering(join(import.meta.dir, "../.."), "src/store/sqlite/retention.ts", true).near).toContain(slow)
})

test("a test reaches the program of a thread too", () => {
  const { far } = testsCovering(join(import.meta.dir, "../.."), "src/search/worker.ts")
  expect(far).toContain("test/search/thread.test.ts")
})
