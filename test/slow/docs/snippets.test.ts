/** The programs that the page shows do what the page says, against a real server. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { copyFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { io } from "socket.io-client"
import { limits } from "../../../src/contract/limits.ts"
import type { Message } from "../../../src/contract/messages.ts"
import completeRoom from "../../../src/docs/snippets/complete-room.ts.txt" with { type: "text" }
import firstClient from "../../../src/docs/snippets/first-client.ts.txt" with { type: "text" }
import firstClientWithToken from "../../../src/docs/snippets/first-client-token.ts.txt" with { type: "text" }
import signInClient from "../../../src/docs/snippets/sign-in.ts.txt" with { type: "text" }
import tokenClient from "../../../src/docs/snippets/token.ts.txt" with { type: "text" }
import { backUp } from "../../../src/store/sqlite/backup.ts"
import { connectAs, joinBy, startWithAdmin } from "../../support/accounts.ts"
import { startTestApp } from "../../support/app.ts"
import { createRoom, joined } from "../../support/client.ts"
import { png } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { freePort } from "../../support/port.ts"
import { type ServerProcess, startProcess } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"
import { until } from "../../support/until.ts"

/** What `complete-room.ts` exports, as far as it is used here. */
interface CompleteRoom {
  readonly messages: ReadonlyMap<string, Message>
  readonly unsent: ReadonlySet<unknown>
  rejoin(): object
  send(content: string): string
  edit(id: string, content: string): void
  delete(id: string): void
  react(id: string, emoji: string, isOn: boolean): void
}

const root = join(import.meta.dir, "../../..")
const folder = temporaryFolder()
let CompleteRoom: new (socket: unknown, me: object, changed: (refused?: unknown) => void) => CompleteRoom
beforeAll(async () => {
  await Bun.$`ln -s ${join(root, "node_modules")} ${join(folder.path, "node_modules")}`
  await Bun.write(join(folder.path, "complete-room.ts"), completeRoom)
  CompleteRoom = (await import(join(folder.path, "complete-room.ts"))).CompleteRoom
})
afterAll(() => folder[Symbol.dispose]())

test("the first client finds the public room and hears itself", async () => {
  await using app = await startTestApp()
  expect(await firstLineOf("first-client.ts", firstClient, app.url)).toBe("Ann: Hello!")
})

test("what the page says of TypeScript works in an empty folder, with the address of this server", async () => {
  await using app = await startTestApp()
  using project = temporaryFolder()
  const codes = (await (await fetch(`${app.url}/docs`)).text()).matchAll(/<code data-language="(\w+)">(.*?)<\/code>/gs)
  const [[, , commands = ""] = [], [, , program = ""] = []] = [...codes].map((code) => code.map(textOf))
  const [init, module, install, fetchTypes] = commands.split("\n")
  expect(install).toBe("npm install socket.io-client")
  // From a registry: the one installed here is the same.
  await Bun.$`ln -s ${join(root, "node_modules")} ${join(project.path, "node_modules")}`
  for (const command of [init, module]) await Bun.$`sh -c ${command}`.cwd(project.path).quiet()
  const [, file, address] = fetchTypes?.match(/^curl -o (\S+) (\S+)$/) ?? []
  await Bun.write(join(project.path, file ?? ""), await fetch(address ?? ""))
  await Bun.write(join(project.path, "chat.ts"), program)

  const tsc = Bun.$`node_modules/.bin/tsc --noEmit --strict --target esnext --module nodenext chat.ts`
  expect((await tsc.cwd(project.path).nothrow().quiet()).stdout.toString()).toBe("")
  expect(await firstLineOf("chat.ts", program, app.url)).toBe("Ann: Hello!")
  expect(program).toContain(`io("${app.url}")`)
}, 120_000)

test("[AUTH2] the first client of a server that asks for tokens needs nothing but one", async () => {
  await using app = await startTestApp({ auth: "token", authSecret })
  const program = firstClientWithToken.replace("paste it here", await tokenOf({ sub: "ann", name: "Ann" }))
  expect(program).not.toBe(firstClientWithToken)
  expect(await firstLineOf("first-client-token.ts", program, app.url)).toBe("Ann: Hello!")
})

