/** Messages that are older than they are kept: gone with all that hangs on them, on every store, and who missed them learns it. */
import { Database } from "bun:sqlite"
import { describe, expect, test } from "bun:test"
import { statSync } from "node:fs"
import { join } from "node:path"
import type { ChatStore } from "../../../src/chat/store.ts"
import type { RoomId } from "../../../src/contract/values.ts"
import { MemoryStore } from "../../../src/store/memory.ts"
import { openPostgresStore } from "../../../src/store/postgres/open.ts"
import { Retention } from "../../../src/store/retention.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { retentionQueries } from "../../../src/store/sqlite/retention.ts"
import { openDatabase } from "../../../src/store/sqlite/store.ts"
import { granted, joining, newRoom, type OpenStore, roomWith, sending } from "../../store/store-suite.ts"
import { startTestApp } from "../../support/app.ts"
import { createRoom, joined } from "../../support/client.ts"
import { stoppedClock } from "../../support/clock.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { user } from "../../support/ids.ts"
import { fillFile } from "../../support/large-file.ts"
import { describeWithPostgres } from "../../support/postgres.ts"
import { runSql } from "../../support/sql.ts"
import { until } from "../../support/until.ts"

const options = { pendingMax: 10_000, onFailure: console.error }
const dayMs = 86_400_000
const noon = Date.parse("2026-01-31T12:00:00.000Z")

