import { afterAll, beforeAll, expect, test } from "bun:test"
import { copyFileSync, renameSync } from "node:fs"
import { join } from "node:path"
import type { Answer, ClientEvent } from "../../src/contract/events.ts"
import { limits } from "../../src/contract/limits.ts"
import type { Failure } from "../../src/contract/refusals.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect, createRoom, joined, type TestClient } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"
import { until } from "../support/until.ts"

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ rateLimits: "off" })
})
afterAll(() => app[Symbol.asyncDispose]())

test("[FIND1] a hit has today's message, its room's name, an excerpt and where in it the words are", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const { message } = await send(ann, room.id, `${"so ".repeat(100)}who brings\n\n the LÉMONADE, ann?`)
  const { hits } = await searched(ann, { query: "lemon bring who" }, ({ hits }) => hits.length === 0)
  expect(hits).toEqual([])
  const found = await searched(ann, { query: 'brings "the lemonade"' }, ({ hits }) => hits.length === 1)
  expect(found.hits[0]).toMatchObject({ message, roomName: room.name })
  const { excerpt, matches } = found.hits[0]!
  expect(excerpt).toStartWith("…so so ")
  expect(excerpt).toEndWith("so who brings the LÉMONADE, ann?")
  expect(matches.map(([start, end]) => excerpt.slice(start, end))).toEqual(["brings", "the LÉMONADE"])
})

test("[FIND1] found is what is in one's own rooms, and in a public one that is named", async () => {
  const [own, unlisted] = [await createRoom(app.url), await createRoom(app.url)]
  await using ann = await joined(app.url, own, "ann")
  await using bob = await joined(app.url, unlisted, "bob")
  const [general] = (await granted(ann, "list_rooms", {})).rooms
  await bob.ask("join_room", { roomId: general!.id, userId: "bob", username: "Bob" })
  const word = `word${crypto.randomUUID().slice(0, 8)}`
  await sendLater(ann, own.id, `${word} own`)
  await sendLater(bob, unlisted.id, `${word} unlisted`, "bob")
  await send(bob, general!.id, `${word} public`, "bob")
  const texts = async (wanted: object, count: number) => {
    const { hits } = await searched(ann, { query: word, ...wanted }, ({ hits }) => hits.length === count)
    return hits.map(({ message }) => message.content)
  }
  expect(await texts({}, 1)).toEqual([`${word} own`])
  expect(await texts({ roomId: general!.id }, 1)).toEqual([`${word} public`])
  for (const roomId of [unlisted.id, crypto.randomUUID()]) {
    expect(await ann.ask("search_messages", { query: word, roomId })).toMatchObject({
      ok: false,
      error: { code: "ERR_NOT_IN_ROOM", roomId },
    })
  }
  await ann.ask("join_room", { roomId: unlisted.id, userId: "ann", username: "Ann" })
  expect(await texts({}, 2)).toEqual([`${word} unlisted`, `${word} own`])
  expect(await texts({ authorId: "bob" }, 1)).toEqual([`${word} unlisted`])
  await ann.ask("leave_room", { roomId: unlisted.id, userId: "ann" })
  expect(await texts({}, 1)).toEqual([`${word} own`])
})

test("[FIND1] where it is known who one is, one's rooms are looked through also while one is in none", async () => {
  await using known = await startTestApp({ auth: "token", authSecret, rateLimits: "off" })
  const signedIn = async (sub: string) =>
    connect(known.url, ["websocket"], { auth: { token: await tokenOf({ sub, name: sub }) } })
  await using ann = await signedIn("ann")
  const { room } = await granted(ann, "create_room", { name: "Private", visibility: "private" })
  await granted(ann, "join_room", { roomId: room.id })
  await granted(ann, "send_message", { roomId: room.id, content: "a secret" })
  await searched(ann, { query: "secret" }, ({ hits }) => hits.length === 1)
  await granted(ann, "leave_room", { roomId: room.id })
  expect((await granted(ann, "search_messages", { query: "secret", roomId: room.id })).hits).toHaveLength(1)
  await using bob = await signedIn("bob")
  expect((await granted(bob, "search_messages", { query: "secret" })).hits).toEqual([])
  expect(await bob.ask("search_messages", { query: "secret", roomId: room.id })).toMatchObject({
    error: { code: "ERR_NOT_IN_ROOM" },
  })
  expect(await bob.ask("search_messages", { query: "secret", userId: "ann" })).toMatchObject({
    error: { code: "ERR_FORBIDDEN" },
  })
  await granted(ann, "leave_room", { roomId: room.id, forGood: true })
  expect((await granted(ann, "search_messages", { query: "secret" })).hits).toEqual([])
})

