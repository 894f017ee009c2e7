import { expect, test } from "bun:test"
import { MemoryStore } from "../../src/store/memory.ts"
import { startTestApp } from "../support/app.ts"
import { connect, createRoom, everyTransport, joined } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { freePort } from "../support/port.ts"
import { startProcess } from "../support/process.ts"
import { RawSocket } from "../support/raw.ts"
import { serve } from "../support/serve.ts"

for (const transports of everyTransport) {
  test(`[CONN3] over ${transports}, a server that stops looks like a lost transport, and its clients come back`, async () => {
    using folder = temporaryFolder()
    const port = await freePort()
    const first = await startTestApp({ dataDir: folder.path, port })
    const room = await createRoom(first.url)
    await using ann = await joined(first.url, room, "ann", transports)
    await using bob = await joined(first.url, room, "bob", transports)
    await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "before" })
    const lost = new Promise<string>((resolve) => ann.socket.once("disconnect", resolve))
    const back = new Promise<void>((resolve) => ann.socket.once("connect", resolve))

    await first.stop()
    expect(["transport close", "transport error"]).toContain(await lost)
    await using second = await startTestApp({ dataDir: folder.path, port })
    await back

    const answer = await ann.ask("join_room", { roomId: room.id, userId: "ann", username: "Ann", since: 0 })
    expect(answer).toMatchObject({ ok: true, room, rev: 1 })
    const history = ann.heard.findLast(({ event }) => event === "history")
    expect(history?.args[0]).toMatchObject([{ content: "before", seq: 1 }])
    // [LEAVE2] Nobody was told of anybody's leaving.
    expect([...ann.payloads("user_left"), ...bob.payloads("user_left")]).toEqual([])
    expect(second.url).toBe(first.url)
  })
}

for (const transports of everyTransport) {
  test(`[SEND2] over ${transports}, what was accepted when the stop came is committed and answered, and nothing else`, async () => {
    using folder = temporaryFolder()
    await using app = await startTestApp({ dataDir: folder.path, rateLimits: "off" })
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann", transports)
    const answers: { ok: boolean }[] = []
    const lost = new Promise((resolve) => ann.socket.once("disconnect", resolve))
    for (let i = 0; i < 500; i++) {
      const message = { roomId: room.id, userId: "ann", content: `${i}`, id: crypto.randomUUID() }
      ann.socket.emit("send_message", message, (answer) => answers.push(answer))
    }
    await ann.messages(1)
    await app.stop()
    await lost

    const acked = answers.filter(({ ok }) => ok).length
    expect(acked).toBeGreaterThan(0)
    await using again = await startTestApp({ dataDir: folder.path })
    await using reader = await joined(again.url, room, "reader")
    const stored = await reader.ask("sync", { roomId: room.id, since: 0 })
    expect(stored.ok && stored.rev).toBe(acked)
  })
}

test("[CONN3] while it stops, the server refuses new connections and says so; those that are open stay until then", async () => {
  const store = new MemoryStore({ pendingMax: 10, onFailure: () => {} })
  const server = serve(store)
  await using ann = await connect(server.url)
  server.refuse()
  const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"])
  await using socket = new RawSocket(server.url)
  expect(await socket.response).toStartWith("HTTP/1.1 503 ")
  const ready = await fetch(`${server.url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([
    503,
    { status: "not ready", reasons: ["The server is stopping."] },
  ])
  expect([ann.socket.connected, server.connections()]).toEqual([true, 1])
  await store.close()
  await server.close()
  expect(ann.heard).toEqual([])
})

test("[CONN3] while it stops, nothing begins over HTTP: no upload, no sign-in, no way to a provider or back", async () => {
  const store = new MemoryStore({ pendingMax: 10, onFailure: () => {} })
  // Neither is asked for anything.
  const [accounts, provider] = [{}, {}] as [never, never]
  await using server = serve(store, { auth: "accounts", accounts, provider })
  server.refuse()
  const requests = ["POST /files", "POST /uploads", "POST /api/sign-in", "GET /api/oidc", "GET /api/oidc/callback"]
  for (const [method = "", path] of requests.map((request) => request.split(" "))) {
    const answer = await fetch(server.url + path, { method, redirect: "manual" })
    expect([answer.status, await answer.json()], path).toEqual([503, { ok: false, error: expect.anything() }])
  }
  await store.close()
})

test("[SEND2] [LEAVE2] while it stops, what is on disk is told; who comes, goes and types is not", async () => {
  const store = new MemoryStore({ pendingMax: 10, onFailure: () => {} })
  await using server = serve(store)
  const room = await createRoom(server.url)
  await using ann = await joined(server.url, room, "ann")
  await using bob = await joined(server.url, room, "bob")
  await using carol = await connect(server.url)
  server.refuse()
  await bob.ask("typing", { roomId: room.id, userId: "bob", isTyping: true })
  await carol.ask("join_room", { roomId: room.id, userId: "carol", username: "Carol" })
  await carol.ask("leave_room", { roomId: room.id, userId: "carol" })
  await bob.ask("create_room", { name: "Late", userId: "bob" })
  await bob.ask("send_message", { roomId: room.id, userId: "bob", content: "last" })
  await ann.messages(1)
  expect(ann.heard.map(({ event }) => event)).toEqual(["history", "user_joined", "message_received"])
  expect(ann.payloads("user_joined")).toMatchObject([{ userId: "bob" }])
  expect(carol.heard.map(({ event }) => event)).toEqual(["history"])
  expect(bob.heard.map(({ event }) => event)).toEqual(["history", "room_created", "message_received"])
  await store.close()
})

test("SIGTERM and SIGINT end the process with status 0, even while clients are connected", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    using folder = temporaryFolder()
    await using server = await startProcess({ DATA_DIR: folder.path })
    await using websocket = await connect(server.url, ["websocket"])
    await using polling = await connect(server.url, ["polling"])
    expect([websocket.socket.connected, polling.socket.connected]).toEqual([true, true])
    expect(await server.stop(signal)).toBe(0)
    // The write-ahead log was folded into the file.
    expect(await Bun.file(`${folder.path}/warren.db-wal`).exists()).toBe(false)
  }
})

test("a killed server leaves no lock behind", async () => {
  using folder = temporaryFolder()
  const first = await startProcess({ DATA_DIR: folder.path })
  await first.stop("SIGKILL")
  await using second = await startProcess({ DATA_DIR: folder.path })
  expect(await second.stop()).toBe(0)
})