function retentionSuite(name: string, open: () => Promise<OpenStore>) {
  describe(name, () => {
    test("[HIST8] what is older is gone from every page, what is not stays, and the counters say so", async () => {
      await using opened = await open()
      const rooms = [await aged(opened, [40, 30, 20, 5, 0]), await aged(opened, [1, 0]), await aged(opened, [90, 90])]
      const removed = await sweep(opened, 10)
      expect(removed).toEqual([5])
      expect(await Promise.all(rooms.map((roomId) => seqsOf(opened, roomId)))).toEqual([[4, 5], [1, 2], []])
      expect(await opened.store.counts()).toEqual({ rooms: 3, messages: 4 })
      expect((await granted(opened, { ...sending(rooms[2]!, "next"), at: noon })).message.seq).toBe(3)
      expect(await sweep(opened, 10)).toEqual([])
    })

    test("[HIST8] a since from before is answered as one that was never issued, one from behind is not, nor is 0", async () => {
      await using opened = await open()
      const roomId = await aged(opened, [40, 30, 20, 5, 0])
      await sweep(opened, 10)
      const since = async (since: number) => {
        const page = await granted(opened, { kind: "pageSince", roomId, epoch: undefined, since, limit: 200 })
        return [page.reset, page.messages.map(({ seq }) => seq), page.rev]
      }
      expect(await since(1)).toEqual([true, [4, 5], 5])
      expect(await since(2)).toEqual([true, [4, 5], 5])
      expect(await since(3)).toEqual([false, [4, 5], 5])
      expect(await since(4)).toEqual([false, [5], 5])
      expect(await since(0)).toEqual([false, [4, 5], 5])
    })

    test("[ROOM8] a room's owner keeps less than the server, or less than for ever; nobody keeps more", async () => {
      await using opened = await open()
      const [short, long, usual] = [
        await aged(opened, [40, 8, 0]),
        await aged(opened, [40, 8, 0]),
        await aged(opened, [40, 8, 0]),
      ]
      const update = (roomId: RoomId, keepDays: number) => {
        const actor = { userId: user("ann"), isKnown: true, isAdmin: false }
        const left = { name: undefined, topic: undefined, visibility: undefined }
        return granted(opened, { kind: "updateRoom", roomId, ...actor, ...left, keepDays } as never)
      }
      expect(await update(short, 7)).toMatchObject({ room: { id: short, keepDays: 7 }, isUnchanged: false })
      expect(await update(short, 7)).toMatchObject({ isUnchanged: true })
      await update(long, 100)
      expect(await sweep(opened, undefined)).toEqual([2])
      const seqs = () => Promise.all([short, long, usual].map((roomId) => seqsOf(opened, roomId)))
      expect(await seqs()).toEqual([[3], [1, 2, 3], [1, 2, 3]])
      expect(await sweep(opened, 30)).toEqual([2])
      expect(await seqs()).toEqual([[3], [2, 3], [2, 3]])
      const { room } = (await update(short, 0)) as unknown as { room: object }
      expect(room).not.toHaveProperty("keepDays")
      await granted(opened, { ...sending(short, "later"), at: noon + 10 * dayMs })
      expect(await sweep(opened, undefined, undefined, noon + 12 * dayMs)).toEqual([])
    })

    test("more than one step's worth goes, step by step, with a pause after each", async () => {
      await using opened = await open()
      const roomId = await aged(opened, Array(450).fill(20))
      const pauses: number[] = []
      expect(await sweep(opened, 10, async (ms) => void pauses.push(ms))).toEqual([450])
      expect(pauses.length).toBeGreaterThanOrEqual(3)
      expect(await seqsOf(opened, roomId)).toEqual([])
    })

    test("[HIST8] a step takes no more than its number, however many were deleted; what is deleted and not old stays", async () => {
      await using opened = await open()
      const roomId = await aged(opened, [...Array(7).fill(20), 0, 0])
      const page = await granted(opened, { kind: "pageBefore", roomId, before: undefined, limit: 200 } as never)
      const { messages } = page as unknown as { messages: { id: string; seq: number }[] }
      for (const { id, seq } of messages) {
        if (seq === 1 || seq === 9) continue
        await granted(opened, { kind: "delete", roomId, id, userId: user("ann"), at: noon } as never)
      }
      const steps: unknown[] = []
      const step = () => granted(opened, { kind: "removeOld", roomId, before: noon - dayMs, limit: 3 })
      for (let i = 0; i < 4; i++) steps.push(await step())
      expect(steps).toEqual([
        { messages: 3, hasMore: true },
        { messages: 3, hasMore: true },
        { messages: 1, hasMore: false },
        { messages: 0, hasMore: false },
      ])
      expect((await opened.store.counts()).messages).toBe(2)
      expect(await seqsOf(opened, roomId)).toEqual([9])
    })

    test("what was deleted before goes with its neighbours; a reply outlives what it answers", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await granted(opened, joining(roomId))
      const old = await granted(opened, { ...sending(roomId, "old"), at: noon - 20 * dayMs })
      const bad = await granted(opened, { ...sending(roomId, "bad"), at: noon - 20 * dayMs })
      const last = await granted(opened, { ...sending(roomId, "last old"), at: noon - 20 * dayMs })
      const reply = { ...sending(roomId, "an answer"), at: noon, replyTo: old.message.id }
      await granted(opened, reply as never)
      const remove = { kind: "delete", roomId, id: bad.message.id, userId: user("ann"), at: noon }
      await granted(opened, remove as never)
      await sweep(opened, 10)
      const page = await granted(opened, { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 200 })
      expect(page.messages.map(({ content }) => content)).toEqual(["an answer"])
      expect(last.message.seq).toBe(3)
      expect((await opened.store.counts()).messages).toBe(1)
    })
  })
}

retentionSuite("retention in memory", async () => {
  const store = new MemoryStore(options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
})

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

/** A room with a message of each age, in days before noon. */
async function aged(opened: OpenStore, ages: readonly number[]): Promise<RoomId> {
  const roomId = await roomWith(opened, 0)
  await granted(opened, joining(roomId))
  for (const days of ages) await granted(opened, { ...sending(roomId, `of ${days}`), at: noon - days * dayMs })
  return roomId
}

async function sweep(
  { store }: OpenStore,
  days: number | undefined,
  pause: (ms: number) => Promise<void> = async () => {},
  at = noon,
) {
  const removed: number[] = []
  const onFailure = (cause: unknown) => {
    throw cause
  }
  await new Retention({ store, days, now: () => at, pause, onFailure, onRemoved: (n) => removed.push(n) }).sweep()
  return removed
}

async function seqsOf(opened: OpenStore, roomId: RoomId): Promise<number[]> {
  const page = await granted(opened, { kind: "pageBefore", roomId, before: undefined, limit: 200 } as never)
  return (page as unknown as { messages: { seq: number }[] }).messages.map(({ seq }) => seq)
}
