import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test"
import { randomUUID } from "node:crypto"
import { setImmediate as turn } from "node:timers/promises"
import type { RedisAdapter } from "@socket.io/redis-adapter"
import { Adapter } from "socket.io-adapter"
import type { Publisher } from "../../src/broadcast/channel.ts"
import { redisPublish } from "../../src/broadcast/redis.ts"
import { adapterSuite } from "./adapter-suite.ts"
import { heardBy, type Node, Peer, startNode } from "./node.ts"
import { RedisServer, redisIsInstalled } from "./redis-server.ts"

if (redisIsInstalled()) {
  const redis = new RedisServer()
  beforeAll(() => redis.start())
  afterAll(() => redis.stop())

  const open = (key: string = randomUUID(), url = redis.url, onError = fail, watch?: typeof counted): Node => {
    return startNode({ broadcasting: redisPublish({ url, key, onError }) }, watch)
  }

  adapterSuite("the Bun adapter under the Redis adapter", async () => open())

  describe("two servers that share a Redis", () => {
    const closing: (() => unknown)[] = []
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close()
    })

    const pair = async (url = redis.url, onError = fail): Promise<[Node, Node]> => {
      const key = randomUUID()
      const nodes: [Node, Node] = [open(key, url, onError, counted), open(key, url, onError, counted)]
      closing.push(...nodes.map((node) => node.close))
      await areOne(...nodes)
      published = 0
      return nodes
    }
    const join = async (node: Node): Promise<Peer> => {
      const peer = await Peer.connect(node)
      closing.push(() => peer.client.disconnect())
      await peer.server.join("room")
      return peer
    }

    test("500 broadcasts reach the other server's members in order, each with one publish there", async () => {
      const [here, there] = await pair()
      const [near, far, alsoFar] = [await join(here), await join(there), await join(there)]
      const numbers = Array.from({ length: 500 }, (_, index) => ["number", index])

      for (const [event, index] of numbers) here.io.to("room").emit(String(event), index)
      await Promise.all([far, alsoFar].map((peer) => peer.hears("number", 499)))

      expect(await heardBy(near, far, alsoFar)).toEqual([numbers, numbers, numbers])
      expect(published).toBe(500)
    })

    test("the sender is left out on its own server, nobody on the other", async () => {
      const [here, there] = await pair()
      const [sender, near, far] = [await join(here), await join(here), await join(there)]

      sender.server.to("room").emit("hello")
      await far.hears("hello")

      expect(await heardBy(sender, near, far)).toEqual([[], [["hello"]], [["hello"]]])
    })

    test("servers with another key hear nothing of it", async () => {
      const [[here, there], [stranger]] = [await pair(), await pair()]
      const [far, outsider] = [await join(there), await join(stranger)]

      here.io.to("room").emit("hello")
      await far.hears("hello")
      stranger.io.to("room").emit("of its own")

      expect(await heardBy(far, outsider)).toEqual([[["hello"]], [["of its own"]]])
    })

    test("what a server says just before it closes is heard", async () => {
      const [here, there] = await pair()
      const far = await join(there)

      for (let n = 0; n < 500; n++) here.io.to("room").emit("number", n)
      await here.close()

      await far.hears("number", 499)
      expect(far.heard).toHaveLength(500)
    })

    test("nothing is left to keep a process alive that has closed, also if Redis never answered", async () => {
      const script = `
        import { redisPublish } from "${import.meta.dir}/../../src/broadcast/redis.ts"
        const refused = Promise.withResolvers()
        const broadcasting = redisPublish({ url: "${new RedisServer().url}", key: "key", onError: refused.resolve })
        await refused.promise
        broadcasting.close()`
      const child = Bun.spawn([process.execPath, "-e", script], { stdout: "inherit", stderr: "inherit" })
      closing.push(() => child.kill())
      expect(await child.exited).toBe(0)
    })

    test("commands wait for Redis for as long as it takes", async () => {
      const [{ io }] = await pair()
      const { pubClient, subClient } = io.of("/").adapter as RedisAdapter
      for (const { options } of [pubClient, subClient]) expect(options.maxRetriesPerRequest).toBeNull()
    })

    test("broadcasts with acks gather the answers of both servers", async () => {
      const [here, there] = await pair()
      const [near, far] = [await join(here), await join(there)]
      near.client.on("ask", (answer) => answer("near"))
      far.client.on("ask", (answer) => answer("far"))

      const answers: string[] = await here.io.to("room").timeout(2_000).emitWithAck("ask")
      expect(answers.toSorted()).toEqual(["far", "near"])
    })

    test("the close of an unrelated server changes nothing", async () => {
      const [here, there] = await pair()
      const members = [await join(there), await join(there)]
      const { addAll, broadcast } = Adapter.prototype
      await startNode().close()
      expect(Adapter.prototype).toMatchObject({ addAll, broadcast })

      here.io.to("room").emit("hello")
      await Promise.all(members.map((peer) => peer.hears("hello")))
      expect(published).toBe(1)
    })

    test("without Redis each server still serves its own, and both are one again when it is back", async () => {
      const passing = new RedisServer()
      await passing.start()
      closing.push(() => passing.stop())
      const [here, there] = await pair(passing.url, () => {})
      const [near, alsoNear, far] = [await join(here), await join(here), await join(there)]

      await passing.stop()
      here.io.to("room").emit("while Redis is away")
      expect(await heardBy(near, alsoNear, far)).toEqual([[["while Redis is away"]], [["while Redis is away"]], []])

      await passing.start()
      await areOne(here, there)
      here.io.to("room").emit("back")
      await far.hears("back")
    })

    test("what is broadcast while a server reconnects reaches the other one afterwards, in order", async () => {
      const [here, there] = await pair(redis.url, () => {})
      const far = await join(there)

      const admin = new Bun.RedisClient(redis.url)
      closing.push(() => admin.close())
      expect(await admin.send("CLIENT", ["KILL", "TYPE", "normal", "SKIPME", "yes"])).toBe(2)
      for (const n of [1, 2, 3]) here.io.to("room").emit("kept", n)

      await far.hears("kept", 3)
      expect(far.heard).toEqual([1, 2, 3].map((n) => ["kept", n]))
    })

    test("a server whose Redis never answered closes without a complaint", async () => {
      const refused = Promise.withResolvers<Error>()
      const node = open(randomUUID(), new RedisServer().url, refused.resolve)
      const peer = await join(node)
      node.io.to("room").emit("hello")
      await heardBy(peer)

      expect((await refused.promise).message).toContain("ECONNREFUSED")
      peer.client.disconnect()
      await node.close()
      node.io.to("room").emit("too late")
      await turn()
    })
  })
}

let published = 0

function counted(publisher: Publisher): Publisher {
  const publish: Publisher["publish"] = (...args) => {
    published += 1
    return publisher.publish(...args)
  }
  return { publish }
}

async function areOne(...nodes: readonly Node[]): Promise<void> {
  for (const { io } of nodes) while ((await io.of("/").adapter.serverCount()) < nodes.length);
}

function fail(error: Error): void {
  throw error
}
