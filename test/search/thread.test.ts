import { expect, test } from "bun:test"
import type { FoundHits, Wanted } from "../../src/chat/searcher.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { SearchThread } from "../../src/search/thread.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { roomWith } from "../store/store-suite.ts"
import { temporaryFolder } from "../support/folder.ts"
import { until } from "../support/until.ts"

test("a thread that ends by itself is started again, and what was asked of it is answered", async () => {
  using folder = temporaryFolder()
  const failures: string[] = []
  const thread = opened(folder.path, failures)
  const ends = () => failures.filter((cause) => cause === "its thread ended").length
  // There is no data yet: it cannot begin. Whoever asked is told with its end.
  expect([await find(thread, []), ends()]).toMatchObject([{ code: "ERR_BUSY" }, 1])
  await until("it was started again, though nobody asked", () => ends() > 1)
  const store = openSqliteStore(folder.path, { pendingMax: 100, onFailure: console.error })
  const roomId = await roomWith({ store, [Symbol.asyncDispose]: async () => {} }, 3, "hello")
  await until("the thread finds", async () => {
    const found = await find(thread, [roomId])
    return count(found) === 3
  })
  await thread.close()
  await store.close()
})

test("no thread is started while too few files can be opened, and searches are told to come again", async () => {
  using folder = temporaryFolder()
  let isFree = false
  const thread = new SearchThread({
    place: { folder: folder.path, databaseUrl: undefined },
    canOpen: () => isFree,
    onProgress: () => {},
    onFailure: () => {},
  })
  expect(() => thread.find(wanting([]), () => {})).toThrow(ChatError)
  isFree = true
  const store = openSqliteStore(folder.path, { pendingMax: 100, onFailure: console.error })
  const roomId = await roomWith({ store, [Symbol.asyncDispose]: async () => {} }, 3, "hello")
  await until("the thread finds", async () => count(await find(thread, [roomId])) === 3)
  await thread.close()
  await store.close()
})

test("an index that was damaged is made anew", async () => {
  using folder = temporaryFolder()
  const failures: string[] = []
  const store = openSqliteStore(folder.path, { pendingMax: 100, onFailure: console.error })
  const opening = { store, [Symbol.asyncDispose]: async () => {} }
  const roomId = await roomWith(opening, 3, "hello")
  const before = opened(folder.path, failures)
  await until("it is built", async () => count(await find(before, [roomId])) === 3)
  await before.close()
  // From the second page on: it opens, and what is in it is not there.
  const file = Bun.file(`${folder.path}/search.db`)
  const bytes = new Uint8Array(await file.arrayBuffer())
  await Bun.write(`${folder.path}/search.db`, bytes.fill(0xff, 4096))

  const after = opened(folder.path, failures)
  await until("it is built again", async () => count(await find(after, [roomId])) === 3)
  await after.close()
  await store.close()
})

test("searches beyond a bound are refused, and all others are settled at the end", async () => {
  using folder = temporaryFolder()
  const thread = opened(folder.path, [])
  const asked = Array.from({ length: limits.searchesPendingMax }, () => find(thread, []))
  expect(() => thread.find(wanting([]), () => {})).toThrow(ChatError)
  await thread.close()
  for (const outcome of await Promise.all(asked)) expect(outcome).toMatchObject({ code: "ERR_BUSY" })
  expect(() => thread.find(wanting([]), () => {})).toThrow(ChatError)
})

function opened(folder: string, failures: string[]): SearchThread {
  return new SearchThread({
    place: { folder, databaseUrl: undefined },
    restartMs: 10,
    onProgress: () => {},
    onFailure: (cause) => failures.push(cause),
  })
}

function wanting(roomIds: readonly RoomId[]): Wanted {
  const none = {
    viewer: undefined,
    otherViewers: [],
    authorId: undefined,
    before: undefined,
    after: undefined,
    below: undefined,
  }
  return { query: "hello", roomIds, limit: 10, ...none }
}

function find(thread: SearchThread, roomIds: readonly RoomId[]): Promise<FoundHits | ChatError> {
  return new Promise((resolve) => thread.find(wanting(roomIds), resolve))
}

function count(found: FoundHits | ChatError): number {
  return found instanceof ChatError ? -1 : found.count
}