test("[FIND1] before and after are exact, and pages go on by their cursor", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const sent = []
  for (let one = 0; one < 12; one++) sent.push((await send(ann, room.id, `pie ${one}`)).message)
  await searched(ann, { query: "pie" }, ({ hits }) => hits.length === 12)

  const paged: string[] = []
  for (let cursor: string | undefined, pages = 0; pages === 0 || cursor !== undefined; pages++) {
    const page: Answer<"search_messages"> = await granted(ann, "search_messages", { query: "pie", limit: 5, cursor })
    paged.push(...page.hits.map(({ message }) => message.content))
    cursor = page.cursor
  }
  expect(paged).toEqual(sent.map(({ content }) => content).reverse())
  const { createdAt } = sent[6]!
  for (const [wanted, isWanted] of [
    [{ before: createdAt }, (at: string) => at < createdAt],
    [{ after: createdAt }, (at: string) => at > createdAt],
  ] as const) {
    const { hits } = await granted(ann, "search_messages", { query: "pie", ...wanted })
    expect(hits.map(({ message }) => message.content)).toEqual(
      sent
        .filter((one) => isWanted(one.createdAt))
        .map(({ content }) => content)
        .reverse(),
    )
  }
})

test("[FIND1] whoever uses another's cursor finds what is their own, and what is no cursor of a search is refused", async () => {
  const [anns, bobs] = [await createRoom(app.url), await createRoom(app.url)]
  await using ann = await joined(app.url, anns, "ann")
  await using bob = await joined(app.url, bobs, "bob")
  const query = `word${crypto.randomUUID().slice(0, 8)}`
  for (const number of [1, 2, 3]) {
    await sendLater(ann, anns.id, `${query} ${number} of Ann`)
    await sendLater(bob, bobs.id, `${query} ${number} of Bob`, "bob")
  }
  const texts = ({ hits }: Answer<"search_messages">) => hits.map(({ message }) => message.content.slice(query.length))
  await searched(ann, { query }, ({ hits }) => hits.length === 3)
  await searched(bob, { query }, ({ hits }) => hits.length === 3)
  const first = await granted(ann, "search_messages", { query, limit: 1 })
  const { cursor } = first
  expect(texts(first)).toEqual([" 3 of Ann"])
  expect(texts(await granted(bob, "search_messages", { query, cursor }))).toEqual([" 2 of Bob", " 1 of Bob"])
  // Also of a room that was named, by somebody who may not read it.
  const named = await granted(ann, "search_messages", { query, roomId: anns.id, limit: 1 })
  expect(await bob.ask("search_messages", { query, roomId: anns.id, cursor: named.cursor })).toMatchObject({
    error: { code: "ERR_NOT_IN_ROOM" },
  })
  const written = (text: string) => Buffer.from(text).toString("base64url")
  for (const place of ["0", "-9999999999999999", "9999999999999999"])
    expect(texts(await granted(bob, "search_messages", { query, cursor: written(place) })).length).toBe(
      place.startsWith("9") ? 3 : 0,
    )
  const { room } = await granted(ann, "create_room", { name: query, userId: "ann", visibility: "public" })
  const { cursor: listed } = await granted(ann, "list_rooms", { limit: 1 })
  expect(listed).toBeDefined()
  for (const other of [listed, written("1.5"), written("1 OR 1"), written(room.id), ""])
    expect(await ann.ask("search_messages", { query, cursor: other })).toMatchObject({
      error: { code: "ERR_VALIDATION", field: "cursor" },
    })
})

test("[FIND2] what was deleted is not found once that is acknowledged, nor an old text after an edit", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const [first, second] = [await send(ann, room.id, "alpha beta"), await send(ann, room.id, "alpha gamma")]
  await searched(ann, { query: "alpha" }, ({ hits }) => hits.length === 2)
  const target = { roomId: room.id, userId: "ann" }
  await granted(ann, "delete_message", { ...target, id: first.message.id })
  expect((await granted(ann, "search_messages", { query: "alpha" })).hits).toHaveLength(1)
  await granted(ann, "edit_message", { ...target, id: second.message.id, content: "alpha delta" })
  expect((await granted(ann, "search_messages", { query: "gamma" })).hits).toEqual([])
  const { hits } = await searched(ann, { query: "delta" }, ({ hits }) => hits.length === 1)
  expect(hits[0]!.message.rev).toBe(4)
})