test("[ACC2] what a page of a server with accounts says of signing in gives the token for its first client", async () => {
  await using served = await startWithAdmin()
  const signingIn = `import { io } from "socket.io-client"
    const askToSignIn = () => {}
    ${signInClient.replace(": Chat", "")}
    socket.on("connect", () => console.log(token))`
  const token = await firstLineOf("sign-in.ts", signingIn, served.url)
  const program = firstClientWithToken.replace("paste it here", token)
  expect(await firstLineOf("first-client-account.ts", program, served.url)).toBe("ann: Hello!")
})

test("[AUTH2] the client with a token is let in, and one whose token is not valid is told", async () => {
  await using app = await startTestApp({ auth: "token", authSecret })
  const tryWith = (token: string) =>
    firstLineOf(
      "token.ts",
      `import { io } from "socket.io-client"
      const freshToken = async () => ${JSON.stringify(token)}
      const askToSignIn = () => console.log("sign in")
      ${tokenClient.replace(": Chat", "")}
      socket.on("connect", () => console.log("let in"))`,
      app.url,
    )
  expect(await tryWith(await tokenOf({ sub: "ann" }))).toBe("let in")
  expect(await tryWith("no token")).toBe("sign in")
})

test.each(["token", "accounts"] as const)(
  "[FILE2] [JOIN7] the bot of docs/api.md answers a mention, and one that it missed, once, with AUTH=%s",
  async (auth) => {
    using data = temporaryFolder()
    const settings = { AUTH: auth, DATA_DIR: data.path, PORT: `${await freePort()}` }
    const environment = auth === "token" ? { ...settings, AUTH_SECRET: authSecret } : settings
    let server = await startProcess(environment)
    const { ann, helper } = await (auth === "token" ? byToken() : byAccount(server))
    const [, program = ""] =
      /## A bot\n[\s\S]*?```js\n([\s\S]*?)```/.exec(await Bun.file(join(root, "docs/api.md")).text()) ?? []
    expect(program.trim().split("\n").length).toBeLessThanOrEqual(44)
    await Bun.write(join(folder.path, "bot.mjs"), program)
    await Bun.write(join(folder.path, "picture.png"), png)
    const env = { ...process.env, WARREN_URL: server.url, TOKEN: helper.token }
    const bot = Bun.spawn([process.execPath, "bot.mjs"], {
      cwd: folder.path,
      env,
      stdout: "inherit",
      stderr: "inherit",
    })
    try {
      const heard: Message[] = []
      const socket = io(server.url, { auth: { token: ann.token }, forceNew: true })
      socket.on("message_received", (message) => heard.push(message))
      const { room } = await socket.emitWithAck("create_room", { name: "Work", visibility: "private" })
      await socket.emitWithAck("join_room", { roomId: room.id, username: "Ann" })
      const add = () => socket.emitWithAck("add_member", { roomId: room.id, targetId: helper.userId })
      await until("the bot is known and was added", async () => (await add()).ok)
      const here = async () => (await socket.emitWithAck("get_members", { roomId: room.id })).members.length
      await until("the bot is in the room", async () => (await here()) === 2)
      const ask = (content: string) =>
        socket.emitWithAck("send_message", { roomId: room.id, content, mentions: [helper.userId] })
      const answers = () => heard.filter(({ userId }) => userId === helper.userId)
      await ask("Where is it?")
      await until("it has answered", () => answers().length === 1)

      await server.stop("SIGKILL")
      server = await startProcess(environment)
      await until("it is back", () => socket.connected)
      await socket.emitWithAck("join_room", { roomId: room.id, username: "Ann" })
      // Whether the bot is back already or misses it.
      await ask("And now?")
      await until("it has answered again", () => answers().length === 2)
      expect(answers().map(({ content, replyTo, files }) => [content, replyTo?.excerpt, files?.length])).toEqual([
        ["Here it is.", "Where is it?", 1],
        ["Here it is.", "And now?", 1],
      ])
      socket.disconnect()
    } finally {
      bot.kill()
      await server.stop()
    }
  },
  120_000,
)

