/** The page comes back: in its handshake, into the life of the data that there is, and into crowds. */
import { expect, test } from "bun:test"
import { copyFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { backUp } from "../../src/store/sqlite/backup.ts"
import { fetchEverybodyHere } from "../../src/web/core/everybody-here.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom, joined } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { freePort } from "../support/port.ts"
import { contents, openPage, type Page, until, visit } from "./page.ts"

test("[JOIN7] a page comes back into its rooms with the handshake, asks for no join, and sends what waits", async () => {
  await using app = await startTestApp()
  const [one, two] = [await createRoom(app.url), await createRoom(app.url)]
  await using bob = await joined(app.url, one, "bob")
  await using page = openPage(app.url)
  const rooms = [await visit(page, two.id), await visit(page, one.id)]
  const open = rooms[1]!
  page.socket.disconnect()
  expect(rooms.map(({ isJoined }) => isJoined)).toEqual([false, false])
  await bob.ask("send_message", { roomId: one.id, userId: "bob", content: "missed" })
  open.send("written offline")

  const asked = askedBy(page)
  page.socket.connect()
  await until(() => contents(open).length === 2 && open.sender.outbox.entries.value.length === 0)
  expect(contents(open)).toEqual(["missed", "written offline"])
  await until(() => rooms.every(({ presence }) => presence.beginnings.value === 2))
  expect(rooms.map(({ isJoined, presence }) => [isJoined, presence.count.value])).toEqual([
    [true, 1],
    [true, 2],
  ])
  expect(asked.filter((event) => event === "join_room")).toEqual([])
  expect(asked).toContain("send_message")
})

test("[JOIN7] a room that is no longer there is found missing, and the others are joined", async () => {
  const port = await freePort()
  await using app = await startTestApp({ port })
  const [gone, room] = [await createRoom(app.url), await createRoom(app.url)]
  await using page = openPage(app.url)
  const [missing, left] = [await visit(page, gone.id), await visit(page, room.id)]
  page.socket.disconnect()
  await app.stop()
  await using another = await startTestApp({ port })
  page.socket.connect()
  await until(() => [missing, left].every(({ joining }) => joining.phase.value.kind === "missing"))
  const fresh = await visit(page, (await createRoom(another.url)).id)
  expect(fresh.isJoined).toBe(true)
})

test("[JOIN7] a room that was left while the handshake was on its way is left", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using bob = await joined(app.url, room, "bob")
  await using page = openPage(app.url)
  const seen = await visit(page, room.id)
  page.socket.disconnect()
  page.socket.connect()
  // The socket listens for this too, and first: the handshake has been sent by then.
  page.socket.io.once("open", () => page.client.leave(seen))
  await bob.until(() => bob.heard.filter(({ event }) => event === "user_left").length === 2)
  expect(bob.heard.findLast(({ event }) => event === "user_left")?.args[0].reason).toBe("leave")
  expect(page.client.rooms.value).toEqual([])
})

test("[JOIN7] a name that was changed while the handshake was on its way is told all the same", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using page = openPage(app.url)
  const seen = await visit(page, room.id)
  page.socket.io.engine.close()
  page.socket.io.once("open", () => page.client.describe({ username: "Anna", avatar: undefined }))
  await until(() => [...seen.presence.members.value.values()].some(({ username }) => username === "Anna"))
})

test("[HIST7] after a backup was restored nothing that is gone stays shown, and what came since is new", async () => {
  using folder = temporaryFolder()
  const file = join(folder.path, "warren.db")
  const config = { dataDir: folder.path, port: await freePort() }
  const app = await startTestApp(config)
  const room = await createRoom(app.url)
  await using page = openPage(app.url)
  const seen = await visit(page, room.id)
  seen.watch(true)
  await say(app.url, room, ["kept 1", "kept 2"])
  const copy = join(folder.path, "copy")
  await backUp({ dataDir: folder.path, file: copy, signal: new AbortController().signal, onProgress: () => {} })
  await say(app.url, room, ["gone 1", "gone 2"])
  await until(() => contents(seen).length === 4)
  seen.watch(false)
  page.socket.disconnect()
  await app.stop()
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true })
  copyFileSync(copy, file)

  await using restored = await startTestApp(config)
  // As many as to pass the number that the page knows: by the number alone it would miss nothing but the last.
  const since = ["new 1", "new 2", "new 3"]
  await say(restored.url, room, since)
  page.socket.connect()
  await until(() => contents(seen).at(-1) === "new 3")
  expect(contents(seen)).toEqual(["kept 1", "kept 2", ...since])
  expect([seen.unread.value, seen.reading.line.value]).toEqual([3, 2])

  await say(restored.url, room, ["live"])
  await until(() => contents(seen).at(-1) === "live")
  await seen.feed.check(5_000)
  expect(contents(seen)).toHaveLength(6)
})

test("[JOIN8] in a crowd the number follows, and who is there is asked for when somebody looks", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using page = openPage(app.url)
  const seen = await visit(page, room.id)
  await using bob = await joined(app.url, room, "bob")
  await until(() => seen.presence.count.value === 2)
  const asked = askedBy(page)
  await fetchEverybodyHere(seen, page.client, 1_000)
  expect(asked).toEqual([])

  // Five hundred people would take their time to come.
  hear(page, "user_left", { roomId: room.id, userId: "bob", reason: "leave" })
  hear(page, "room_presence", { roomId: room.id, memberCount: 1_204 })
  expect([seen.presence.count.value, seen.presence.members.value.size]).toEqual([1_204, 1])
  expect(asked).toEqual([])
  await fetchEverybodyHere(seen, page.client, 1_000)
  expect(asked).toEqual(["get_members"])
  expect([...seen.presence.members.value.keys()]).toContain("bob")
  expect(bob.heard).not.toBeEmpty()
})

async function say(url: string, room: Awaited<ReturnType<typeof createRoom>>, lines: readonly string[]) {
  await using bob = await joined(url, room, "bob")
  for (const content of lines) {
    expect(await bob.ask("send_message", { roomId: room.id, userId: "bob", content })).toMatchObject({ ok: true })
  }
}

/** What the page asks from here on, apart from the list of rooms. */
function askedBy(page: Page): string[] {
  const asked: string[] = []
  page.socket.onAnyOutgoing((event) => event !== "list_rooms" && asked.push(event))
  return asked
}

function hear(page: Page, ...data: unknown[]): void {
  const socket = page.socket as unknown as { onevent(packet: object): void }
  socket.onevent({ data })
}
