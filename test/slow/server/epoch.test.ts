import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { copyFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { backUp } from "../../../src/store/sqlite/backup.ts"
import { startTestApp } from "../../support/app.ts"
import { connect, createRoom, joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { startProcess } from "../../support/process.ts"

test("[HIST7] every page names the epoch, and it stays through a restart", async () => {
  using folder = temporaryFolder()
  const epochs: unknown[] = []
  let room: { id: string } | undefined
  for (let start = 0; start < 2; start++) {
    await using app = await startTestApp({ dataDir: folder.path })
    room ??= await createRoom(app.url)
    await using ann = await connect(app.url)
    const join = await ann.ask("join_room", { roomId: room.id, userId: "ann", username: "Ann" })
    const sync = await ann.ask("sync", { roomId: room.id, since: 0 })
    epochs.push(ann.heard[0]?.args[1].epoch, join.ok && join.epoch, sync.ok && sync.epoch)
  }
  expect(epochs[0]).toMatch(/^[\w-]{22}$/)
  expect(epochs).toEqual(Array(6).fill(epochs[0]))
})

test("[HIST7] a since of another epoch was never issued; without one it is not compared", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  for (const content of ["1", "2", "3"]) await ann.ask("send_message", { roomId: room.id, userId: "ann", content })

  const { epoch } = ann.heard[0]!.args[1]
  const summary = async (since: number, epoch?: string) => {
    const join = { roomId: room.id, userId: "ann", username: "User ann", since, epoch }
    const answer = await ann.ask("sync", { roomId: room.id, since, epoch })
    await ann.ask("join_room", join)
    const [messages, info] = ann.heard.filter(({ event }) => event === "history").at(-1)?.args ?? []
    if (!answer.ok) throw new Error("refused")
    expect([messages, info.reset]).toEqual([answer.messages, answer.reset])
    return { revs: answer.messages.map(({ rev }) => rev), reset: answer.reset }
  }
  expect(await summary(2, epoch)).toEqual({ revs: [3], reset: undefined })
  expect(await summary(2)).toEqual({ revs: [3], reset: undefined })
  expect(await summary(2, "another")).toEqual({ revs: [1, 2, 3], reset: true })
})

test("[HIST7] a client that comes back with the numbers of what a restore took back is told to begin anew", async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, "warren.db")
  const data = await startTestApp({ dataDir: folder.path })
  const room = await createRoom(data.url)
  const epoch = await sendTo(data.url, room, 10)
  const copy = join(folder.path, "copy")
  await backUp({ dataDir: folder.path, file: copy, signal: new AbortController().signal, onProgress: () => {} })
  using copied = new Database(copy, { readonly: true })
  expect(copied.query("SELECT epoch FROM totals").values()).toEqual([[""]])
  expect(await sendTo(data.url, room, 5)).toBe(epoch)
  await data.stop()
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true })
  copyFileSync(copy, file)

  await using restored = await startTestApp({ dataDir: folder.path })
  await sendTo(restored.url, room, 8)
  // 15 is a number of both lives, so that only the epoch tells them apart.
  const { messages, info } = await rejoin(restored.url, room, 15, epoch)
  expect(info).toMatchObject({ rev: 18, reset: true })
  expect(messages).toHaveLength(18)
  expect((await rejoin(restored.url, room, 15, info.epoch)).info.reset).toBeUndefined()
})

test("[HIST7] an older file put in the place of the data is noticed, written over it or with a new inode", async () => {
  for (const isInPlace of [true, false]) {
    using folder = temporaryFolder()
    const [file, old] = [join(folder.path, "warren.db"), join(folder.path, "old")]
    const first = await startTestApp({ dataDir: folder.path })
    const room = await createRoom(first.url)
    const epoch = await sendTo(first.url, room, 2)
    await first.stop()
    copyFileSync(file, old)
    const second = await startTestApp({ dataDir: folder.path })
    expect(await sendTo(second.url, room, 1)).toBe(epoch)
    await second.stop()
    if (isInPlace) copyFileSync(old, file)
    else renameSync(old, file)

    await using third = await startTestApp({ dataDir: folder.path })
    const renewed = await sendTo(third.url, room, 2)
    expect(renewed).not.toBe(epoch)
    expect((await rejoin(third.url, room, 3, epoch)).info.reset).toBe(true)
  }
})

test("[HIST7] a kill keeps the epoch, with and without a log; an older file in its place afterwards does not", async () => {
  using folder = temporaryFolder()
  const [file, old] = [join(folder.path, "warren.db"), join(folder.path, "old")]
  const environment = { DATA_DIR: folder.path }
  const first = await startProcess(environment)
  const room = await createRoom(first.url)
  const epoch = await sendTo(first.url, room, 1)
  await first.stop()
  copyFileSync(file, old)
  for (const messages of [0, 3, 0]) {
    await using server = await startProcess(environment)
    expect(await sendTo(server.url, room, messages)).toBe(epoch)
    await server.stop("SIGKILL")
  }
  // More than once: neither the start nor what it finds may count as a change.
  await using server = await startProcess(environment)
  expect(await sendTo(server.url, room, 1)).toBe(epoch)
  await server.stop("SIGKILL")
  rmSync(`${file}-wal`)
  rmSync(`${file}-shm`)
  copyFileSync(old, file)
  await using replaced = await startProcess(environment)
  expect(await sendTo(replaced.url, room, 0)).not.toBe(epoch)
}, 120_000)

test("[HIST7] a record that is damaged or gone costs a new epoch, and nothing else", async () => {
  using folder = temporaryFolder()
  const epochs = new Set<string>()
  for (const damage of [() => {}, (path: string) => writeFileSync(path, "{"), (path: string) => rmSync(path)]) {
    await using app = await startTestApp({ dataDir: folder.path })
    epochs.add(await sendTo(app.url, await createRoom(app.url), 1))
    await app.stop()
    damage(join(folder.path, "served.json"))
  }
  await using app = await startTestApp({ dataDir: folder.path })
  epochs.add(await sendTo(app.url, await createRoom(app.url), 1))
  expect(epochs.size).toBe(3)
})

test("[HIST1] history has one argument where the join had neither since nor a callback, and two elsewhere", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using ann = await connect(app.url)
  const lengths: number[] = []
  ann.socket.on("history", (...args: unknown[]) => lengths.push(args.length))
  const join = { roomId: room.id, userId: "ann", username: "Ann" }

  ann.socket.emit("join_room", join)
  ann.socket.emit("join_room", { ...join, since: 0 })
  await ann.ask("join_room", join)
  expect(lengths).toEqual([1, 2, 2])
})

/** Sends so many messages to the room, and returns the epoch that it was told. */
async function sendTo(url: string, room: { id: string }, count: number): Promise<string> {
  await using ann = await connect(url)
  const join = await ann.ask("join_room", { roomId: room.id, userId: "ann", username: "Ann" })
  for (let n = 0; n < count; n++) {
    const send = { roomId: room.id, userId: "ann", content: `message ${n}` }
    expect(await ann.ask("send_message", send)).toMatchObject({ ok: true })
  }
  if (!join.ok) throw new Error(join.error.message)
  return join.epoch
}

/** What a stock client hears that comes back with what it knows. */
async function rejoin(url: string, room: { id: string }, since: number, epoch: string) {
  await using ann = await connect(url)
  const join = { roomId: room.id, userId: "ann", username: "Ann", since, epoch }
  expect(await ann.ask("join_room", join)).toMatchObject({ ok: true })
  const [messages, info] = ann.heard.find(({ event }) => event === "history")?.args ?? []
  return { messages, info }
}
