/** What is deleted is deleted: it is in no file of the data after at most an hour. */
import { expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { eraseAfterMs } from "../../src/store/sqlite/erasing.ts"
import { openDatabase, SqliteStore } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { granted, type OpenStore, roomWith, sending } from "./store-suite.ts"

const user = sending("" as never, "").userId

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
    /** Those of the texts that any file of the folder has. */
    found: (texts: readonly string[]) => {
      const bytes = readdirSync(folder).map((name) => readFileSync(join(folder, name)))
      return texts.filter((text) => bytes.some((file) => file.includes(text)))
    },
  }
}
