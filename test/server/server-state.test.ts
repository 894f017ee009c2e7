/** What administrators are told of the server that they are connected to. */
import { expect, test } from "bun:test"
import { describing } from "../../src/app/server-state.ts"
import { hourMs } from "../../src/contract/durations.ts"
import { limits } from "../../src/contract/limits.ts"
import { warningsOf } from "../../src/server/http/readiness.ts"
import { connectAs, startWithAdmin } from "../support/accounts.ts"
import type { TestClient } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"
import { temporaryFolder } from "../support/folder.ts"

const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

test("[ACC11] an administrator is told how the server is, and nothing of a room but how many there are", async () => {
  await using team = await startWithAdmin()
  const before = await serverOf(team.client)
  const { roomId, bob } = await secretIn(team)
  await using _ = bob
  const after = await serverOf(team.client)
  expect(after).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    startedAt: before.startedAt,
    isOneOfSeveral: false,
    connections: 2,
    online: 1,
    rooms: (before.rooms ?? 0) + 1,
    messages: (before.messages ?? 0) + 1,
    freeBytes: expect.any(Number),
    searchBehind: expect.any(Number),
    warnings: expect.any(Array),
  })
  expect(before).toMatchObject({ startedAt: timestamp, connections: 1, online: 0 })
  const told = JSON.stringify(after)
  for (const secret of [roomId, "Board", "A merger", "bob", team.app.dataDir]) expect(told).not.toContain(secret)
})

test("[ACC11] whoever is no administrator any more is told nothing", async () => {
  await using team = await startWithAdmin()
  const bob = await team.join("bob")
  await using client = connectAs(team.url, bob.token)
  const refused = { ok: false, error: { code: "ERR_FORBIDDEN" } }
  expect(await client.ask("get_server", {})).toMatchObject(refused)
  const change = (role: string) => team.client.ask("update_user", { targetId: bob.userId, role })
  await change("admin")
  expect(await client.ask("list_accounts", {})).toMatchObject({ ok: true })
  await serverOf(client)
  await change("member")
  expect(await client.ask("get_server", {})).toMatchObject(refused)
})

test("[ACC11] backups are told by their state, and not by their place", async () => {
  const { clock, pass } = stoppedClock()
  using folder = temporaryFolder()
  const backupDir = folder.path
  await using team = await startWithAdmin({ backupEvery: hourMs, backupDir }, clock)
  expect((await serverOf(team.client)).backups).toEqual({ latestAt: null, isLate: false })
  pass(2 * hourMs + 1)
  const { warnings } = (await (await fetch(`${team.url}/readyz`)).json()) as { readonly warnings: string[] }
  expect(warnings.join()).toContain(backupDir)
  const late = await serverOf(team.client)
  expect(late.backups).toEqual({ latestAt: null, isLate: true })
  expect(JSON.stringify(late)).not.toContain(backupDir)
})

test("[ACC11] what cannot be known is left out, and the reason is among the warnings", async () => {
  const latestAt = Date.UTC(2026, 0, 31, 12)
  let looks = 0
  const parts = {
    isOneOfSeveral: true,
    connections: () => 3,
    freeBytes: () => limits.diskWarningBytes - 0.5 - looks++,
    isDataInFolder: true,
    search: undefined,
    backups: { latestAt, isLate: false } as never,
    warnings: warningsOf,
    startedAt: latestAt,
  }
  const at = "2026-01-31T12:00:00.000Z"
  const common = {
    version: expect.any(String),
    startedAt: at,
    isOneOfSeveral: true,
    connections: 3,
    backups: { latestAt: at, isLate: false },
  }
  const full = {
    code: "disk",
    message: "511 MiB are free on the disk of the data; below 64 MiB nothing more is written.",
  } as const
  const away = { counts: () => Promise.reject(new Error("away")) }
  expect(await describing({ ...parts, store: away, isStoreUp: () => false })()).toEqual({
    ...common,
    freeBytes: limits.diskWarningBytes - 1,
    warnings: [{ code: "unreadable", message: "The data cannot be read." }, full],
  })
  expect(looks).toBe(1)
  const store = { counts: async () => ({ rooms: 2, messages: 5 }) }
  const elsewhere = { ...parts, store, isDataInFolder: false, backups: undefined }
  expect(await describing({ ...elsewhere, isStoreUp: () => false })()).toEqual({
    ...{ version: expect.any(String), startedAt: at, isOneOfSeveral: true, connections: 3, rooms: 2, messages: 5 },
    warnings: [{ code: "unwritable", message: "The store has just failed to write." }, full],
  })
  expect(await describing({ ...elsewhere, isStoreUp: () => true })()).toMatchObject({ warnings: [full] })
})

async function serverOf(client: TestClient) {
  const answer = await client.ask("get_server", {})
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.server
}

/** A room that the administrator is not in, and one who is there and has written. */
async function secretIn(team: Awaited<ReturnType<typeof startWithAdmin>>) {
  const bob = connectAs(team.url, (await team.join("bob")).token)
  const made = await bob.ask("create_room", { name: "Board", visibility: "private", topic: "A merger" })
  if (!made.ok) throw new Error(made.error.message)
  const roomId = made.room.id
  await bob.ask("join_room", { roomId })
  await bob.ask("send_message", { roomId, content: "A merger" })
  return { roomId, bob }
}
