/** Data on its way, from a folder into a folder: a step at a time, to the last row, and nothing that is not the same. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { join } from "node:path"
import { contentsOf } from "../../../src/store/move/contents.ts"
import { exportLines, importLines } from "../../../src/store/move/lines.ts"
import { type MoveOptions, move } from "../../../src/store/move/move.ts"
import type { Source, Target } from "../../../src/store/move/sides.ts"
import { allTables, links, namesOf, type Row, sessions, type Table } from "../../../src/store/move/tables.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { sqliteSnapshot, sqliteSource, sqliteTarget } from "../../../src/store/sqlite/side.ts"
import { roomWith } from "../../store/store-suite.ts"
import { temporaryFolder } from "../../support/folder.ts"

const patient: MoveOptions = { signal: new AbortController().signal, onProgress: () => {} }
const interrupted = new Error("interrupted")

test("what has more rows than a step comes whole out of an export, and is written a step at a time", async () => {
  using folder = temporaryFolder()
  const [from, to] = await filled(folder.path)
  const told: number[] = []
  const signal = new AbortController().signal
  const source = sqliteSnapshot(from)
  const lines = (await Array.fromAsync(exportLines(source, new Date(0), { signal, onProgress: (n) => told.push(n) })))
    .join("")
    .trimEnd()
    .split("\n")
  await source.close()
  expect(lines.at(0)).toBe('{"table":"warren","format":1,"exported_at":"1970-01-01T00:00:00.000Z"}')
  expect(lines.at(-1)).toBe('{"table":"end","rooms":2,"messages":2500}')
  expect(told.splice(0)).toEqual([1_000, 2_000, 2_500])
  expect(lines.filter((line) => line.includes(":null"))).toEqual([])

  const target = sqliteTarget(to, { isAnew: true })
  const steps: [Table["name"], number][] = []
  const write: Target["write"] = (table, rows) => {
    steps.push([table.name, rows.length])
    return target.write(table, rows)
  }
  await target.begin("an epoch")
  const counts = await importLines({ ...target, write }, each(lines), { signal, onProgress: (n) => told.push(n) })
  await target.finish("an epoch", counts)
  await target.close()
  expect(counts).toEqual({ rooms: 2, messages: 2_500 })
  expect(told).toEqual([1_000, 2_000, 2_500])
  expect(steps).toEqual([
    ["rooms", 2],
    ["users", 1_000],
    ["users", 101],
    ["members", 2],
    ["files", 1_000],
    ["files", 500],
    ["access", 1],
    ["messages", 1_000],
    ["messages", 1_000],
    ["messages", 500],
    ["reactions", 1],
    ["mentions", 1],
  ])
  expect(rowsIn(to)).toEqual(rowsIn(from))
})

test("an export and an import that are interrupted end with the reason, before another step", async () => {
  using folder = temporaryFolder()
  const [from, to] = await filled(folder.path)
  const stopping = () => {
    const stop = new AbortController()
    const onProgress = (messages: number) => void (messages === 2_000 && stop.abort(interrupted))
    return { signal: stop.signal, onProgress }
  }
  const source = sqliteSnapshot(from)
  const read: string[] = []
  const exported = async () => {
    for await (const text of exportLines(source, new Date(), stopping())) read.push(...text.trimEnd().split("\n"))
  }
  await expect(exported()).rejects.toBe(interrupted)
  expect(read.filter((line) => line.startsWith('{"table":"messages"'))).toHaveLength(2_000)
  const all = await Array.fromAsync(exportLines(source, new Date(), patientLines))
  await source.close()

  const target = sqliteTarget(to, { isAnew: true })
  await target.begin("an epoch")
  await expect(importLines(target, each(all.join("").split("\n")), stopping())).rejects.toBe(interrupted)
  expect(await target.lastKey(allTables.find(({ name }) => name === "messages")!)).toBe(2_000)
  await target.close()
})

test.each([
  ["nothing but a value", ["[]"], "Line 2 is no JSON object; nothing was imported."],
  ["nothing at all", ["null"], "Line 2 is no JSON object; nothing was imported."],
  ["a text", ['"text"'], "Line 2 is no JSON object; nothing was imported."],
  ["blank lines, which count", ["", "", "{"], "Line 4 is no JSON object; nothing was imported."],
  ["a table of no name", ['{"table":7}'], "Line 2 is of no table that is known, 7; nothing was imported."],
  [
    "a moment before all of them",
    [userLine({ created_at: -1 })],
    "Line 2 has a created_at that is no moment in milliseconds; nothing was imported.",
  ],
  [
    "a moment behind all of them",
    [userLine({ updated_at: 8.64e15 + 1 })],
    "Line 2 has an updated_at that is no moment in milliseconds; nothing was imported.",
  ],
  ["a half", [userLine({ pk: 1.5 })], "Line 2 has a pk that is no whole number; nothing was imported."],
  [
    "two things with one key",
    [userLine({ pk: 1 }), userLine({ pk: 2, id: "bob" }), userLine({ pk: 2, id: "eve" }), '{"table":"end"}'],
    "Lines 2 to 4 cannot be stored: UNIQUE constraint failed: users.pk.",
  ],
  [
    "an end of other counts",
    ['{"table":"end","rooms":1,"messages":0}'],
    "Line 2 says that there are 1 rooms and 0 messages, and there are 0 rooms and 0 messages; nothing was imported.",
  ],
])("an import of %s is refused with its line", async (_, lines, sentence) => {
  using folder = temporaryFolder()
  const target = sqliteTarget(folder.path, { isAnew: true })
  await target.begin("an epoch")
  const told = await importLines(target, each([header, ...lines]), patientLines).then(String, ({ message }) => message)
  await target.close()
  expect(told).toBe(sentence)
})

test("the first and the last moment that there are may be in an import, and what is NULL may be left out or said", async () => {
  using folder = temporaryFolder()
  const target = sqliteTarget(folder.path, { isAnew: true })
  await target.begin("an epoch")
  const lines = [header, userLine({ created_at: 0, updated_at: 8.64e15 }), userLine({ pk: 2, id: "bob", avatar: null })]
  await importLines(target, each([...lines, '{"table":"end","rooms":0,"messages":0}', "", ""]), patientLines)
  const users = allTables.find(({ name }) => name === "users")!
  expect(await target.rows(users, 0, 10)).toEqual([
    [1, "ann", "Ann", null, 0, 8.64e15],
    [2, "bob", "Ann", null, 1, 1],
  ])
  await target.close()
})

test("[HIST7] a move tells how far it is, and leaves its source only when the target can be served", async () => {
  using folder = temporaryFolder()
  const [from, to] = await filled(folder.path)
  const before = rowsIn(from)
  const told: [string, number, number][] = []
  const did: string[] = []
  const onProgress: MoveOptions["onProgress"] = (...step) => void told.push(step)
  const counts = await between(from, to, (source, target) => {
    const retire = () => {
      did.push("retire")
      return source.retire()
    }
    const finish: Target["finish"] = (...args) => {
      did.push("finish")
      return target.finish(...args)
    }
    return move({ ...source, retire }, { ...target, finish }, { ...patient, onProgress })
  })
  expect([counts, did]).toEqual([{ rooms: 2, messages: 2_500 }, ["finish", "retire"]])
  expect(told).toEqual([
    ...[0, 0.4, 0.8, 1].map((share) => ["copying", share, 2_500] as [string, number, number]),
    ...[0.2, 0.4, 0.5, 0.7, 0.9, 1].map((share) => ["checking", share, 5_000] as [string, number, number]),
  ])
  expect(rowsIn(to)).toEqual(before)
})

test("of no messages all are copied, and of fewer than their keys no more than all", async () => {
  using folder = temporaryFolder()
  const [empty, few] = ["empty", "few"].map((name) => join(folder.path, name)) as [string, string]
  await openSqliteStore(empty, storeOptions).close()
  {
    await using open = opened(few)
    await roomWith(open, 3)
  }
  const shares = async (from: string) => {
    const told: number[] = []
    await between(from, `${from}-moved`, (source, target) =>
      move(source, target, { ...patient, onProgress: (step, share) => step === "copying" && told.push(share) }),
    )
    return told
  }
  expect(await shares(empty)).toEqual([1])
  {
    // As a server leaves it that removed what was older.
    using db = new Database(join(few, "warren.db"))
    db.run("UPDATE messages SET pk = pk + 100; UPDATE totals SET messages = 3")
  }
  expect(await shares(few)).toEqual([0, 1])
})

test("[HIST7] a move that is interrupted ends with the reason, and the next goes on behind it, also out of a copy", async () => {
  using folder = temporaryFolder()
  // Written to by another program, it is another life of the data, as a copy is.
  const [from, to] = await filled(folder.path)
  const before = rowsIn(from)
  for (const [step, at] of [
    ["copying", 0.4],
    ["copying", 1],
    ["checking", 0.2],
    ["checking", 0.7],
  ] as const) {
    const stop = new AbortController()
    const told: [string, number][] = []
    const onProgress: MoveOptions["onProgress"] = (...now) => {
      told.push([now[0], now[1]])
      if (now[0] === step && now[1] === at) stop.abort(interrupted)
    }
    const moving = between(from, to, (source, target) => move(source, target, { signal: stop.signal, onProgress }))
    await expect(moving).rejects.toBe(interrupted)
    expect(told.at(-1)).toEqual([step, at])
  }
  const [wrote, cleared]: [string[], string[]] = [[], []]
  await between(from, to, (source, target) => {
    const write: Target["write"] = (table, rows) => {
      wrote.push(table.name)
      return target.write(table, rows)
    }
    const clear: Target["clear"] = (table) => {
      cleared.push(table.name)
      return target.clear(table)
    }
    return move(source, { ...target, write, clear }, patient)
  })
  // The small ones are copied anew.
  expect([...new Set(wrote)]).toEqual(["rooms", "users", "members", "files", "access"])
  expect(cleared).not.toContain("messages")
  expect(rowsIn(to)).toEqual(before)
})

test.each([
  ["users", "the users differ"],
  ["reactions", "the reactions differ"],
  ["messages", "the messages of 1 rooms differ"],
] as const)(
  "a row of %s that is missing, doubled or another is a difference, and nothing is left",
  async (name, told) => {
    const other = ([key, ...row]: Row): Row => [key!, ...row.slice(0, -1), `${row.at(-1)} changed`]
    const ways: ((rows: readonly Row[]) => readonly Row[])[] = [
      (rows) => rows.slice(1),
      (rows) => [...rows.slice(0, 1), ...rows],
      ([first, ...rows]) => [other(first!), ...rows],
    ]
    for (const [way, spoil] of ways.entries()) {
      using folder = temporaryFolder()
      const [from, to] = await filled(folder.path)
      const did: string[] = []
      await between(from, to, async (source, target) => {
        const rows: Target["rows"] = async (table, after, limit) => {
          const found = await target.rows(table, after, limit)
          return table.name === name && found.length > 0 && after === 0 ? spoil(found) : found
        }
        const retire = async () => void did.push("retire")
        const finish = async () => void did.push("finish")
        const moving = move({ ...source, retire }, { ...target, rows, finish }, patient)
        await expect(moving, `${way}`).rejects.toThrow(
          `${target.place} is not the same as ${source.place} (${told}), so it cannot be served: empty it, and run this again.`,
        )
      })
      expect(did).toEqual([])
    }
  },
)

test("a message that only the target has is a difference, also in a room that has no other", async () => {
  using folder = temporaryFolder()
  const [from, to] = await filled(folder.path)
  await between(from, to, async (source, target) => {
    const rows: Target["rows"] = async (table, after, limit) => {
      const found = await target.rows(table, after, limit)
      const [first] = found
      // The first room is empty.
      return table.name === "messages" && after === 0 && first ? [first.with(1, 1), ...found] : found
    }
    await expect(move(source, { ...target, rows }, patient)).rejects.toThrow("(the messages of 1 rooms differ)")
  })
})

test.each([
  ["rooms = 3", "its counters say 3 rooms and 2500 messages, and there are 2 and 2500"],
  ["messages = 2499", "its counters say 2 rooms and 2499 messages, and there are 2 and 2500"],
])("counters that say %s are told", async (counters, told) => {
  using folder = temporaryFolder()
  const [from, to] = await filled(folder.path)
  {
    using db = new Database(join(from, "warren.db"))
    db.run(`UPDATE totals SET ${counters}`)
  }
  await expect(between(from, to, (source, target) => move(source, target, patient))).rejects.toThrow(told)
})

test("of the files each content is named once, however many they are", async () => {
  using folder = temporaryFolder()
  const [from] = await filled(folder.path)
  const source = sqliteSnapshot(from)
  const contents = await contentsOf(source)
  await source.close()
  expect(contents).toEqual(Array.from({ length: 1_200 }, (_, n) => [`hash ${n}`, 10 + n]))
})

const storeOptions = { pendingMax: 10_000, onFailure: console.error }
const patientLines = { signal: patient.signal, onProgress: () => {} }
const header = '{"table":"warren","format":1}'

function userLine(change: object): string {
  return JSON.stringify({ table: "users", pk: 1, id: "ann", username: "Ann", created_at: 1, updated_at: 1, ...change })
}

async function* each<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list
}

function opened(path: string) {
  const store = openSqliteStore(path, storeOptions)
  return { store, [Symbol.asyncDispose]: () => store.close() }
}

/** A folder with more than a step of users, files and messages, and where it may go. */
async function filled(folder: string): Promise<[from: string, to: string]> {
  const from = join(folder, "from")
  {
    await using open = opened(from)
    await roomWith(open, 0)
    await roomWith(open, 2_500)
  }
  using db = new Database(join(from, "warren.db"))
  const numbers = (count: number) =>
    `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers LIMIT ${count})`
  db.run(`${numbers(1_100)} INSERT INTO users (id, username, created_at, updated_at)
    SELECT 'user ' || n, 'User', 1, 1 FROM numbers`)
  // The last have the contents of the first.
  db.run(`${numbers(1_500)} INSERT INTO files (id, sha256, name, mime_type, bytes, has_thumbnail, created_at)
    SELECT 'file ' || n, 'hash ' || (n % 1200), 'a.txt', 'text/plain', 10 + n % 1200, 0, 0 FROM numbers`)
  db.run("INSERT INTO reactions (message, emoji, reactor) VALUES (7, '👍', 1)")
  db.run("INSERT INTO mentions (room, mentioned, seq) VALUES (2, 0, 7)")
  return [from, join(folder, "to")]
}

async function between<T>(from: string, to: string, work: (source: Source, target: Target) => Promise<T>): Promise<T> {
  const source = sqliteSource(from)
  try {
    const target = sqliteTarget(to)
    return await work(source, target).finally(target.close)
  } finally {
    await source.close()
  }
}

/** Of all tables that an export has. */
function rowsIn(folder: string): unknown {
  using db = new Database(join(folder, "warren.db"), { readonly: true })
  return allTables
    .filter((table) => table !== sessions && table !== links)
    .map((table) => [table.name, db.query(`SELECT ${namesOf(table)} FROM ${table.name} ORDER BY pk`).values()])
}
