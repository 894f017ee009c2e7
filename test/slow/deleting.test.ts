/** What people deleted is in no log, in no answer and, once the server has stopped, in no file. */
import { expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { ClientEvent } from "../../src/contract/events.ts"
import { connect, createRoom, joined, type TestClient } from "../support/client.ts"
import { upload, uploaded } from "../support/files.ts"
import { temporaryFolder } from "../support/folder.ts"
import { startProcess } from "../support/process.ts"
import { until } from "../support/until.ts"

const run = crypto.randomUUID().replaceAll("-", "").slice(0, 12)
const secret = (what: string) => `${what}${run}`
const texts = ["said", "edited", "named", "refused", "unsent"].map(secret)
const everything = [...texts, "🦩"]

test("[DEL1] [FIND2] [FILE3] a deleted message, with all that hung on it, is in no log, no answer and no file", async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, "data")
  const log = Bun.file(join(folder.path, "server.log"))
  const environment = { DATA_DIR: dataDir, LOG_LEVEL: "debug" }
  await using app = await startProcess(environment, { stderr: log })
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  await using bob = await joined(app.url, room, "bob")
  const ask = (event: ClientEvent, payload: object) =>
    granted(ann, event, { roomId: room.id, userId: "ann", ...payload })
  /** Nothing while one has asked too often. */
  const found = async (query: string) => {
    const answer = await ann.ask("search_messages", { query, userId: "ann" })
    await Bun.sleep(answer.ok ? 100 : (answer.error.retryAfterMs ?? 0))
    return answer.ok ? answer.hits.length : undefined
  }

  const file = await uploaded(app.url, secret("bytes"), `${secret("named")}.txt`)
  const shown = { mentions: ["bob"], mentionsRoom: true, files: [{ id: file.id }] }
  const { message } = await ask("send_message", { content: secret("said"), ...shown })
  const answer = (await ask("send_message", { content: "an answer", replyTo: message.id })).message
  await ask("react", { id: message.id, emoji: "🦩", isOn: true })
  await until("it is found", async () => (await found(secret("said"))) === 1)
  await ask("edit_message", { id: message.id, content: secret("edited"), mentions: ["bob"] })
  await until("it is found by what it says now", async () => (await found(secret("edited"))) === 1)
  // What is refused is told of too, and must not say what it was.
  for (const content of [secret("refused").repeat(400), { text: secret("refused") }])
    await ann.ask("edit_message", { roomId: room.id, userId: "ann", id: message.id, content })
  await upload(app.url, "", { name: `${secret("unsent")}\u0000` })
  // Of this one the log tells.
  await upload(app.url, "bytes", { name: secret("unsent"), headers: { Origin: "http://elsewhere.example" } })

  await ask("delete_message", { id: message.id })
  await using cleo = await connect(app.url)
  const after: (number | undefined)[] = []
  await until(
    "it is searched for",
    async () => after.push(await found(secret("edited"))) > 0 && after.at(-1) !== undefined,
  )
  expect(after.at(-1)).toBe(0)
  const answers = [
    await ask("get_history", {}),
    await granted(cleo, "join_room", { roomId: room.id, userId: "cleo", username: "Cleo", since: 0 }),
    await granted(bob, "my_rooms", { userId: "bob" }),
    (await fetch(app.url + file.url)).status,
  ]
  expect(answers[0]).toMatchObject({ messages: [{ id: answer.id, replyTo: { excerpt: "", isDeleted: true } }] })
  expect(answers.at(-1)).toBe(404)
  expect(everything.filter((one) => JSON.stringify(answers).includes(one))).toEqual([])

  // What comes later is in the index by then, and so is that it was deleted.
  await ask("send_message", { content: `later${run}` })
  await until("the index has come so far", async () => (await found(`later${run}`)) === 1)
  await app.stop()
  const logged = await log.text()
  expect(logged).toContain("elsewhere.example")
  expect(everything.filter((one) => logged.includes(one))).toEqual([])
  const files = ["warren.db", "search.db"].filter((name) => readdirSync(dataDir).includes(name))
  expect(files).toHaveLength(2)
  const bytes = files.map((name) => readFileSync(join(dataDir, name), "utf8"))
  // The rows of files that nobody holds any more, or yet, go with a later sweep.
  const kept = everything.filter((one) => bytes.some((file) => file.includes(one)))
  expect(kept).toEqual(["named", "unsent"].map(secret))
}, 120_000)

async function granted(client: TestClient, event: ClientEvent, payload: object) {
  const answer = await client.ask(event, payload as never)
  if (!answer.ok) throw new Error(`${event}: ${answer.error.message}`)
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the fields it expects
  return answer as any
}
