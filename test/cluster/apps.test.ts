/** Whole servers with sockets, in this process, over one store in memory and a bus that can be taken away. */
import { expect, test } from "bun:test"
import { startApp } from "../../src/app.ts"
import type { ServerId } from "../../src/cluster/news.ts"
import { oneOfSeveral } from "../../src/cluster/several.ts"
import { type Config, readConfig } from "../../src/config.ts"
import { limits } from "../../src/contract/limits.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { granted } from "../support/cast.ts"
import { connect, createRoom, everyTransport, joined, type TestClient } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { MemoryHub } from "../support/memory-bus.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"

test.each(everyTransport)("[NODE1] clients of different servers hear each other, by %s", async (...transports) => {
  await using servers = await startServers()
  const [here, there] = servers.urls
  const room = await createRoom(here)
  await using anna = await joined(here, room, "anna", transports)
  await using ben = await joined(there, room, "ben", transports)
  await anna.until(() => anna.payloads("user_joined").length === 1)
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      [anna, ben][n % 2]?.ask("send_message", {
        roomId: room.id,
        userId: n % 2 === 0 ? "anna" : "ben",
        content: `${n}`,
      }),
    ),
  )
  expect(answers.every((answer) => answer?.ok)).toBe(true)
  const upTo20 = Array.from({ length: 20 }, (_, index) => index + 1)
  for (const client of [anna, ben]) expect((await client.messages(20)).map(({ rev }) => rev)).toEqual(upTo20)
})

test("[NODE1] [MSG3] changes are heard at every server in their order, with what was done", async () => {
  await using servers = await startServers()
  const [here, there] = servers.urls
  const room = await createRoom(here)
  await using anna = await joined(here, room, "anna")
  await using ben = await joined(there, room, "ben")
  await using away = await joined(there, room, "away")
  const { id } = await sent(anna, room.id, "helo")
  await ben.until(() => ben.payloads("message_received").length === 1)
  const place = { roomId: room.id, id }
  const answers = await Promise.all([
    anna.ask("edit_message", { ...place, userId: "anna", content: "hello" }),
    ben.ask("react", { ...place, userId: "ben", emoji: "👍", isOn: true }),
    ben.ask("send_message", { roomId: room.id, userId: "ben", content: "yes", replyTo: id }),
  ])
  answers.push(await anna.ask("delete_message", { ...place, userId: "anna" }))
  expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true])
  for (const client of [anna, ben, away]) {
    await client.until(() => changesOf(client).length === 5)
    expect(changesOf(client).map(({ args }) => args[0].rev)).toEqual([1, 2, 3, 4, 5])
  }
  expect(changesOf(anna)).toEqual(changesOf(ben))
  const kinds = changesOf(ben).map(({ args }) => args[1]?.change)
  expect(kinds.toSorted()).toEqual(["delete", "edit", "react", undefined, undefined])
  for (const client of [anna, ben]) {
    const page = await client.ask("get_history", { roomId: room.id })
    expect(page.ok && page.messages.map(({ replyTo }) => replyTo?.isDeleted)).toEqual([true])
  }
})

test("[NODE3] [MSG3] what changed while Redis was away is found: the last of several changes, and what was sent as new", async () => {
  await using servers = await startServers()
  const [here, there] = servers.urls
  const room = await createRoom(here)
  await using anna = await joined(here, room, "anna")
  await using ben = await joined(there, room, "ben")
  const first = await sent(anna, room.id, "one")
  await ben.until(() => ben.payloads("message_received").length === 1)
  servers.hub.isUp = false
  const edit = (id: string, content: string) =>
    anna.ask("edit_message", { roomId: room.id, userId: "anna", id, content })
  await edit(first.id, "two")
  await edit(first.id, "three")
  const second = await sent(anna, room.id, "new")
  await edit(second.id, "new and edited")
  const gone = await sent(anna, room.id, "gone")
  await anna.ask("delete_message", { roomId: room.id, userId: "anna", id: gone.id })

  await ben.until(() => changesOf(ben).at(-1)?.args[0].rev === 7)
  // How many of the changes are seen one by one is a matter of time; where each begins and ends is not.
  const of = (id: string) => changesOf(ben).flatMap(({ event, args }) => (args[0].id === id ? [[event, args]] : []))
  const lastOf = (id: string) => changesOf(ben).findLast(({ args }) => args[0].id === id)?.args
  expect(lastOf(first.id)).toEqual([expect.objectContaining({ content: "three" }), { change: "edit", userId: "anna" }])
  expect(of(second.id)[0]?.[0]).toBe("message_received")
  expect(lastOf(second.id)?.[0]).toMatchObject({ content: "new and edited" })
  expect(lastOf(gone.id)).toEqual([expect.objectContaining({ content: "" }), { change: "delete", userId: "anna" }])
})

