import { expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { dirname } from "node:path"
import { createInterface } from "node:readline"
import { Readable } from "node:stream"
import { startBots } from "../../../src/cli/demo/bots.ts"
import { people, rooms } from "../../../src/cli/demo/script.ts"
import { seed } from "../../../src/cli/demo/seed.ts"
import { smalltalk } from "../../../src/cli/demo/smalltalk.ts"
import { limits } from "../../../src/contract/limits.ts"
import { OperatorError } from "../../../src/observe/operator-error.ts"
import { startTestApp } from "../../support/app.ts"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { sourceCommand } from "../../support/process.ts"

test("the demo has people with accounts in three rooms, and whoever opens its link is one of them; then it is gone", async () => {
  const child = Bun.spawn([...sourceCommand, "demo", "--port", "0"], { stdout: "pipe", stderr: "ignore" })
  const lines = createInterface({ input: Readable.fromWeb(child.stdout as never) })[Symbol.asyncIterator]()
  const next = async () => JSON.parse(String((await lines.next()).value))
  const { url, dataFile } = await next()
  const folder = dirname(dataFile)
  expect(existsSync(folder)).toBe(true)

  // They come in, and then say how one comes in oneself.
  const { signIn } = await next()
  const code = new URLSearchParams(new URL(signIn).hash.slice(1)).get("code")
  const headers = { "Content-Type": "application/json" }
  const redeemed = await fetch(`${url}/api/redeem`, { method: "POST", headers, body: JSON.stringify({ code }) })
  const { token, user } = (await redeemed.json()) as { token: string; user: { role: string } }
  expect(user).toMatchObject({ username: "You", role: "admin" })
  await using client = await connect(url, ["websocket"], { auth: { token } })
  const listed = await client.ask("list_rooms", {})
  const rooms = listed.ok ? listed.rooms : []
  expect(rooms).toHaveLength(3)
  for (const { id, rev, memberCount } of rooms) {
    expect([rev > 5, memberCount]).toEqual([true, 7])
    await client.ask("join_room", { roomId: id })
  }
  const mine = await client.ask("my_rooms", {})
  const found = mine.ok ? mine.rooms.map(({ name, visibility, unread }) => [name, visibility, unread]) : []
  expect(found).toContainEqual(["Surprise for Lina", "private", 3])
  expect(found).toContainEqual(["Direct", "direct", 1])

  child.kill("SIGINT")
  expect(await child.exited).toBe(0)
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
  // Some answer others, and some are cheered.
  const changes = () => client.heard.filter(({ event }) => event === "message_updated").map(({ args }) => args[1])
  await client.until(() => changes().length > 3)
  expect(changes()).toContainEqual({ change: "react", userId: "demo-ines", emoji: "😂", isOn: true })
  const heard = client.heard.filter(({ event }) => event === "message_received").map(({ args }) => args[0])
  const sentence = "That is mine, thank you! I was looking for it since Tuesday."
  expect(heard.find(({ content }) => content === sentence)?.replyTo?.excerpt).toStartWith("Somebody left a helmet")
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
