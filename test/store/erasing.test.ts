/** What is deleted is deleted: it is in no file of the data after at most an hour. */
import { expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { hourMs } from "../../src/contract/durations.ts"
import type { MessageId } from "../../src/contract/values.ts"
import { Erasing, eraseAfterMs, takesBack } from "../../src/store/sqlite/erasing.ts"
import { openDatabase, SqliteStore } from "../../src/store/sqlite/store.ts"
import { type Changes, nothingYet } from "../../src/store/unwritten.ts"
import { temporaryFolder } from "../support/folder.ts"
import { newFileId, newRoomId } from "../support/ids.ts"
import { granted, type OpenStore, roomWith, sending } from "./store-suite.ts"

const user = sending("" as never, "").userId
const run = crypto.randomUUID()

test("[DEL1] within an hour neither the file nor its log has a word of what was deleted or edited away", async () => {
  using folder = temporaryFolder()
  await using data = await openIn(folder.path)
  const words = Array.from({ length: 600 }, (_, i) => `word-${i}-${crypto.randomUUID()}`)
  const roomId = await roomWith(data, 0)
  const sent = await Promise.all(
    words.map((word, i) => granted(data, sending(roomId, `${word} ${"x".repeat((i * 37) % 3_900)}`))),
  )
  const gone = words.filter((_, i) => i % 7 > 0)
  for (const [i, { message }] of sent.entries()) {
    const change = { roomId, userId: user, id: message.id, at: Date.now() }
    if (i % 7 === 1) await granted(data, { kind: "edit", content: "edited", ...change })
    else if (i % 7 > 0) await granted(data, { kind: "delete", ...change })
  }
  expect(data.found(gone).length).toBeGreaterThan(100)

  data.pass(eraseAfterMs)
  expect(data.found(gone)).toEqual([])
  expect(data.found(words)).toHaveLength(words.length - gone.length)
})

test("[DEL1] [REACT1] [MENT1] [FILE3] what hung on a message goes with it: who reacted and was mentioned, and its files' names", async () => {
  using folder = temporaryFolder()
  await using data = await openIn(folder.path)
  const roomId = await roomWith(data, 0)
  const quoted = await granted(data, sending(roomId, secret("quoted")))
  const file = namedFile()
  await granted(data, { kind: "addFile", file, sha256: "0".repeat(64), ownerId: user, at: 0 })
  const named = {
    files: [{ id: file.id, alt: secret("alt") }],
    mentions: [user],
    mentionsRoom: true,
    replyTo: quoted.message.id,
  }
  const { message } = await granted(data, { ...sending(roomId, secret("said")), ...named })
  const kept = await granted(data, { ...sending(roomId, "an answer"), replyTo: message.id })
  const react = (to: MessageId, emoji: string, isOn: boolean) =>
    granted(data, { kind: "react", roomId, userId: user, id: to, emoji, isOn, at: 1 })
  for (const emoji of ["🦩", "🐙"]) await react(message.id, emoji, true)
  for (const emoji of ["🪬", "🦚"]) await react(kept.message.id, emoji, true)
  const texts = [...["quoted", "named", "alt", "said"].map(secret), "🦩", "🐙", "🪬"]
  expect(data.found(texts)).toEqual(texts)

  await react(message.id, "🐙", false)
  await react(kept.message.id, "🪬", false)
  await react(kept.message.id, "🦩", true)
  await react(kept.message.id, "🦩", false)
  for (const { id } of [quoted.message, message])
    await granted(data, { kind: "delete", roomId, userId: user, id, at: 2 })
  const loose = await granted(data, { kind: "looseFiles", before: 1, limit: 10 })
  expect(loose).toEqual([file.id])
  await granted(data, { kind: "removeFiles", ids: loose, before: 1 })
  data.pass(eraseAfterMs)
  expect(data.found([...texts, "🦚"])).toEqual(["🦚"])
  // Nor what was done last, which nobody has to be told once more.
  expect(data.found(['"change"'])).toEqual([])
  expect(data.rows("reactions")).toBe(1)
  expect(data.rows("mentions")).toBe(0)
})

test("[DEL1] [FILE1] [ROOM5] so do the names of a file that was never sent and of a room that was deleted, much later", async () => {
  using folder = temporaryFolder()
  await using data = await openIn(folder.path)
  const file = namedFile()
  await granted(data, { kind: "addFile", file, sha256: "0".repeat(64), ownerId: user, at: 0 })
  data.pass(eraseAfterMs)
  await granted(data, { kind: "removeFiles", ids: [file.id], before: 1 })
  data.pass(eraseAfterMs)
  expect(data.found([secret("named")])).toEqual([])

  const id = newRoomId()
  const creator = { userId: user, username: "ann", isKnown: true }
  await granted(data, {
    kind: "createRoom",
    id,
    name: secret("room"),
    topic: secret("topic"),
    visibility: "private",
    creator,
    at: 0,
  })
  data.pass(eraseAfterMs)
  expect(data.found([secret("room"), secret("topic")])).toHaveLength(2)
  await granted(data, { kind: "deleteRoom", roomId: id, userId: user, isAdmin: false, at: 1 })
  data.pass(eraseAfterMs)
  expect(data.found([secret("room"), secret("topic")])).toEqual([])
})

test("[DEL1] what cannot be erased while somebody reads the file is erased at the next look", async () => {
  using folder = temporaryFolder()
  await using data = await openIn(folder.path)
  const roomId = await roomWith(data, 0)
  const { message } = await granted(data, sending(roomId, "a secret"))
  const reader = openDatabase(join(folder.path, "warren.db"))
  reader.run("BEGIN")
  reader.query("SELECT * FROM messages").all()
  await granted(data, { kind: "delete", roomId, userId: user, id: message.id, at: Date.now() })

  data.pass(eraseAfterMs)
  expect(data.found(["a secret"])).toEqual(["a secret"])
  reader.run("COMMIT")
  reader.close()
  data.pass(60_000)
  expect(data.found(["a secret"])).toEqual([])
})

test("[DEL1] what a server deleted that was killed is erased by the next one", async () => {
  using folder = temporaryFolder()
  await using killed = await openIn(folder.path)
  const roomId = await roomWith(killed, 0)
  const { message } = await granted(killed, sending(roomId, "a secret"))
  await granted(killed, { kind: "delete", roomId, userId: user, id: message.id, at: Date.now() })
  await using next = await openIn(folder.path)
  expect(next.found(["a secret"])).toEqual(["a secret"])
  next.pass(eraseAfterMs)
  expect(next.found(["a secret"])).toEqual([])
})

test("the log is folded in once what was replaced is due, and only then", () => {
  let nowMs = 0
  let folded = 0
  let isBusy = 0
  const query = () => ({ values: () => [[isBusy, ++folded]] })
  const erasing = new Erasing({ query } as never, () => nowMs)
  const lookAt = (ms: number) => {
    nowMs = ms
    erasing.look()
    return folded
  }
  expect(2 * eraseAfterMs).toBe(hourMs)
  // What an earlier server left.
  expect([lookAt(eraseAfterMs - 1), lookAt(eraseAfterMs), lookAt(9 * eraseAfterMs)]).toEqual([0, 1, 1])
  erasing.replaced()
  nowMs += 5
  erasing.replaced()
  isBusy = 1
  expect([lookAt(10 * eraseAfterMs - 1), lookAt(10 * eraseAfterMs)]).toEqual([1, 2])
  isBusy = 0
  expect([lookAt(10 * eraseAfterMs + 1), lookAt(20 * eraseAfterMs)]).toEqual([3, 3])
})

test("texts are gone with messages that changed, rooms and files that were deleted, and each purge", () => {
  const [one, files] = [{} as never, nothingYet().files]
  expect(takesBack({ ...nothingYet(), newMessages: new Map([[one, one]]), changedRooms: new Set([one]) })).toBe(false)
  const changes: Partial<Changes>[] = [
    { changedMessages: new Map([[one, one]]) },
    { deletedRooms: [one] },
    { files: { ...files, removed: [one] } },
    { purgeAt: 0 },
  ]
  for (const change of changes) expect(takesBack({ ...nothingYet(), ...change })).toBe(true)
})

/** A text of this run alone. */
function secret(what: string): string {
  return `${what}-${run}`
}

async function openIn(folder: string) {
  let nowMs = 0
  const db = openDatabase(join(folder, "warren.db"))
  const options = { pendingMax: 1_000, onFailure: console.error, release: () => {}, elapsedMs: () => nowMs }
  const store = new SqliteStore(db, options)
  const opened: OpenStore = { store, [Symbol.asyncDispose]: () => store.close() }
  return {
    ...opened,
    pass: (ms: number) => {
      nowMs += ms
      store.erase()
    },
    rows: (table: string) => db.query<{ count: number }, []>(`SELECT count(*) AS count FROM ${table}`).get()?.count,
    /** Those of the texts that any file of the folder has. */
    found: (texts: readonly string[]) => {
      const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)))
      return texts.filter((text) => bytes.some((file) => file.includes(text)))
    },
  }
}

/** One whose name is a secret. */
function namedFile() {
  return {
    id: newFileId(),
    name: `${secret("named")}.pdf`,
    mimeType: "application/pdf",
    bytes: 7,
    hasThumbnail: false,
  }
}
