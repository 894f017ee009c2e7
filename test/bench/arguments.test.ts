import { expect, test } from "bun:test"
import { checkKeys, readArguments } from "../../bench/arguments.ts"

test("what is asked for is read, and what is not is left to the plan", () => {
  expect(readArguments(["--crowd", "--people", "500", "--quick", "--only", "crowd-join,crowd-all"])).toEqual({
    quick: true,
    gate: false,
    crowd: true,
    cluster: false,
    only: ["crowd-join", "crowd-all"],
    people: 500,
    idle: undefined,
    against: undefined,
  })
})

test.each([
  [["--againts", "main"], /^Unknown option '--againts'\. Usage: bun run bench /],
  [["--against"], /^Option '--against <value>' argument missing\. Usage: /],
  [["extra"], /^Unexpected argument 'extra'\. .*Usage: /],
  [["--crowd", "--cluster"], /^Measure one after the other: --crowd, --cluster\.$/],
  [["--crowd", "--people", "0"], /^--people takes a whole number above 0\.$/],
  [["--crowd", "--idle", "many"], /^--idle takes a whole number above 0\.$/],
  [["--people", "5"], /^--people and --idle are for --crowd\.$/],
])("a mistake is told in a sentence: %p", (argv, told) => {
  expect(() => readArguments(argv)).toThrow(told)
})

test("a key that nothing is measured under is told with those that are", () => {
  expect(() => checkKeys(["join", "jion"], ["join", "idle"])).toThrow(
    "There is no jion to measure: choose among join, idle.",
  )
  expect(() => checkKeys(undefined, ["join"])).not.toThrow()
})
