/** Another program has the database open: the sqlite3 shell with a transaction that it forgot, a backup, an editor. */
import type { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { join } from "node:path"
import { setImmediate as turn } from "node:timers/promises"
import type { Command } from "../../src/chat/rules/rules.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { codeOf } from "../../src/observe/operator-error.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { temporaryFolder } from "../support/folder.ts"
import { newRoomId, user } from "../support/ids.ts"
import { granted, joining, type OpenStore, roomWith, sending } from "./store-suite.ts"

test("a batch waits for a lock without holding up the event loop, and goes on when it is let go", async () => {
  await using shared = sharedStore()
  const roomId = await roomWith(shared, 1)
  const order: string[] = []

  shared.other.run("BEGIN IMMEDIATE")
  const sent = granted(shared, sending(roomId, "second")).finally(() => order.push("sent"))
  for (let i = 0; i < 10; i++) await turn()
  order.push("ten turns")
  shared.other.run("COMMIT")

  expect((await sent).message.seq).toBe(2)
  expect(order).toEqual(["ten turns", "sent"])
})

test("[ERR1] a lock that is not let go fails what writes, and no page; afterwards the server works", async () => {
  await using shared = sharedStore()
  const roomId = await roomWith(shared, 1)
  const page = { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 200 } as const

  shared.other.run("BEGIN IMMEDIATE")
  const refusal = await granted(shared, sending(roomId, "second")).catch((error: unknown) => error)
  expect(refusal).toBeInstanceOf(ChatError)
  expect(refusal).toMatchObject({ code: "ERR_STORAGE", cause: { code: "SQLITE_BUSY" } })
  expect((await granted(shared, page)).rev).toBe(1)
  shared.other.run("COMMIT")

  expect((await granted(shared, sending(roomId, "second"))).message.seq).toBe(2)
  expect(shared.failures.map(codeOf)).toEqual(["SQLITE_BUSY"])
})

test("[ERR1] what reads is answered even in a batch that cannot be written: pages, and joins that change nothing", async () => {
  await using shared = sharedStore()
  const roomId = await roomWith(shared, 1)
  const settled = (command: Command) =>
    granted(shared, command).then(
      () => "granted",
      ({ code }) => code,
    )

  shared.other.run("BEGIN IMMEDIATE")
  const outcomes = [
    settled(sending(roomId, "second")),
    settled({ kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 200 }),
    settled(joining(roomId)),
    settled({ ...joining(roomId), username: "Annie" }),
    settled({ kind: "pageBefore", roomId, before: undefined, limit: 200 }),
  ]
  expect(await Promise.all(outcomes)).toEqual(["ERR_STORAGE", "granted", "granted", "ERR_STORAGE", "granted"])
  shared.other.run("COMMIT")

  const { messages } = (await granted(shared, joining(roomId))).page
  expect(messages.map(({ user, seq }) => [user.username, seq])).toEqual([["Ann", 1]])
})

test("[ERR1] nor is anybody refused who asks for what is so already: an edit, a reaction, a deletion, a profile", async () => {
  await using shared = sharedStore({ pendingMax: 20 })
  const roomId = await roomWith(shared, 1)
  const userId = user("ann")
  const [kept, gone] = [sending(roomId, "kept"), sending(roomId, "gone")]
  const on = ({ id }: typeof kept) => ({ roomId, userId, id, at: kept.at + 1 })
  const edit = (content: string, more = {}) => ({ kind: "edit", ...on(kept), content, ...more }) as const
  const react = (emoji: string, isOn: boolean) => ({ kind: "react", ...on(kept), emoji, isOn }) as const
  const profile = (username: string) => ({ kind: "updateProfile", userId, username, avatar: undefined, at: 0 }) as const
  const bob = { ...joining(roomId), userId: user("bob"), username: "Bob" }
  for (const command of [bob, kept, gone, react("👍", true), { kind: "delete", ...on(gone) } as const])
    await granted(shared, command)
  const asked: readonly (readonly [Command, string])[] = [
    [edit("kept"), "granted"],
    [edit("changed"), "ERR_STORAGE"],
    [edit("kept", { mentions: [user("bob")] }), "ERR_STORAGE"],
    [edit("kept", { mentionsRoom: true }), "ERR_STORAGE"],
    [react("👍", true), "granted"],
    [react("👍", false), "ERR_STORAGE"],
    [react("🎉", true), "ERR_STORAGE"],
    [react("🎉", false), "granted"],
    [{ kind: "delete", ...on(gone) }, "granted"],
    [{ kind: "delete", ...on(kept) }, "ERR_STORAGE"],
    [profile("Ann"), "granted"],
    [profile("Annie"), "ERR_STORAGE"],
    [joining(newRoomId()), "ERR_ROOM_NOT_FOUND"],
  ]

  shared.other.run("BEGIN IMMEDIATE")
  const outcomes = asked.map(([command]) =>
    granted(shared, command).then(
      () => "granted",
      ({ code }) => code,
    ),
  )
  expect(await Promise.all(outcomes)).toEqual(asked.map(([, outcome]) => outcome))
  shared.other.run("COMMIT")
})

test("while a batch waits, the queue takes no more than its bound", async () => {
  await using shared = sharedStore({ pendingMax: 3 })
  const roomId = await roomWith(shared, 1)

  shared.other.run("BEGIN IMMEDIATE")
  const accepted = [granted(shared, sending(roomId, "waits for the lock"))]
  await turn()
  await turn()
  for (let i = 0; i < 3; i++) accepted.push(granted(shared, sending(roomId, "waits in the queue")))
  expect(() => shared.store.submit(sending(roomId, "one too many"), () => {})).toThrow(
    expect.objectContaining({ code: "ERR_BUSY" }),
  )
  shared.other.run("COMMIT")

  const seqs = (await Promise.all(accepted)).map(({ message }) => message.seq)
  expect(seqs).toEqual([2, 3, 4, 5])
})

test("what another program writes between two batches does no harm", async () => {
  await using shared = sharedStore()
  const roomId = await roomWith(shared, 1)
  shared.other.run("UPDATE messages SET content = 'edited by hand'")
  expect((await granted(shared, sending(roomId, "second"))).message.seq).toBe(2)
  const { messages } = await granted(shared, { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 200 })
  expect(messages.map(({ content }) => content)).toEqual(["edited by hand", "second"])
})

interface SharedStore extends OpenStore {
  /** The other program's connection. */
  readonly other: Database
  readonly failures: unknown[]
}

function sharedStore({ pendingMax = 10 } = {}): SharedStore {
  const folder = temporaryFolder()
  const failures: unknown[] = []
  const store = openSqliteStore(folder.path, { pendingMax, onFailure: (cause) => failures.push(cause) })
  const other = openDatabase(join(folder.path, "warren.db"))
  return {
    store,
    other,
    failures,
    [Symbol.asyncDispose]: async () => {
      other.close()
      await store.close()
      folder[Symbol.dispose]()
    },
  }
}