test("[SEND3] [HIST2] a complete room loses nothing and doubles nothing while the server is killed in mid-send", async () => {
  using data = temporaryFolder()
  // So much at once is more than the limits let pass.
  const environment = { DATA_DIR: data.path, PORT: `${await freePort()}`, RATE_LIMITS: "off" }
  let server = await startProcess(environment)
  const room = await createRoom(server.url)
  const [ann, bob] = ["ann", "bob"].map((userId) => open(server.url, room.id, userId)) as [Opened, Opened]

  const wanted: string[] = []
  const say = (count: number) => {
    for (let i = 0; i < count; i++) {
      for (const { complete } of [ann, bob]) {
        const content = `message ${wanted.length}`
        complete.send(content)
        wanted.push(content)
      }
    }
  }
  for (let round = 0; round < 4; round++) {
    say(15)
    await ann.until(() => ann.complete.messages.size > round * 50)
    say(10)
    expect(ann.complete.unsent.size).toBeGreaterThanOrEqual(10)
    await server.stop("SIGKILL")
    server = await startProcess(environment)
  }
  await Promise.all([ann, bob].map(({ until, complete }) => until(() => complete.messages.size === 200)))
  await Promise.all([ann, bob].map(({ until, complete }) => until(() => complete.unsent.size === 0)))

  for (const { complete, refused } of [ann, bob]) {
    const messages = [...complete.messages.values()].toSorted((a, b) => a.seq - b.seq)
    expect(messages.map(({ seq }) => seq)).toEqual(wanted.map((_, index) => index + 1))
    expect(messages.map(({ content }) => content).toSorted()).toEqual(wanted.toSorted())
    expect(refused).toEqual([])
  }
  for (const { socket } of [ann, bob]) socket.disconnect()
  await server.stop()
}, 120_000)

test("[MSG3] [HIST2] edits, deletions and reactions arrive through kills too, and who was away ends with the same room", async () => {
  using data = temporaryFolder()
  const environment = { DATA_DIR: data.path, PORT: `${await freePort()}`, RATE_LIMITS: "off" }
  let server = await startProcess(environment)
  const room = await createRoom(server.url)
  const [ann, bob, away] = ["ann", "bob", "cleo"].map((userId) => open(server.url, room.id, userId)) as Opened[]
  const ids = new Map(["ann", "bob"].map((userId) => [userId, [] as string[]]))
  const writers = [ann!, bob!].map((opened, index) => ({ ...opened, own: [...ids.values()][index]! }))

  const expected = new Map<string, { content: string; reactions: number }>()
  const act = ({ complete, own }: (typeof writers)[number], round: number) => {
    for (let i = 0; i < 12; i++) own.push(complete.send(`message ${round}.${i}`))
    const [edited, deleted, liked] = own.slice(-3) as [string, string, string]
    for (const id of own.slice(-12))
      expected.set(id, { content: `message ${round}.${own.indexOf(id) % 12}`, reactions: 0 })
    for (const text of ["first", "second"]) complete.edit(edited, `${text} ${round}`)
    complete.delete(deleted)
    for (const isOn of [true, false, true]) complete.react(liked, "👍", isOn)
    expected.set(edited, { content: `second ${round}`, reactions: 0 })
    expected.delete(deleted)
    expected.get(liked)!.reactions = 1
  }
  await away!.until(() => away!.complete.unsent.size === 0)
  for (let round = 0; round < 3; round++) {
    if (round === 1) away!.socket.disconnect()
    for (const writer of writers) act(writer, round)
    await ann!.until(() => ann!.complete.messages.size >= round * 22 + 8)
    await server.stop("SIGKILL")
    server = await startProcess(environment)
  }
  await Promise.all(writers.map(({ until, complete }) => until(() => complete.unsent.size === 0)))
  away!.socket.connect()
  const everybody = [ann!, bob!, away!]
  const isDone = ({ complete }: Opened) => Bun.deepEquals(seenIn(complete), expected)
  await Promise.all(everybody.map((opened) => opened.until(() => isDone(opened))))
  expect(everybody.map(({ refused }) => refused)).toEqual([[], [], []])
  // What is one's own is told by pages only, and who has which of those is up to the kills.
  const shared = (name: string, value: unknown) => (name === "isMine" ? undefined : value)
  const orders = everybody.map(({ complete }) => {
    const inOrder = [...complete.messages.values()].toSorted((a, b) => a.seq - b.seq)
    return JSON.parse(JSON.stringify(inOrder, shared)) as Message[]
  })
  expect(orders[1]).toEqual(orders[0]!)
  expect(orders[2]).toEqual(orders[0]!)
  for (const { socket } of everybody) socket.disconnect()
  await server.stop()
}, 120_000)

