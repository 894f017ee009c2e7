/** The raw client against servers that behave, and servers that do not. */
import { afterEach, expect, test } from "bun:test"
import type { Server, ServerWebSocket } from "bun"
import { Client } from "../../src/load/client.ts"

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

const nobody = { event: () => {}, closed: () => {} }
const open = '0{"sid":"x","pingInterval":25000,"pingTimeout":20000,"upgrades":[],"maxPayload":1000000}'

test("it connects, asks, is answered, and hears events in order with its answers", async () => {
  const heard: string[] = []
  const { url } = serve((socket, packet) => {
    if (packet === "40") socket.send('40{"sid":"y"}')
    if (packet.startsWith("42")) {
      socket.send('42["message_received",{"content":"héllo"}]')
      socket.send(`43${packet.slice(2, packet.indexOf("["))}[{"ok":true,"asked":${packet.slice(packet.indexOf("["))}}]`)
    }
  })
  const event = (bytes: Buffer, start: number, end: number) => void heard.push(bytes.toString("utf8", start, end))
  const client = await Client.connect(url, { ...nobody, event })

  const answers = await Promise.all(["a", "b"].map((name) => client.request("create_room", { name, userId: "ann" })))

  expect(answers).toEqual([
    { ok: true, asked: ["create_room", { name: "a", userId: "ann" }] },
    { ok: true, asked: ["create_room", { name: "b", userId: "ann" }] },
  ])
  expect(heard).toEqual(Array(2).fill('["message_received",{"content":"héllo"}]'))
  expect(client.unanswered).toBe(0)
  client.close()
})

test("it gives the handshake's auth, and answers a ping", async () => {
  const { url, packets } = serve((socket, packet) => {
    if (packet.startsWith("40")) {
      socket.send('40{"sid":"y"}')
      socket.send("2")
    }
    if (packet === "3") socket.send("43[]")
  })
  const client = await Client.connect(url, nobody, { auth: { token: "t" } })
  await until(() => packets.length === 2)
  expect(packets).toEqual(['40{"token":"t"}', "3"])
  client.close()
})

test("large packets go both ways", async () => {
  const large = "x".repeat(300_000)
  const { url } = serve((socket, packet) => {
    if (packet === "40") socket.send('40{"sid":"y"}')
    if (packet.startsWith("420")) socket.send(`430[${packet.slice(3)}]`)
  })
  const client = await Client.connect(url, nobody)
  expect(await client.request<unknown>("create_room", { name: large })).toEqual(["create_room", { name: large }])
  client.close()
})

test("a refused connection rejects with what the server said", async () => {
  const { url } = serve((socket) => socket.send('44{"message":"no"}'))
  await expect(Client.connect(url, nobody)).rejects.toThrow('The server refused: {"message":"no"}')
})

test("a server that is none rejects", async () => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello", { status: 404 }) })
  stops.push(() => server.stop(true))
  await expect(Client.connect(server.url.href, nobody)).rejects.toThrow("The server did not upgrade: HTTP/1.1 404")

  const port = server.port
  server.stop(true)
  await expect(Client.connect(`http://127.0.0.1:${port}`, nobody)).rejects.toThrow()
})

test("a server that never answers is given up", async () => {
  const { url, closed } = serve(() => {})
  await expect(Client.connect(url, nobody, { timeoutMs: 20 })).rejects.toThrow("The server did not answer in time.")
  await until(() => closed.length === 1)
})

test("when the connection is lost, the waiting request rejects, and it is told once", async () => {
  const reasons: string[] = []
  const { url } = serve((socket, packet) => {
    if (packet === "40") socket.send('40{"sid":"y"}')
    else socket.terminate()
  })
  const client = await Client.connect(url, { ...nobody, closed: (reason) => reasons.push(reason) })
  await expect(client.request("create_room", {})).rejects.toThrow("the connection was lost")
  await until(() => reasons.length > 0)
  expect(reasons).toEqual(["the connection was lost"])
})

test("a connection that ends with what lets it in is none", async () => {
  const reasons: string[] = []
  const { url } = serve((socket) => {
    socket.send('40{"sid":"y"}')
    socket.close()
  })
  const connecting = Client.connect(url, { ...nobody, closed: (reason) => reasons.push(reason) })
  await expect(connecting).rejects.toThrow("the server closed the connection")
  expect(reasons).toEqual([])
})

test("what is asked after an answer that came with the end is refused at once", async () => {
  const { url, packets } = serve((socket, packet) => {
    socket.send(packet === "40" ? '40{"sid":"y"}' : "430[1]")
    if (packet !== "40") socket.close()
  })
  const client = await Client.connect(url, nobody)

  const answers = (async () => [
    await client.request("list_rooms", {}),
    await client.request("list_rooms", {}, 60_000).catch(String),
  ])()

  expect(await answers).toEqual([1, "Disconnected: the server closed the connection"])
  expect(packets).toEqual(["40", '420["list_rooms",{}]'])
})

function serve(receive: (socket: ServerWebSocket<unknown>, packet: string) => void) {
  const packets: string[] = []
  const closed: number[] = []
  const server: Server<unknown> = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request, server) => (server.upgrade(request, { data: {} }) ? undefined : new Response("no")),
    websocket: {
      maxPayloadLength: 1_000_000,
      open: (socket) => void socket.send(open),
      message: (socket, packet) => {
        packets.push(String(packet))
        receive(socket, String(packet))
      },
      close: (_, code) => void closed.push(code),
    },
  })
  stops.push(() => server.stop(true))
  return { url: `http://127.0.0.1:${server.port}`, packets, closed }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => setImmediate(resolve))
}
