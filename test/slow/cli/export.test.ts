/** All data out as lines, and back in: the same to the byte, or refused with the line that is wrong. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { importLines, linesIn } from "../../../src/store/move/lines.ts"
import { allTables, links, namesOf, sessions } from "../../../src/store/move/tables.ts"
import { sqliteTarget } from "../../../src/store/sqlite/side.ts"
import { startTestApp } from "../../support/app.ts"
import { connect, createRoom, joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { runProcess } from "../../support/process.ts"

test("[HIST7] what is exported while a server runs comes back the same, row by row, in a new epoch", async () => {
  using folder = temporaryFolder()
  const [file, dataDir, again] = ["out.ndjson", "new", "again.ndjson"].map((name) => join(folder.path, name))
  await using app = await startTestApp()
  const rooms = [await createRoom(app.url), await createRoom(app.url)]
  const epochs: unknown[] = []
  for (const [n, room] of rooms.entries()) {
    await using ann = await joined(app.url, room, "ann")
    epochs.push(ann.heard.find(({ event }) => event === "history")?.args[1].epoch)
    const send = (content: string, more = {}) =>
      ann.ask("send_message", { roomId: room.id, userId: "ann", content, ...more })
    const first = await send(`"quo\\ted" \n \u{1F407} ${n}`)
    const id = first.ok ? first.message.id : ""
    await send("an answer", { replyTo: id })
    const gone = await send("gone")
    const one = { roomId: room.id, userId: "ann" }
    await ann.ask("edit_message", { ...one, id, content: "changed" })
    await ann.ask("react", { ...one, id, emoji: "\u{1F44D}", isOn: true })
    await ann.ask("delete_message", { ...one, id: gone.ok ? gone.message.id : "" })
  }
  const told = await runProcess(["export", file!, "--data-dir", app.dataDir])
  expect([told.stderr, told.status]).toEqual(["", 0])
  expect(told.stdout).toMatch(/^Exported 6 messages of 3 rooms to \S+out\.ndjson, in \d+\.\d s\.\n$/)
  expect(statSync(file!).mode & 0o777).toBe(0o600)
  const imported = await runProcess(["import", file!, "--data-dir", dataDir!, "--json"])
  expect(JSON.parse(imported.stdout)).toMatchObject({ event: "imported", rooms: 3, messages: 6 })
  const tables = allTables.filter((table) => table !== sessions && table !== links)
  const rowsIn = (path: string) => {
    using db = new Database(join(path, "warren.db"), { readonly: true })
    return tables.map((table) => [
      table.name,
      db.query(`SELECT ${namesOf(table)} FROM ${table.name} ORDER BY pk`).values(),
    ])
  }
  const before = rowsIn(app.dataDir)
  expect(rowsIn(dataDir!)).toEqual(before)
  expect(new Map(before as [string, unknown[]][]).get("reactions")).toHaveLength(2)
  await runProcess(["export", again!, "--data-dir", dataDir!])
  const textOf = (path: string) => readFileSync(path, "utf8").split("\n").slice(1).join("\n")
  expect(textOf(again!)).toBe(textOf(file!))

  await using back = await startTestApp({ dataDir: dataDir! })
  await using reader = await joined(back.url, rooms[0]!, "reader")
  const [messages, info] = reader.heard.find(({ event }) => event === "history")?.args ?? []
  expect(messages).toMatchObject([{ content: "changed" }, { content: "an answer" }])
  expect(epochs).not.toContain(info.epoch)
  await using ann = await connect(back.url)
  expect(await ann.ask("join_room", { roomId: rooms[1]!.id, userId: "ann", username: "Ann" })).toMatchObject({
    ok: true,
  })
}, 120_000)

test("it goes through a pipe, and data that is there already is refused", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const { stdout, stderr, status } = await runProcess(["export", "-", "--data-dir", app.dataDir])
  expect([stderr, status, stdout.trim().split("\n").at(-1)]).toEqual(["", 0, '{"table":"end","rooms":1,"messages":0}'])
  const file = join(folder.path, "x.ndjson")
  writeFileSync(file, stdout)
  const refusals = [
    [["export", file, "--data-dir", app.dataDir], /x\.ndjson is there already: move it away/],
    [["export", join(folder.path, "no/x"), "--data-dir", app.dataDir], /cannot be written \(ENOENT\)/],
    [["export", join(folder.path, "y"), "--data-dir", folder.path], /^There is no \S+warren\.db/],
    [["import", file, "--data-dir", app.dataDir], /Another Warren is using the folder/],
    [["import", join(folder.path, "none"), "--data-dir", folder.path], /^There is no \S+none: name the file/],
    [["import"], /^Name the export/],
  ] as const
  for (const [args, sentence] of refusals) {
    const { stderr, status } = await runProcess(args)
    expect(stderr).toMatch(sentence)
    expect([stderr.trim().split("\n").length, status > 0]).toEqual([1, true])
  }
  const dataDir = join(folder.path, "new")
  await runProcess(["import", file, "--data-dir", dataDir])
  expect((await runProcess(["import", file, "--data-dir", dataDir])).stderr).toMatch(/There is a \S+warren\.db already/)
}, 120_000)

test("a file with a mistake is not imported at all, and the line is named", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "hello" })
  const { stdout } = await runProcess(["export", "-", "--data-dir", app.dataDir])
  const lines = stdout.trimEnd().split("\n")
  const at = lines.findIndex((line) => line.includes('"table":"messages"'))
  const message = JSON.parse(lines[at]!)
  const withMessage = (change: object) => lines.with(at, JSON.stringify({ ...message, ...change }))
  const here = `Line ${at + 1}`
  const wrong: readonly (readonly [readonly string[], string])[] = [
    [["{}"], "This is no export of Warren"],
    [["PK\u0003\u0004"], "This is no export of Warren"],
    [lines.with(0, '{"table":"warren","format":2}'), "This export is of format 2, and this Warren knows 1"],
    [lines.slice(0, -1), "The file has no end, so it was cut"],
    [lines.toSpliced(at, 1), "says that there are 2 rooms and 1 messages, and there are 2 rooms and 0 messages"],
    [[...lines, lines[1]!], "comes after the end"],
    [lines.with(at, "{"), `${here} is no JSON object`],
    [lines.with(at, '{"table":"totals"}'), `${here} is of no table that is known, "totals"`],
    [withMessage({ colour: "red" }), `${here} has a field that no messages has, "colour"`],
    [withMessage({ seq: "1" }), `${here} has a seq that is no whole number`],
    [withMessage({ content: 1 }), `${here} has a content that is no text`],
    // Whoever read the room would find it.
    [withMessage({ created_at: 9e15 }), `${here} has a created_at that is no moment in milliseconds`],
    [withMessage({ id: "first" }), `${here} has an id that is no UUID`],
    [withMessage({ extra: "{" }), `${here} has an extra that is no JSON`],
    [withMessage({ room: 77 }), `${here} is of a room that is not before it`],
    [withMessage({ author: 77 }), `${here} is of an author who is not before it`],
    [withMessage({ id: null }), "cannot be stored: NOT NULL constraint failed: messages.id"],
    [lines.toSpliced(at, 0, lines[at]!), "cannot be stored: UNIQUE constraint failed"],
  ]
  const options = { signal: new AbortController().signal, onProgress: () => {} }
  for (const [n, [texts, sentence]] of wrong.entries()) {
    const dataDir = join(folder.path, `${n}`)
    const target = sqliteTarget(dataDir, { isAnew: true })
    await target.begin("an epoch")
    const told = await importLines(target, Readable.from(texts), options).then(String, ({ message }) => message)
    await target.close()
    expect(told).toContain(sentence)
    expect(existsSync(dataDir)).toBe(false)
  }
}, 120_000)

test("lines come out of their bytes whole, and one without an end is not read to its end", async () => {
  const linesOf = (chunks: readonly Uint8Array[]) => Array.fromAsync(linesIn(Readable.from(chunks)))
  const bytes = Buffer.from("{}\r\n\n\u{1F407}\nlast")
  expect(await linesOf([...bytes].map((byte) => Buffer.from([byte])))).toEqual(["{}", "", "\u{1F407}", "last"])
  expect(await linesOf([bytes, Buffer.from("\n")])).toEqual(["{}", "", "\u{1F407}", "last"])
  // As another program writes it, or a disk that fails: a text that is a little different is not taken for it.
  const latin = Buffer.from('{}\n\n{"name":"Zo\xe9"}\n', "latin1")
  for (const chunks of [[latin], [...latin].map((byte) => Buffer.from([byte])), [latin.subarray(0, -3)]])
    await expect(linesOf(chunks)).rejects.toThrow("Line 3 is not in UTF-8; nothing was imported.")
  let read = 0
  async function* endless() {
    for (;;) {
      read++
      yield Buffer.alloc(256 * 1024, "x")
    }
  }
  await expect(Array.fromAsync(linesIn(endless()))).rejects.toThrow("Line 1 is longer than anything that Warren keeps;")
  expect(read).toBe(5)
})
