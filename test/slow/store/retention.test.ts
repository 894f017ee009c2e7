/** Messages that are older than they are kept: gone with all that hangs on them, on every store, and who missed them learns it. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { statSync } from "node:fs"
import { join } from "node:path"
import type { ChatStore } from "../../../src/chat/store.ts"
import type { RoomId } from "../../../src/contract/values.ts"
import { openPostgresStore } from "../../../src/store/postgres/open.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { retentionQueries } from "../../../src/store/sqlite/retention.ts"
import { openDatabase } from "../../../src/store/sqlite/store.ts"
import { aged, noon, retentionSuite, sweep } from "../../store/retention-suite.ts"
import { granted } from "../../store/store-suite.ts"
import { startTestApp } from "../../support/app.ts"
import { createRoom, joined } from "../../support/client.ts"
import { stoppedClock } from "../../support/clock.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { fillFile } from "../../support/large-file.ts"
import { describeWithPostgres } from "../../support/postgres.ts"
import { runSql } from "../../support/sql.ts"
import { until } from "../../support/until.ts"

const options = { pendingMax: 10_000, onFailure: console.error }
const dayMs = 86_400_000

retentionSuite("retention on SQLite", async () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path, options)
  const dispose = async () => {
    await store.close()
    folder[Symbol.dispose]()
  }
  return { store, [Symbol.asyncDispose]: dispose }
})

describeWithPostgres("retention on PostgreSQL", (server) => {
  retentionSuite("its store", async () => {
    const store = await openPostgresStore(await server().emptied(), options)
    return { store, [Symbol.asyncDispose]: () => store.close() }
  })

  test("[HIST8] how far it went is known to the next server", async () => {
    const url = await server().emptied()
    await knownAfterRestart(() => openPostgresStore(url, options))
  })
})

test("[HIST8] how far it went in a file is known to the next server", async () => {
  using folder = temporaryFolder()
  await knownAfterRestart(async () => openSqliteStore(folder.path, options))
})

async function knownAfterRestart(open: () => Promise<ChatStore>): Promise<void> {
  const first = await open()
  const roomId = await aged({ store: first, [Symbol.asyncDispose]: async () => {} }, [40, 30, 20, 5, 0])
  await sweep({ store: first, [Symbol.asyncDispose]: async () => {} }, 10)
  await first.close()
  const store = await open()
  const resets: boolean[] = []
  for (const since of [1, 2, 3]) {
    const query = { kind: "pageSince", roomId, epoch: undefined, since, limit: 200 } as const
    resets.push((await granted({ store, [Symbol.asyncDispose]: async () => {} }, query)).reset)
  }
  await store.close()
  expect(resets).toEqual([true, true, false])
}

test("the file shrinks, holds nothing of what was removed, and is whole", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "warren.db")
  await (await startTestApp({ dataDir: folder.path })).stop()
  // Of 1970, but for the second half.
  fillFile(path, 20_000)
  runSql(path, `UPDATE messages SET created_at = ${noon} WHERE seq > 100`)
  const before = statSync(path).size
  const store = openSqliteStore(folder.path, options)
  await sweep({ store, [Symbol.asyncDispose]: async () => {} }, 10, async () => {})
  expect((await store.counts()).messages).toBe(10_000)
  await store.close()
  expect(statSync(path).size).toBeLessThan(before * 0.75)
  expect(await Bun.file(path).text()).not.toContain("Message 1 of a conversation")
  using db = new Database(path, { readonly: true })
  expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]])
  expect(db.query("SELECT count(*) FROM messages").values()).toEqual([[10_000]])
})

test("[HIST8] a step takes fewer messages where many reactions hang on them", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "warren.db")
  await (await startTestApp({ dataDir: folder.path })).stop()
  fillFile(path, 1_000)
  const added = "INSERT INTO reactions (message, emoji, reactor)"
  runSql(
    path,
    `${added} SELECT m.pk, u.pk, u.pk FROM messages AS m, users AS u WHERE m.room = 1001;
    ${added} SELECT message, 'again ' || emoji, reactor FROM reactions;
    ${added} SELECT message, 'and ' || emoji, reactor FROM reactions`,
  )
  const store = openSqliteStore(folder.path, options)
  await using opened = { store, [Symbol.asyncDispose]: () => store.close() }
  const roomId = "00000000-0000-4000-8000-000000000001" as RoomId
  const step = () => granted(opened, { kind: "removeOld", roomId, before: noon, limit: 200 })
  // 401 rows each.
  expect([await step(), await step(), await step()]).toEqual([
    { messages: 5, hasMore: true },
    { messages: 5, hasMore: false },
    { messages: 0, hasMore: false },
  ])
})

test("each query follows an index from where it begins: none scans, none sorts", () => {
  using db = openDatabase(":memory:")
  const values = { after: 0, limit: 1, room: 1, seq: 1 }
  for (const query of Object.values(retentionQueries)) {
    const plan = db.query<{ detail: string }, typeof values>(`EXPLAIN QUERY PLAN ${query}`).all(values)
    for (const { detail } of plan) expect(detail).not.toMatch(/^SCAN|TEMP B-TREE/)
  }
})

test("[HIST8] a server does so by itself, while clients are there, and one that comes back begins anew", async () => {
  const { clock, pass } = stoppedClock()
  using folder = temporaryFolder()
  const first = await startTestApp({ dataDir: folder.path }, clock)
  const room = await createRoom(first.url)
  await using ann = await joined(first.url, room, "ann")
  const say = (client: typeof ann, content: string) =>
    client.ask("send_message", { roomId: room.id, userId: "ann", content })
  for (const content of ["old 1", "old 2"]) await say(ann, content)
  pass(11 * dayMs)
  await say(ann, "new")
  await first.stop()
  await using app = await startTestApp({ dataDir: folder.path, retentionDays: 10 }, clock)
  await using reader = await joined(app.url, room, "ann")
  const sync = (since: number) => reader.ask("sync", { roomId: room.id, since })
  await until("they are gone", async () => {
    const answer = await sync(0)
    return answer.ok && answer.messages.length === 1
  })
  expect(await sync(1)).toMatchObject({ ok: true, reset: true, messages: [{ content: "new", seq: 3 }] })
  expect(await say(reader, "next")).toMatchObject({ ok: true, message: { seq: 4 } })
})
