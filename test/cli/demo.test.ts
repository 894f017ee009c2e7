import { expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { dirname } from "node:path"
import { startBots } from "../../src/cli/demo/bots.ts"
import { people, rooms } from "../../src/cli/demo/script.ts"
import { seed } from "../../src/cli/demo/seed.ts"
import { smalltalk } from "../../src/cli/demo/smalltalk.ts"
import { limits } from "../../src/contract/limits.ts"
import { OperatorError } from "../../src/observe/operator-error.ts"
import { startTestApp } from "../support/app.ts"
import { connect } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { sourceCommand, startProcess } from "../support/process.ts"

test("the demo has three rooms with a past and people in them, and is gone afterwards", async () => {
  await using demo = await startProcess({}, { command: [...sourceCommand, "demo"] })
  const folder = dirname(String(demo.summary["dataFile"]))
  expect(existsSync(folder)).toBe(true)

  await using client = await connect(demo.url)
  const listed = await client.ask("list_rooms", {})
  const rooms = listed.ok ? listed.rooms : []
  expect(rooms).toHaveLength(3)
  for (const { id, rev } of rooms) {
    expect(rev).toBeGreaterThan(5)
    await client.ask("join_room", { roomId: id, userId: "guest", username: "Guest" })
  }
  // They come in while the guest looks on, if they are not there yet.
  const people = async () => {
    const here = await Promise.all(rooms.map(({ id }) => client.ask("get_members", { roomId: id })))
    return here.map((answer) => (answer.ok ? answer.members.length : 0))
  }
  while ((await people()).some((count) => count < 4)) await client.until(() => true)

  expect(await demo.stop("SIGINT")).toBe(0)
  expect(existsSync(folder)).toBe(false)
})

test("a past that cannot be written is told in a sentence", async () => {
  using folder = temporaryFolder()
  const failure = await seed(folder.path, Date.now(), () => 0).catch((error) => error)
  expect(failure).toBeInstanceOf(OperatorError)
  expect(failure.message).toStartWith("The demo's rooms could not be written: only 0 MiB are free")
})

test("when their script is over the people go on talking, in every room", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const ending = new AbortController()
  await using client = await connect(app.url)
  // A new server has the first room already.
  for (const { name } of rooms.slice(1))
    await client.ask("create_room", { name, userId: "guest", visibility: "public" })
  const listed = await client.ask("list_rooms", {})
  const ids = new Map(listed.ok ? listed.rooms.map(({ id, name }) => [name, id]) : [])
  const here = rooms.map(({ name, live }) => ({ roomId: ids.get(name) ?? "", scripted: live.length }))
  for (const { roomId } of here) await client.ask("join_room", { roomId, userId: "guest", username: "Guest" })
  await startBots({ url: app.url, pauseMs: () => 1, typingMs: () => 0, signal: ending.signal })
  const said = (id: string) =>
    client.heard.filter(({ event, args }) => event === "message_received" && roomOf(args) === id)
  await client.until(() => here.every(({ roomId, scripted }) => said(roomId).length >= scripted + 8))
  ending.abort()
})

test("everybody who speaks is one of them, and no line is too long", () => {
  const lines = Object.values(smalltalk).flat(2)
  expect(Object.keys(smalltalk).sort()).toEqual(rooms.map(({ name }) => name).sort())
  for (const [by, text] of lines) {
    expect(Object.keys(people)).toContain(by)
    expect(text.length).toBeLessThan(limits.contentLengthMax)
  }
})

function roomOf([message]: readonly unknown[]): unknown {
  return (message as { roomId: string }).roomId
}