test("[SEQ1] [HIST3] a complete room that misses a live event notices at the next one, and fetches it", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using bob = await joined(app.url, room, "bob")
  const ann = open(app.url, room.id, "ann")
  const say = (content: string) => bob.ask("send_message", { roomId: room.id, userId: "bob", content })
  await say("one")
  await ann.until(() => ann.complete.messages.size === 1)

  const listeners = ann.socket.listeners("message_received")
  ann.socket.off("message_received")
  await say("missed")
  for (const listener of listeners) ann.socket.on("message_received", listener)
  await say("three")
  await ann.until(() => ann.complete.messages.size === 3)
  expect([...ann.complete.messages.values()].map(({ content }) => content)).toEqual(["one", "missed", "three"])
  ann.socket.disconnect()
})

test("[HIST2] a complete room that was away for more than a page catches up with all of it", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const room = await createRoom(app.url)
  await using bob = await joined(app.url, room, "bob")
  const ann = open(app.url, room.id, "ann")
  bob.socket.emit("send_message", { roomId: room.id, userId: "bob", content: "before" })
  await ann.until(() => ann.complete.messages.size === 1)
  ann.socket.disconnect()
  const missed = Array.from({ length: 450 }, (_, i) => ({ roomId: room.id, userId: "bob", content: `missed ${i}` }))
  await Promise.all(missed.map((message) => bob.ask("send_message", message)))

  ann.socket.connect()
  await ann.until(() => ann.complete.messages.size === 451)
  ann.socket.disconnect()
})

test("[LIM1] a complete room that sends too fast is held up, and keeps its order", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const ann = open(app.url, room.id, "ann")
  const contents = Array.from({ length: limits.messageRate.atOnce + 3 }, (_, i) => `message ${i}`)
  for (const content of contents) ann.complete.send(content)
  await ann.until(() => ann.complete.unsent.size === 0)

  const messages = [...ann.complete.messages.values()].toSorted((a, b) => a.seq - b.seq)
  expect(messages.map(({ content }) => content)).toEqual(contents)
  expect(ann.refused).toEqual([])
  ann.socket.disconnect()
})

test("[JOIN7] what is written offline meets its room, behind its rejoin", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const ann = open(app.url, room.id, "ann")
  const packets: string[] = []
  ann.socket.onAnyOutgoing((event) => packets.push(event))
  for (const content of ["one", "two"]) ann.complete.send(content)
  await ann.until(() => ann.complete.messages.size === 2 && ann.complete.unsent.size === 0)
  ann.socket.disconnect()
  for (const content of ["three", "four"]) ann.complete.send(content)
  ann.socket.connect()
  await ann.until(() => ann.complete.messages.size === 4)
  expect([...ann.complete.messages.values()].map(({ content }) => content)).toEqual(["one", "two", "three", "four"])
  expect(packets).toEqual(Array(4).fill("send_message"))
  expect(ann.refused).toEqual([])
  ann.socket.disconnect()
})

test("a complete room that comes to an open connection joins, and joins again by itself after a refusal that passes", async () => {
  await using app = await startTestApp()
  const [room, other] = [await createRoom(app.url), await createRoom(app.url)]
  const socket = io(app.url, { transports: ["websocket"], forceNew: true })
  await new Promise<void>((resolve) => socket.once("connect", resolve))
  const me = { roomId: room.id, userId: "ann", username: "Ann" }
  // No join is left for the room itself, at first.
  for (let i = 0; i < limits.joinRate.atOnce; i++) socket.emit("join_room", { ...me, roomId: other.id })
  const { promise, resolve } = Promise.withResolvers<void>()
  const complete = new CompleteRoom(socket, me, () => complete?.messages.size === 1 && resolve())
  complete.send("held")
  await promise
  socket.disconnect()
})