test("[NODE5] what one server refuses for its rate, another still takes", async () => {
  await using servers = await startServers()
  const [here, there] = servers.urls
  const room = await createRoom(here)
  await using anna = await joined(here, room, "anna")
  await using again = await joined(there, room, "anna")
  const send = { roomId: room.id, userId: "anna", content: "x" }
  const answers = await Promise.all(
    Array.from({ length: limits.messageRate.atOnce + 5 }, () => anna.ask("send_message", send)),
  )
  expect(answers.filter((answer) => !answer.ok).map((answer) => !answer.ok && answer.error.code)).toContain(
    "ERR_RATE_LIMITED",
  )
  expect(await again.ask("send_message", send)).toMatchObject({ ok: true })
})

test("[NODE3] a server without Redis is ready, and says what it is without", async () => {
  await using servers = await startServers()
  const ready = async () => {
    const response = await fetch(`${servers.urls[0]}/readyz`)
    return [response.status, await response.json()]
  }
  expect(await ready()).toEqual([200, { status: "ready" }])
  servers.hub.isUp = false
  expect(await ready()).toEqual([200, { status: "ready", warnings: ["Redis is away."] }])
})

test("[NODE4] whom a server sends away comes back by itself", async () => {
  await using servers = await startServers()
  await using client = await connect(servers.urls[0])
  const lost = new Promise((resolve) => client.socket.once("disconnect", resolve))
  const back = new Promise<void>((resolve) => client.socket.once("connect", () => resolve()))
  servers.sendAway()
  expect(await lost).toBe("transport close")
  await back
})

test("[ACC11] an administrator is told of the server that they are connected to, and that several are one", async () => {
  await using servers = await startServers({ auth: "token", authSecret })
  const auth = { token: await tokenOf({ sub: "root", admin: true }) }
  await using here = await connect(servers.urls[0], ["websocket"], { auth })
  await using _ = await connect(servers.urls[0], ["websocket"], { auth })
  await using there = await connect(servers.urls[1], ["websocket"], { auth })
  await granted(there, "create_room", { name: "Garden" })
  await granted(there, "my_rooms", {})
  const of = async (client: TestClient) => (await granted(client, "get_server", {})).server
  expect(await of(here)).toMatchObject({ isOneOfSeveral: true, connections: 2, online: 0, rooms: 2 })
  expect(await of(there)).toMatchObject({ isOneOfSeveral: true, connections: 1, online: 1, rooms: 2 })
})

async function sent(client: TestClient, roomId: string, content: string) {
  const answer = await client.ask("send_message", { roomId, userId: "anna", content })
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.message
}

function changesOf(client: TestClient) {
  return client.heard.filter(({ event }) => event === "message_received" || event === "message_updated")
}

/** Two of them, with the clocks and timers that a process has. */
async function startServers(settings: Partial<Config> = {}) {
  const folder = temporaryFolder()
  const store = new MemoryStore({ pendingMax: 1_000, onFailure: (cause) => console.error(cause) })
  const hub = new MemoryHub()
  const elapsedMs = () => performance.now()
  const listeners: (() => void)[] = []
  const start = (name: string) =>
    startApp(
      { ...readConfig({ port: "0" }, {}), ...settings, dataDir: folder.path },
      {
        store,
        join: (shared) => {
          const cluster = oneOfSeveral({
            store: shared,
            server: name as ServerId,
            connect: hub.connect,
            elapsedMs,
            report: () => {},
            every: (ms, run) => {
              const timer = setInterval(run, ms)
              return () => clearInterval(timer)
            },
          })
          const begin: typeof cluster.begin = (listener) => {
            listeners.push(listener.sendAway)
            cluster.begin(listener)
          }
          return { ...cluster, begin }
        },
      },
    )
  const apps = [await start("one"), await start("two")] as const
  return {
    hub,
    urls: [apps[0].url, apps[1].url] as const,
    sendAway: () => {
      for (const sendAway of listeners) sendAway()
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(apps.map((app) => app.stop()))
      folder[Symbol.dispose]()
    },
  }
}