test("[FIND1] any text is a query, up to its length", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const queries = [
    "",
    '"',
    "(",
    "a AND",
    "NOT",
    "tokens:x",
    "*",
    "\u0000",
    "\ud800",
    "^x",
    "{a b}:c",
    "-",
    "\u0301",
    "\u064b \u0e38",
    "x".repeat(200),
    "字".repeat(200),
    "\ufdfa".repeat(200),
    "a ".repeat(100),
  ]
  for (const query of queries) expect((await granted(ann, "search_messages", { query })).hits).toEqual([])
  for (const length of [limits.queryLengthMax + 1, limits.contentLengthMax])
    expect(await ann.ask("search_messages", { query: "字".repeat(length) })).toMatchObject({
      ok: false,
      error: { code: "ERR_VALIDATION", field: "query" },
    })
  for (const [before, after] of [
    ["0001-01-01T00:00:00Z", undefined],
    [undefined, "9999-12-31T23:59:59Z"],
  ])
    expect((await granted(ann, "search_messages", { query: "", authorId: "ann", before, after })).hits).toEqual([])
})

test("[LIM1] a socket has 10 searches at once", async () => {
  await using limited = await startTestApp()
  await using ann = await connect(limited.url)
  const answers = await Promise.all(Array.from({ length: 11 }, () => ann.ask("search_messages", { query: "x" })))
  expect(answers.map(({ ok }) => ok)).toEqual([...Array(10).fill(true), false])
  expect(answers.at(-1)).toMatchObject({ error: { code: "ERR_RATE_LIMITED" } })
})

test("a server that is not to search says so, and keeps no index", async () => {
  await using off = await startTestApp({ search: "off" })
  await using ann = await connect(off.url)
  expect(await ann.ask("search_messages", { query: "x" })).toMatchObject({
    ok: false,
    error: { code: "ERR_FORBIDDEN" },
  })
  expect(await Bun.file(`${off.dataDir}/search.db`).exists()).toBe(false)
})

test("a restart goes on with the index that is there", async () => {
  await using first = await startTestApp()
  const room = await createRoom(first.url)
  await using ann = await joined(first.url, room, "ann")
  await send(ann, room.id, "still here")
  await searched(ann, { query: "still" }, ({ hits }) => hits.length === 1)
  await first.stop()

  await using second = await startTestApp({ dataDir: first.dataDir })
  await using again = await joined(second.url, room, "ann")
  expect((await granted(again, "search_messages", { query: "still" })).hits).toHaveLength(1)
})

test("[HIST7] after an older copy of the data was put in its place, the index is made anew", async () => {
  using folder = temporaryFolder()
  const run = async (use: (client: TestClient, roomId: string) => Promise<void>) => {
    await using app = await startTestApp({ dataDir: folder.path, rateLimits: "off" })
    await using ann = await connect(app.url)
    const [general] = (await granted(ann, "list_rooms", {})).rooms
    await granted(ann, "join_room", { roomId: general!.id, userId: "ann", username: "Ann" })
    await use(ann, general!.id)
  }
  const hasFound = (client: TestClient, query: string, count: number) =>
    searched(client, { query }, ({ hits }) => hits.length === count)
  await run(async (ann, roomId) => {
    await send(ann, roomId, "early word")
    await hasFound(ann, "early", 1)
  })
  copyFileSync(join(folder.path, "warren.db"), join(folder.path, "copy.db"))
  await run(async (ann, roomId) => {
    await send(ann, roomId, "late word")
    await hasFound(ann, "word", 2)
  })
  renameSync(join(folder.path, "copy.db"), join(folder.path, "warren.db"))
  await run(async (ann, roomId) => {
    // At the place of the one that is gone.
    await send(ann, roomId, "other word")
    await hasFound(ann, "word", 2)
    expect((await hasFound(ann, "late", 0)).hits).toEqual([])
    await hasFound(ann, "other", 1)
  })
})

/** Asks again until it is so: what was written is found a moment later. */
async function searched(
  client: TestClient,
  wanted: object,
  isSo: (answer: Answer<"search_messages">) => boolean,
): Promise<Answer<"search_messages">> {
  for (;;) {
    const answer = await granted(client, "search_messages", wanted)
    if (isSo(answer)) return answer
  }
}

function send(client: TestClient, roomId: string, content: string, userId = "ann"): Promise<Answer<"send_message">> {
  return granted(client, "send_message", { roomId, userId, content })
}

/** In a millisecond of its own: those of one have no order between rooms. */
async function sendLater(...[client, roomId, content, userId]: Parameters<typeof send>) {
  const sent = await send(client, roomId, content, userId)
  await until("the next millisecond", () => Date.now() > Date.parse(sent.message.createdAt))
  return sent
}

async function granted<E extends ClientEvent>(client: TestClient, event: E, payload: unknown): Promise<Answer<E>> {
  const answer: Answer<E> | Failure = await client.ask(event, payload)
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`)
  return answer as Answer<E>
}