test("[HIST7] a complete room of a server that was restored starts over, and still sends what was written", async () => {
  using data = temporaryFolder()
  const [file, copy] = [join(data.path, "warren.db"), join(data.path, "copy")]
  const config = { dataDir: data.path, port: await freePort() }
  const app = await startTestApp(config)
  const room = await createRoom(app.url)
  const ann = open(app.url, room.id, "ann")
  ann.complete.send("kept")
  await ann.until(() => ann.complete.unsent.size === 0)
  await backUp({ dataDir: data.path, file: copy, signal: new AbortController().signal, onProgress: () => {} })
  ann.complete.send("taken back")
  await ann.until(() => ann.complete.messages.size === 2 && ann.complete.unsent.size === 0)
  ann.socket.disconnect()
  await app.stop()
  for (const suffix of ["", "-wal", "-shm"]) rmSync(file + suffix, { force: true })
  copyFileSync(copy, file)

  await using restored = await startTestApp(config)
  await using bob = await joined(restored.url, room, "bob")
  // The number that Ann knows is issued again: only the epoch tells the two lives apart.
  for (const content of ["2", "3"]) await bob.ask("send_message", { roomId: room.id, userId: "bob", content })
  ann.complete.send("written offline")
  ann.socket.connect()
  await ann.until(() => ann.complete.unsent.size === 0)
  expect([...ann.complete.messages.values()].map(({ content }) => content)).toEqual([
    "kept",
    "2",
    "3",
    "written offline",
  ])
  ann.socket.disconnect()
})

test("a complete room tells what is refused for good, and does not try it again", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  const ann = open(app.url, room.id, "ann")
  ann.complete.send("x".repeat(4_001))
  await ann.until(() => ann.refused.length > 0)
  expect(ann.refused).toMatchObject([{ code: "ERR_VALIDATION", field: "content" }])
  expect(ann.complete.unsent.size).toBe(0)

  const lost = open(app.url, crypto.randomUUID(), "ann")
  await lost.until(() => lost.refused.length > 0)
  expect(lost.refused).toMatchObject([{ code: "ERR_ROOM_NOT_FOUND" }])
  for (const { socket } of [ann, lost]) socket.disconnect()
})

/** What each message says, and how many reacted to it. */
function seenIn({ messages }: CompleteRoom) {
  const seen = [...messages.values()].map(({ id, content, reactions = [] }) => {
    return [id, { content, reactions: reactions.reduce((sum, { count }) => sum + count, 0) }] as const
  })
  return new Map(seen)
}

/** What a browser shows of a piece of HTML. */
function textOf(piece: string): string {
  const text = piece.replace(/<[^>]*>/g, "")
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
}

/** Runs a program against the server until it has printed a line. */
interface Person {
  readonly userId: string
  readonly token: string
}

async function byToken(): Promise<{ readonly ann: Person; readonly helper: Person }> {
  const named = async (userId: string, name: string) => ({ userId, token: await tokenOf({ sub: userId, name }) })
  return { ann: await named("ann", "Ann"), helper: await named("helper", "Helper") }
}

async function byAccount({ url, summary }: ServerProcess): Promise<{ readonly ann: Person; readonly helper: Person }> {
  const ann = await joinBy(url, (summary["setupLink"] as { url: string }).url, "ann")
  await using admin = connectAs(url, ann.token)
  const answer = await admin.ask("create_invite", { uses: 1 })
  if (!answer.ok) throw new Error(answer.error.message)
  return { ann, helper: await joinBy(url, answer.invite.url, "helper") }
}

async function firstLineOf(name: string, program: string, url: string): Promise<string> {
  const path = join(folder.path, name)
  await Bun.write(path, program.replaceAll("http://localhost:3000", url))
  const client = Bun.spawn([process.execPath, path], { stdout: "pipe", stderr: "inherit" })
  let printed = ""
  for await (const chunk of client.stdout) {
    printed += new TextDecoder().decode(chunk)
    if (printed.includes("\n")) break
  }
  client.kill()
  return printed.trimEnd()
}

type Opened = ReturnType<typeof open>

function open(url: string, roomId: string, userId: string) {
  const rooms: CompleteRoom[] = []
  const socket = io(url, {
    transports: ["websocket"],
    forceNew: true,
    auth: (give) => give({ rooms: rooms.map((room) => room.rejoin()) }),
    reconnectionDelay: 20,
    reconnectionDelayMax: 100,
  })
  const refused: unknown[] = []
  const waiting = new Set<() => void>()
  const complete = new CompleteRoom(socket, { roomId, userId, username: userId }, (error) => {
    if (error !== undefined) refused.push(error)
    for (const check of [...waiting]) check()
  })
  rooms.push(complete)
  /** Resolves once the condition holds; it is asked again after each change. */
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!condition()) return
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  return { socket, complete, refused, until }
}
