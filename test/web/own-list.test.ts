/** The list of rooms of people whom the server knows: the account's, on each device, and only what is open is joined. */
import { expect, test } from "bun:test"
import { effect } from "@preact/signals-core"
import { limits } from "../../src/contract/limits.ts"
import { isAccount } from "../../src/web/core/account.ts"
import { systemClock } from "../../src/web/core/clock.ts"
import { Kept } from "../../src/web/core/kept.ts"
import { call, connectAs, startWithAdmin } from "../support/accounts.ts"
import { startTestApp } from "../support/app.ts"
import { granted } from "../support/cast.ts"
import { connect, createRoom, joined, type TestClient } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"
import { until as untilAsync } from "../support/until.ts"
import { newStorage, openPage, type Page, received, until, visit } from "./page.ts"

async function start() {
  const server = await startWithAdmin({ rateLimits: "off" })
  const bob = await server.join("bob")
  const client = connectAs(server.url, bob.token)
  const room = async (by: TestClient, userId: string, name: string) => {
    const created = await by.ask("create_room", { name, userId })
    if (!created.ok) throw new Error(created.error.message)
    await by.ask("join_room", { roomId: created.room.id, userId, username: userId })
    return created.room
  }
  return {
    ...server,
    bob,
    annsRoom: (name: string) => room(server.client, server.admin.userId, name),
    bobsRoom: (name: string) => room(client, bob.userId, name),
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** As a browser with Bob's cookie: the test has a token in its place. */
function pageOf(server: Awaited<ReturnType<typeof start>>, storage = newStorage()): Page {
  const account = { userId: server.bob.userId, login: "bob", username: "bob", role: "member" }
  new Kept(() => storage.forBrowser).write("account", account)
  return withToken(server, storage)
}

function withToken(server: Awaited<ReturnType<typeof start>>, storage = newStorage()): Page {
  return openPage(server.url, { storage, token: server.bob.token })
}

const named = ({ client }: Page, name: string) => client.rooms.value.find((room) => room.name.value === name)

test("[MEM2] [PERS1] an account's rooms are listed without being joined, and what comes in them is seen", async () => {
  await using server = await start()
  const names = Array.from({ length: 55 }, (_, index) => `Room ${index}`)
  const rooms = []
  for (const name of names) rooms.push(await server.bobsRoom(name))
  const [first, second] = [rooms[0]!, rooms[54]!]
  await server.client.ask("join_room", { roomId: second.id, userId: server.admin.userId, username: "ann" })
  await using page = pageOf(server)
  await visit(page, first.id)
  // All of them, and General.
  await until(() => page.client.rooms.value.length === 56)
  expect(page.client.rooms.value.filter(({ isJoined }) => isJoined).map(({ id }) => id)).toEqual([first.id])

  const send = { roomId: second.id, userId: server.admin.userId, content: "psst", mentions: [server.bob.userId] }
  await server.client.ask("send_message", send)
  const other = page.client.find(second.id)!
  await until(() => other.standing.news.value.mentions === 1)
  expect(other.standing.latest.value).toMatchObject({ username: "ann", excerpt: "psst" })
  expect(page.client.news.value).toMatchObject({ room: other, username: "ann", excerpt: "psst", isForMe: true })
  expect(other.isJoined).toBe(false)
})

test("[PERS1] [ROOM6] what is said to somebody in a direct room is news, wherever they are and if they were away", async () => {
  await using server = await start()
  const { userId } = server.admin
  const { room } = await granted(server.client, "open_direct", { userId, targetIds: [server.bob.userId] })
  const say = (content: string) => granted(server.client, "send_message", { roomId: room.id, userId, content })
  await granted(server.client, "join_room", { roomId: room.id, userId, username: "ann" })
  await say("before Bob came")
  await using page = pageOf(server)
  const told: unknown[] = []
  effect(() => {
    const { news } = page.client
    if (news.value !== undefined) told.push([news.value.username, news.value.excerpt, news.value.room.id])
  })
  const heard = (count: number) => until(() => page.client.news.value !== undefined && told.length >= count)
  await until(() => named(page, "ann")?.level.value === "all")
  expect(told).toEqual([])

  await say("here")
  await heard(1)
  page.socket.disconnect()
  await say("while Bob is away")
  page.socket.connect()
  await heard(2)
  const put = { roomId: room.id, userId: server.bob.userId, forGood: true }
  expect(await page.client.connection.request("leave_room", put)).toMatchObject({ ok: true })
  await until(() => named(page, "ann") === undefined)
  await say("come back")
  await heard(3)
  const all = ["here", "while Bob is away", "come back"]
  expect(told).toEqual(all.map((text) => ["ann", text, room.id]))
  expect(named(page, "ann")?.isJoined).toBe(false)
})

test("[LIM1] [PERS1] a list of which the server gives no more just now is gone on with when it does", async () => {
  using folder = temporaryFolder()
  const names = Array.from({ length: 101 }, (_, index) => `Room ${index}`)
  const { token, userId } = await (async () => {
    await using server = await startWithAdmin({ rateLimits: "off", dataDir: folder.path })
    const { userId } = server.admin
    for (const name of names) await granted(server.client, "create_room", { name, userId })
    return server.admin
  })()
  await using app = await startTestApp({ auth: "accounts", dataDir: folder.path })
  const waits: number[] = []
  const wait = (ms: number) => {
    waits.push(ms)
    return systemClock.wait(ms)
  }
  const storage = newStorage()
  const account = { userId, login: "ann", username: "ann", role: "admin" }
  new Kept(() => storage.forBrowser).write("account", account)
  await using page = openPage(app.url, { token, storage, clock: { ...systemClock, wait } })
  // Before it asks for its own.
  page.socket.once("connect", () => {
    for (let i = 0; i < limits.pageRate.atOnce; i++) void page.client.connection.request("list_rooms", {})
  })
  await until(() => page.client.rooms.value.length === names.length + 1)
  expect(waits.length).toBeGreaterThan(0)
  expect(Math.min(...waits)).toBeGreaterThan(0)
})

test("[PERS1] rooms come and go, and people are renamed, without a reload; a new name sends no join", async () => {
  await using server = await start()
  await using page = pageOf(server)
  await until(() => named(page, "General") !== undefined)
  const room = await server.annsRoom("Hiring")
  const [roomId, userId] = [room.id, server.admin.userId]
  await server.client.ask("add_member", { roomId, userId, targetId: server.bob.userId })
  await until(() => named(page, "Hiring") !== undefined)
  const opened = await server.client.ask("open_direct", { userId, targetIds: [server.bob.userId] })
  expect(opened.ok).toBe(true)
  await until(() => named(page, "ann") !== undefined)
  await server.client.ask("update_profile", { userId, username: "Ann-Marie" })
  await until(() => named(page, "Ann-Marie") !== undefined)
  // What she wrote before is shown under it.
  expect(page.client.renamed.value.get(userId)?.username).toBe("Ann-Marie")

  const asked: string[] = []
  page.socket.onAnyOutgoing((event: string) => asked.push(event))
  page.client.describe({ username: "Bobby", avatar: null })
  await until(() => page.client.identity.user.value?.username === "Bobby")
  expect(asked).toEqual(["update_profile"])

  await server.client.ask("remove_member", { roomId, userId, targetId: server.bob.userId })
  await until(() => named(page, "Hiring") === undefined)
})

test("[ACC2] a browser that lost its storage is known again by its cookie", async () => {
  await using server = await start()
  const { token, userId } = server.bob
  const headers = { Cookie: `warren-${new URL(server.url).port}=${token}`, Origin: server.url }
  const whose = async () => {
    const { answer } = await call(server.url, "me", {}, headers)
    return answer.ok && isAccount(answer.user) ? answer.user : undefined
  }
  await using page = openPage(server.url, { token, whose, name: null })
  await until(() => page.client.identity.account.value !== undefined)
  expect(page.client.identity.account.value).toEqual({ userId, login: "bob", username: "bob", role: "member" })
  await until(() => named(page, "General") !== undefined)
})

test("[AUTH1] [OPEN1] where nobody is known a token makes nobody known: all rooms are joined, and stay", async () => {
  await using app = await startTestApp()
  const rooms = await Promise.all(Array.from({ length: 12 }, () => createRoom(app.url)))
  const storage = newStorage()
  const kept = new Kept(() => storage.forBrowser)
  kept.write("token", await tokenOf({ sub: "ann", name: "Ann" }))
  kept.write(
    "rooms",
    rooms.map(({ id, name }) => ({ id, name })),
  )
  await using page = openPage(app.url, { storage, name: null })
  const { client } = page
  await until(() => client.rooms.value.length === 12 && client.rooms.value.every(({ isJoined }) => isJoined))
  expect(client.isKnown).toBe(false)

  await using bob = await joined(app.url, rooms[0]!, "bob")
  const asked: string[] = []
  page.socket.onAnyOutgoing((event: string) => asked.push(event))
  await bob.ask("send_message", { roomId: rooms[0]!.id, userId: "bob", content: "hello" })
  await until(() => client.find(rooms[0]!.id)!.unread.value === 1)
  client.find(rooms[0]!.id)!.watch(true)
  // How far it is read is the browser's own: the server is told nothing in a name that anybody may use.
  await until(() => client.find(rooms[0]!.id)!.unread.value === 0)
  expect(asked).toEqual([])
})

test("[USER2] people of a token see on each device what they changed on another", async () => {
  await using app = await startTestApp({ auth: "token", authSecret })
  const token = await tokenOf({ sub: "ann", name: "Ann" })
  const room = await createRoom(app.url, { auth: { token: await tokenOf({ sub: "founder" }) } })
  const device = () => {
    const storage = newStorage()
    new Kept(() => storage.forBrowser).write("token", token)
    return openPage(app.url, { storage, name: null })
  }
  await using laptop = device()
  await using phone = device()
  for (const page of [laptop, phone]) await visit(page, room.id)
  await until(() => phone.client.isKnown && laptop.client.isKnown)
  const avatar = "https://example.com/ann.png"
  laptop.client.describe({ username: "Ann", avatar })
  await until(() => phone.client.identity.user.value?.avatar === avatar)
  expect(phone.client.identity.user.value).toEqual({ userId: "ann", username: "Ann", avatar })
})

/** Bob, whom a token leaves without a name, and whom the server calls by his id, in a room. */
async function startNameless() {
  const app = await startTestApp({ auth: "token", authSecret })
  const auth = { token: await tokenOf({ sub: "bob" }) }
  const room = await createRoom(app.url, { auth: { token: await tokenOf({ sub: "founder" }) } })
  await using bob = await connect(app.url, undefined, { auth })
  await granted(bob, "join_room", { roomId: room.id, userId: "bob", username: "bob" })
  const storage = newStorage()
  new Kept(() => storage.forBrowser).write("token", auth.token)
  return { app, room, storage }
}

test("[AUTH2] a name that a token leaves open is the one that was chosen, however early", async () => {
  const { app, room, storage } = await startNameless()
  await using _ = app
  // Before there is a connection, whose first answer calls him by his id.
  await using page = openPage(app.url, { storage, name: "Bob" })
  await until(() => page.client.find(room.id) !== undefined)
  expect(page.client.identity.user.value).toMatchObject({ userId: "bob", username: "Bob" })
  const founder = { auth: { token: await tokenOf({ sub: "founder" }) } }
  await using client = await joined(app.url, room, "founder", undefined, founder)
  const members = async () => {
    const answer = await client.ask("list_members", { roomId: room.id, userId: "founder" })
    return answer.ok ? answer.members.map(({ username }) => username) : []
  }
  await untilAsync("the server calls him so", async () => (await members()).includes("Bob"))
})

test("[MEM2] the next start lists an account's rooms, and which of them are direct, before the server answers", async () => {
  await using server = await start()
  await server.bobsRoom("Burrow")
  const direct = await granted(server.client, "open_direct", { targetIds: [server.bob.userId] })
  const storage = newStorage()
  const listed = ({ client }: Page) =>
    client.rooms.value.map(({ name, visibility }) => [name.value, visibility.value === "direct"]).sort()
  const expected = [
    ["Burrow", false],
    ["General", false],
    ["ann", true],
  ]
  {
    await using page = pageOf(server, storage)
    await until(() => listed(page).length === 3 && page.client.isAdmin.value !== undefined)
    expect(listed(page)).toEqual(expected)
    const kept = new Kept(() => storage.forBrowser)
    await untilAsync("they are kept", async () => (kept.read("rooms", Array.isArray) ?? []).length === 3)
  }
  await using next = openPage("http://127.0.0.1:9", { storage, token: server.bob.token })
  expect(direct.room.visibility).toBe("direct")
  expect(listed(next)).toEqual(expected)
})

test("[ACC3] who signed out is called nothing in this browser", async () => {
  await using server = await start()
  const storage = newStorage()
  await using page = pageOf(server, storage)
  await until(() => page.client.isAdmin.value !== undefined)
  expect(page.client.identity.user.value?.username).toBe("bob")
  page.client.useAccount(undefined)
  expect(page.client.identity.user.value).toBeUndefined()
  await using next = openPage(server.url, { storage, name: null })
  expect(next.client.identity.user.value).toBeUndefined()
})

test("[MEM5] whoever signs in next sees nothing of a room that is not theirs, however slow the server is", async () => {
  await using server = await start()
  const { userId } = server.admin
  const { room } = await granted(server.client, "create_room", { name: "Hiring", userId, visibility: "private" })
  await granted(server.client, "add_member", { roomId: room.id, userId, targetId: server.bob.userId })
  await granted(server.client, "join_room", { roomId: room.id, userId, username: "ann" })
  await granted(server.client, "send_message", { roomId: room.id, userId, content: "Not a word to Cleo" })
  const storage = newStorage()
  await using page = pageOf(server, storage)
  const seen = await visit(page, room.id)
  await until(() => received(seen).length === 1)

  page.client.useAccount(undefined)
  const cleo = await server.join("cleo")
  page.client.useAccount({ userId: cleo.userId, login: "cleo", username: "cleo", role: "member" })
  const left = page.client.open.value!
  expect([left.id, left.name.value, received(left), [...left.presence.members.value.keys()]]).toEqual([
    ...[room.id, "", [], []],
  ])
  expect(page.client.rooms.value.map(({ id }) => id)).toEqual([room.id])
  const kept = Array.from({ length: storage.forBrowser.length }, (_, index) => storage.forBrowser.key(index) ?? "")
  const texts = kept.map((key) => storage.forBrowser.getItem(key))
  expect(texts.filter((text) => /Hiring|Not a word/.test(text ?? ""))).toEqual([])
  expect(seen.isJoined).toBe(false)
})

test("[AUTH2] whom a token leaves without a name is asked for one, whatever the server calls them meanwhile", async () => {
  const { app, room, storage } = await startNameless()
  await using _ = app
  await using page = openPage(app.url, { storage, name: null })
  await until(() => page.client.find(room.id) !== undefined)
  expect(page.client.identity.user.value).toBeUndefined()
})

test("what the browser kept before accounts is the account's from the first sign-in on, and nobody else's later", async () => {
  await using server = await start()
  const room = await server.annsRoom("Burrow")
  const storage = newStorage()
  const kept = new Kept(() => storage.forBrowser)
  kept.write("userId", "before")
  kept.write("username", "Bob")
  kept.write("rooms", [{ id: room.id, name: "Burrow" }])
  kept.write("levels", { [room.id]: "none" })
  kept.write(`draft.before.${room.id}`, "half a thought")
  await using page = withToken(server, storage)
  const { userId } = server.bob
  page.client.useAccount({ userId, login: "bob", username: "bob", role: "member" })
  await until(() => named(page, "Burrow")?.level.value === "none")
  const taken = named(page, "Burrow")!
  expect(taken.draft.text.value).toBe("half a thought")
  expect(taken.isJoined).toBe(false)
  expect(kept.keys("draft.before")).toEqual([])
  const members = await server.client.ask("list_members", { roomId: room.id, userId: server.admin.userId })
  expect(members.ok && members.members.map(({ username }) => username)).toEqual(["ann", "bob"])

  page.client.useAccount(undefined)
  expect(page.client.rooms.value).toEqual([])
})

test("[ACC6] an administrator by a token moderates where they are a member, as the server says, and nobody else does", async () => {
  await using server = await startTestApp({ auth: "token", authSecret })
  await using bob = connectAs(server.url, await tokenOf({ sub: "bob", name: "Bob" }))
  const { room: made } = await granted(bob, "create_room", { name: "Garden" })
  const entering = async (claims: object) => {
    const storage = newStorage()
    new Kept(() => storage.forBrowser).write("token", await tokenOf({ sub: "ann", name: "Ann", ...claims }))
    const page = openPage(server.url, { storage })
    return { page, room: await visit(page, made.id) }
  }
  const admin = await entering({ admin: true })
  await until(() => admin.room.belonging.mayModerate)
  await admin.page[Symbol.asyncDispose]()
  const member = await entering({})
  await until(() => member.room.belonging.role.value === "member")
  expect([member.page.client.isAdmin.value, member.room.belonging.mayModerate]).toEqual([false, false])
  await member.page[Symbol.asyncDispose]()
})
