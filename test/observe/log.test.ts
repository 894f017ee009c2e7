import { afterEach, expect, test } from "bun:test"
import { stripVTControlCharacters } from "node:util"
import { configureLog, log, tellLogTo, type Write } from "../../src/observe/log.ts"
import { OperatorError } from "../../src/observe/operator-error.ts"

afterEach(() => tellLogTo(undefined))

const cause = Object.assign(new Error("disk I/O\u001b[31m error"), { code: "SQLITE_IOERR" })

test("an error in a sentence is its name, its message and its code, for programs and for people", () => {
  const written: string[] = []
  const write: Write = (text, done) => {
    written.push(text)
    done()
  }
  configureLog("info", { isTerminal: false, write })
  log.error("It failed, {times} times: {cause}, in {path}", { times: 2, cause, path: "a b" })
  configureLog("info", { isTerminal: true, write })
  log.error("It failed: {cause}", { cause: new TypeError("x", { cause }) })

  const [line = "", story = ""] = written
  expect(JSON.parse(line)).toMatchObject({
    level: "ERROR",
    message: "It failed, 2 times: Error: disk I/O\u001b[31m error (SQLITE_IOERR), in a b",
    properties: { times: 2, cause: { message: cause.message, code: "SQLITE_IOERR", stack: expect.any(String) } },
  })
  expect(line.split("\n")).toEqual([expect.any(String), ""])
  expect(story).toContain("It failed: TypeError: x\n    at ")
  expect(story).toContain("because of Error: disk I/O\\u{1b}[31m error (SQLITE_IOERR)\n    at ")
})

test("a line says when, how grave, and what, with all that belongs to it; what has no JSON is left out", () => {
  const written: string[] = []
  const write: Write = (text) => written.push(text)
  const circle: Record<string, unknown> = {}
  circle["itself"] = circle
  const before = Date.now()
  configureLog("warning", { isTerminal: false, write })
  log.info("Nobody wants to know that.")
  log.warn("{a} and {b}, of {nobody}", { a: null, b: [1], causes: new AggregateError([cause], "two") })
  log.error("It is {circle}", { circle })
  configureLog("warning", { isTerminal: true, write })
  log.warn("{a} and {b}, of {nobody}", { a: "x\ny", b: [1] })

  const [line = "", circular = "", forPeople = ""] = written
  const { "@timestamp": at, ...rest } = JSON.parse(line)
  expect(new Date(at).toISOString()).toBe(at)
  expect(Date.parse(at)).toBeGreaterThanOrEqual(before)
  const errors = [{ name: "Error", message: cause.message, code: "SQLITE_IOERR", stack: expect.any(String) }]
  const causes = { name: "AggregateError", message: "two", stack: expect.any(String), errors }
  expect(rest).toEqual({
    level: "WARN",
    message: "null and [1], of {nobody}",
    logger: "warren",
    properties: { a: null, b: [1], causes },
  })
  expect(JSON.parse(circular)).toEqual({
    "@timestamp": expect.any(String),
    level: "ERROR",
    message: "It is [object Object]",
    logger: "warren",
  })
  const [time, ...told] = stripVTControlCharacters(forPeople).split(/(?<=\+00) /)
  expect(time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \+00$/)
  expect(told).toEqual(["WRN warren: x\\u{a}y and [ 1 ], of {nobody}\n"])
  expect(written).toHaveLength(3)
})

test("what others chose steers no terminal, in either form, and a program reads it as it was", () => {
  const written: string[] = []
  const write: Write = (text) => written.push(text)
  // Controls that are one character (CSI, OSC), line breaks, and what turns the direction of writing.
  const origin = "http://\u009b31m\u009d\u2028\u202eevil\r\n\u001b[2J"
  for (const isTerminal of [false, true]) {
    configureLog("info", { isTerminal, write })
    log.warn("Pages of {origin} may not connect.", { origin })
  }
  const [line = "", forPeople = ""] = written
  for (const text of [line.trimEnd(), stripVTControlCharacters(forPeople).trimEnd()])
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(JSON.parse(line)).toMatchObject({ message: `Pages of ${origin} may not connect.`, properties: { origin } })
})

test("an error among its own causes is told once, and one that cannot be read stops nobody", () => {
  const written: string[] = []
  const write: Write = (text) => written.push(text)
  const [inner, outer] = [new Error("inner"), new Error("outer")]
  Object.assign(inner, { cause: outer })
  Object.assign(outer, { cause: inner })
  const unreadable = new Error()
  Object.defineProperty(unreadable, "message", {
    get() {
      throw new Error("no")
    },
  })
  for (const isTerminal of [false, true]) {
    configureLog("info", { isTerminal, write })
    log.error("It failed: {cause}", { cause: outer })
    log.error("It failed: {cause}", { cause: unreadable })
  }
  const [circle = "", bare = "", circleForPeople = "", bareForPeople = ""] = written
  expect(JSON.parse(circle)).toMatchObject({
    message: "It failed: Error: outer",
    properties: { cause: { message: "outer", cause: { message: "inner", cause: "Error: outer" } } },
  })
  expect(JSON.parse(bare)).toMatchObject({ message: "It failed: {cause}", properties: {} })
  expect(circleForPeople.match(/Error: \w+/g)).toEqual(["Error: outer", "Error: inner"])
  expect(bareForPeople).toEndWith("It failed: {cause}\n")
})

test("a mistake of the operator's is the sentence that was written for people, without name and stack", () => {
  const written: string[] = []
  const write: Write = (text) => written.push(text)
  for (const isTerminal of [false, true]) {
    configureLog("info", { isTerminal, write })
    log.error("The backup failed: {cause}", {
      cause: new OperatorError("The disk is full: free some space.", { cause }),
    })
  }
  const [line = "", story = ""] = written
  expect(JSON.parse(line)).toMatchObject({ message: "The backup failed: The disk is full: free some space." })
  expect(story.trimEnd()).toEndWith("The backup failed: The disk is full: free some space.")
})

test("lines that cannot be written are counted, and told with the first that can be again", () => {
  const written: string[] = []
  let disk: Error | undefined = new Error("ENOSPC")
  configureLog("info", {
    isTerminal: false,
    write: (text, done) => {
      if (disk === undefined) written.push(JSON.parse(text).message)
      done(disk)
    },
  })
  log.info("one")
  log.info("two")
  disk = undefined
  log.info("three")
  log.info("four")
  expect(written).toEqual(["three", "2 lines of the log could not be written before this one.", "four"])
})
