/**
 * What Socket.IO promises of a broadcast, as tests that run on any adapter.
 *
 * That a socket hears nothing is asserted behind a fence: a direct emit to it,
 * which no earlier packet can overtake, as the first tests here establish.
 */
import { afterEach, describe, expect, test } from "bun:test"
import type { Socket } from "socket.io"
import { heardBy, type Node, Peer, RawWebsocket, type Transport } from "./node.ts"

const transports = ["websocket", "polling", "upgraded"] as const satisfies readonly Transport[]

export function adapterSuite(name: string, open: () => Promise<Node>): void {
  describe(name, () => {
    const closing: (() => unknown)[] = []
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close()
    })

    const start = async (): Promise<Node> => {
      const node = await open()
      closing.push(() => node.close())
      return node
    }
    const join = async (node: Node, transport: Transport, ...rooms: string[]): Promise<Peer> => {
      const peer = await Peer.connect(node, transport)
      closing.push(() => peer.client.disconnect())
      await peer.server.join(rooms)
      return peer
    }
    const joinAll = (node: Node, ...rooms: string[]): Promise<Peer[]> =>
      Promise.all(transports.map((transport) => join(node, transport, ...rooms)))
    const raw = async (node: Node, query = ""): Promise<RawWebsocket> => {
      const peer = new RawWebsocket(node, query)
      closing.push(() => peer.close())
      return peer.opened()
    }

    test("a room hears each broadcast once, on every transport, and nobody else does", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      const stranger = await join(node, "websocket", "elsewhere")

      node.io.to("room").emit("hello", { text: "wörld" })

      const heard = await heardBy(...members, stranger)
      expect(heard).toEqual([...members.map(() => [["hello", { text: "wörld" }]]), []])
    })

    test("broadcasts and direct emits arrive in the order sent, whatever their size", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      const sizes = Array.from({ length: 300 }, (_, index) => (index % 50 === 0 ? 100_000 : index))

      for (const [index, size] of sizes.entries()) {
        const sends = [
          () => node.io.to("room").emit("event", index, "x".repeat(size)),
          () => node.io.emit("event", index, "x".repeat(size)),
          () => members.map(({ server }) => server.emit("event", index, "x".repeat(size))),
          () => members.map(({ server }) => node.io.to(server.id).emit("event", index, "x".repeat(size))),
        ]
        sends[index % sends.length]!()
      }

      for (const heard of await heardBy(...members)) {
        expect(heard.map(([, index, text]) => [index, String(text).length])).toEqual(sizes.map((size, i) => [i, size]))
      }
    })

    test("what a request leads to arrives in order, the sender's own broadcast before its answer", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      for (const { server } of members) {
        server.on("say", (text: string, ack: () => void) => {
          node.io.to("room").emit("said", text)
          ack()
        })
      }

      for (const { client, heard } of members) {
        for (const n of [1, 2, 3]) client.emit("say", n, () => heard.push(["answered", n]))
      }
      for (const { client } of members) await client.emitWithAck("say", "last")

      for (const [index, heard] of (await heardBy(...members)).entries()) {
        const own = heard.findIndex(([event]) => event === "answered")
        expect(heard.filter(([event]) => event === "answered")).toEqual([1, 2, 3].map((n) => ["answered", n]))
        expect(heard.filter(([event]) => event === "said")).toHaveLength(12)
        expect({ index, before: heard[own - 1] }).toEqual({ index, before: ["said", 1] })
      }
    })

    test("socket.to(room) leaves out the sender only, in the room or not", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      const stranger = await join(node, "websocket")

      for (const [index, sender] of [...members, stranger].entries()) sender.server.to("room").emit("from", index)

      const heard = await heardBy(...members, stranger)
      const others = (self: number) => [0, 1, 2, 3].filter((index) => index !== self).map((index) => ["from", index])
      expect(heard).toEqual([others(0), others(1), others(2), []])
    })

    test("socket.broadcast reaches the whole namespace but the sender", async () => {
      const node = await start()
      const peers = await joinAll(node)

      for (const [index, peer] of peers.entries()) peer.server.broadcast.emit("from", index)

      expect(await heardBy(...peers)).toEqual([
        [
          ["from", 1],
          ["from", 2],
        ],
        [
          ["from", 0],
          ["from", 2],
        ],
        [
          ["from", 0],
          ["from", 1],
        ],
      ])
    })

    test("except leaves out the members of other rooms, also several of them and overlapping ones", async () => {
      const node = await start()
      const plain = await joinAll(node, "room")
      const muted = await joinAll(node, "room", "muted")
      const away = await joinAll(node, "room", "muted", "away")
      const outside = await join(node, "websocket", "muted")

      node.io.to("room").except("muted").emit("not to muted")
      node.io.to("room").except(["muted", "away"]).emit("to neither")
      node.io.to("room").except("nobody is here").emit("to all")
      node.io.except("away").emit("everyone but away")
      node.io.to("room").emit("after")

      const [inRoom, inMuted, inAway, others] = [
        await heardBy(...plain),
        await heardBy(...muted),
        await heardBy(...away),
        await heardBy(outside),
      ]
      const events = (...names: string[]) => names.map((event) => [event])
      for (const heard of inRoom) {
        expect(heard).toEqual(events("not to muted", "to neither", "to all", "everyone but away", "after"))
      }
      for (const heard of inMuted) expect(heard).toEqual(events("to all", "everyone but away", "after"))
      for (const heard of inAway) expect(heard).toEqual(events("to all", "after"))
      expect(others).toEqual([events("everyone but away")])
    })

    test("a broadcast to several rooms reaches each member once", async () => {
      const node = await start()
      const both = await joinAll(node, "a", "b")
      const [onlyA, onlyB] = [await join(node, "websocket", "a"), await join(node, "polling", "b")]
      const neither = await join(node, "websocket", "c")

      node.io.to("a").to("b").to("no such room").emit("hello")

      const heard = await heardBy(...both, onlyA, onlyB, neither)
      expect(heard).toEqual([...[...both, onlyA, onlyB].map(() => [["hello"]]), []])
    })

    test("io.emit reaches everyone, also a socket that left its own room", async () => {
      const node = await start()
      const peers = await joinAll(node)
      for (const { server } of peers) await server.leave(server.id)

      node.io.emit("hello")

      expect(await heardBy(...peers)).toEqual(peers.map(() => [["hello"]]))
    })

    test("a room named like a socket reaches that socket, and whoever joined it", async () => {
      const node = await start()
      const [owner, guest] = [await join(node, "websocket"), await join(node, "websocket")]

      node.io.to(owner.server.id).emit("alone")
      await guest.server.join(owner.server.id)
      node.io.to(owner.server.id).emit("with a guest")
      node.io.except(owner.server.id).emit("to neither")
      await guest.server.leave(owner.server.id)
      node.io.to(owner.server.id).emit("alone again")

      expect(await heardBy(owner, guest)).toEqual([[["alone"], ["with a guest"], ["alone again"]], [["with a guest"]]])
    })

    test("a room of one reaches its one, unless that is left out", async () => {
      const node = await start()
      const [alone, other] = [await join(node, "websocket", "alone", "muted"), await join(node, "websocket")]

      node.io.to("alone").emit("to one")
      node.io.to("alone").except("muted").emit("to nobody")
      alone.server.to("alone").emit("to nobody else")
      node.io.to("alone").volatile.emit("to one, who reads")
      node.io.to("alone").emit("binary", Buffer.from([1]))
      await alone.server.leave("alone")
      node.io.to("alone").emit("to nobody any more")

      const heard = [["to one"], ["to one, who reads"], ["binary", Buffer.from([1])]]
      expect(await heardBy(alone, other)).toEqual([heard, []])
    })

    test("rooms of the same name in two namespaces are two rooms", async () => {
      const node = await start()
      node.io.of("/other")
      const members = await joinAll(node, "room")
      const elsewhere = await Promise.all(members.map((member) => member.also("/other")))
      for (const { server } of elsewhere) await server.join("room")

      node.io.to("room").emit("here")
      node.io.of("/other").to("room").emit("there")
      node.io.of("/other").emit("everybody there")

      expect(await heardBy(...members)).toEqual(members.map(() => [["here"]]))
      expect(await heardBy(...elsewhere)).toEqual(members.map(() => [["there"], ["everybody there"]]))
    })

    test("odd room names are rooms of their own", async () => {
      const node = await start()
      const names = ["1", 1, "", "\ud800", "\ufffd", "a".repeat(10_000), "room\u0000", "room", "socket.io#1"]
      const pairs = names.map(() => Promise.all([join(node, "websocket"), join(node, "websocket")]))
      const peers = (await Promise.all(pairs)).map((pair, index) => ({ pair, name: names[index] as string }))
      for (const { pair, name } of peers) for (const { server } of pair) await server.join(name)

      for (const { name } of peers) node.io.to(name).emit("hello", names.indexOf(name))

      for (const [index, { pair }] of peers.entries()) {
        expect(await heardBy(...pair)).toEqual([[["hello", index]], [["hello", index]]])
      }
    })

    test("two servers of one process keep their rooms apart, also after one has closed", async () => {
      const [node, other] = [await start(), await open()]
      const [members, strangers] = [await joinAll(node, "room"), await joinAll(other, "room")]

      node.io.local.to("room").emit("hello")
      expect(await heardBy(...members, ...strangers)).toEqual([...members.map(() => [["hello"]]), [], [], []])

      await other.close()
      const late = await join(node, "websocket", "room")
      await members[0]!.server.leave("room")
      node.io.local.to("room").emit("again")
      expect(await heardBy(...members, late)).toEqual([
        [["hello"]],
        ...members.slice(1).map(() => [["hello"], ["again"]]),
        [["again"]],
      ])
    })

    test("a volatile broadcast reaches who can take it, and skips a poller between two polls", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      const [, poller] = members

      await heardBy(...members)
      poller!.server.emit("ends this poll")
      node.io.to("room").volatile.emit("volatile")
      node.io.to("room").emit("kept")

      expect(await heardBy(...members)).toEqual([
        [["volatile"], ["kept"]],
        [["ends this poll"], ["kept"]],
        [["volatile"], ["kept"]],
      ])
    })

    test("binary arguments arrive whole, in order, on every transport", async () => {
      const node = await start()
      const members = await joinAll(node, "room")

      node.io.to("room").emit("before")
      node.io.to("room").emit("binary", { image: Buffer.from([1, 2, 3]) }, new Uint8Array([4]))
      node.io.to("room").emit("after")

      for (const [before, binary, after] of await heardBy(...members)) {
        expect([before, after]).toEqual([["before"], ["after"]])
        const [, { image }, bytes] = binary as [string, { image: Uint8Array }, Uint8Array]
        expect([...new Uint8Array(image)].concat(...new Uint8Array(bytes))).toEqual([1, 2, 3, 4])
      }
    })

    test("a broadcast with acks collects one answer from each member, in order with other broadcasts", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      for (const [index, { client }] of members.entries()) client.on("ask", (answer) => answer(index))

      node.io.to("room").emit("before")
      const answers: number[] = await node.io.local.to("room").timeout(5_000).emitWithAck("ask")

      expect(answers.toSorted()).toEqual([0, 1, 2])
      for (const heard of await heardBy(...members)) expect(heard.map(([event]) => event)).toEqual(["before", "ask"])
    })

    test("outgoing listeners see every broadcast to their socket, whenever they were added", async () => {
      const node = await start()
      const seen: unknown[][] = []
      const members = await joinAll(node, "room")
      const listen = (...event: unknown[]) => seen.push(["late", ...event])

      node.io.to("room").emit("unseen")
      members[0]!.server.onAnyOutgoing(listen)
      members[1]!.server.prependAnyOutgoing(listen)
      node.io.to("room").emit("room", 1)
      node.io.emit("all", 2)
      members[0]!.server.offAnyOutgoing(listen)
      node.io.to("room").emit("once more", 3)
      members[0]!.server.onAnyOutgoing(listen)
      await members[0]!.server.join("elsewhere")
      node.io.to("room").emit("last", 4)

      const events = [
        ["room", 1],
        ["all", 2],
        ["once more", 3],
        ["last", 4],
      ]
      expect(await heardBy(...members)).toEqual(members.map(() => [["unseen"], ...events]))
      expect(seen.filter(([, event]) => event !== "fence")).toEqual([
        ["late", "room", 1],
        ["late", "room", 1],
        ["late", "all", 2],
        ["late", "all", 2],
        ["late", "once more", 3],
        ["late", "last", 4],
        ["late", "last", 4],
      ])
    })

    test("an outgoing listener added by middleware sees broadcasts too", async () => {
      const node = await start()
      const seen: unknown[][] = []
      node.io.use((socket, next) => {
        socket.onAnyOutgoing((...event) => seen.push(event))
        next()
      })
      const member = await join(node, "websocket", "room")
      await join(node, "websocket", "room")

      node.io.to("room").emit("hello", 1)

      expect(await heardBy(member)).toEqual([[["hello", 1]]])
      expect(seen.filter(([event]) => event === "hello")).toEqual([
        ["hello", 1],
        ["hello", 1],
      ])
    })

    test("a socket that middleware joins to a room hears it only once it is accepted", async () => {
      const node = await start()
      const [held, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      await join(node, "websocket", "room")
      await join(node, "websocket", "room")
      node.io.use(async (socket, next) => {
        await socket.join(["room", socket.id])
        held.resolve()
        await gate.promise
        next()
      })

      const peer = await raw(node)
      peer.send("40")
      await held.promise
      expect(node.io.of("/").adapter.rooms.get("room")?.size).toBe(3)
      node.io.to("room").emit("early")
      node.io.emit("early")
      gate.resolve()
      node.io.once("connection", () => node.io.to("room").emit("accepted"))
      expect(await peer.until("42")).toEqual([
        expect.stringMatching(/^0/),
        expect.stringMatching(/^40/),
        `42["accepted"]`,
      ])
    })

    test("a socket that middleware refuses hears nothing, though its connection stays open", async () => {
      const node = await start()
      node.io.of("/open")
      await join(node, "websocket", "room")
      node.io.use(async (socket, next) => {
        await socket.join("room")
        next(new Error("no"))
      })

      const peer = await raw(node)
      peer.send("40")
      expect(await peer.until("44")).toEqual([expect.stringMatching(/^0/), `44{"message":"no"}`])
      node.io.to("room").emit("unheard")
      node.io.emit("unheard")
      peer.send("40/open,")
      expect(await peer.until("40/open")).toHaveLength(1)
    })

    test("a kicked socket hears nothing more, while its connection lives on in another namespace", async () => {
      const node = await start()
      node.io.of("/other")
      const members = await joinAll(node, "room", "second")
      const elsewhere = await Promise.all(members.map((member) => member.also("/other")))
      const witnesses = await joinAll(node, "room", "second")
      for (const { server } of elsewhere) await server.join("room")

      for (const { server } of members) {
        node.io.to("room").emit("last words")
        server.disconnect()
      }
      node.io.to("room").emit("unheard")
      node.io.to("second").emit("unheard")
      node.io.emit("unheard")
      node.io.of("/other").to("room").emit("hello")

      expect(await heardBy(...elsewhere)).toEqual(elsewhere.map(() => [["hello"]]))
      expect(members.map(({ heard }) => heard.length)).toEqual([1, 2, 3])
      expect((await heardBy(...witnesses)).map((heard) => heard.length)).toEqual([6, 6, 6])
    })

    test("a kicked client that comes back over the same connection hears the rooms it joins again", async () => {
      const node = await start()
      node.io.of("/other")
      const members = await joinAll(node, "room")
      const witness = await join(node, "websocket", "room")
      for (const member of members) {
        await member.also("/other")
        const { conn } = member.server
        await member.kickedAndBack()
        expect(member.server.conn === conn).toBe(true)
      }

      node.io.to("room").emit("not in it yet")
      for (const { server } of members) await server.join("room")
      node.io.to("room").emit("back")

      expect(await heardBy(...members)).toEqual(members.map(() => [["back"]]))
      expect(await heardBy(witness)).toEqual([[["not in it yet"], ["back"]]])
    })

    test("leaving and rejoining in one tick misses exactly what was sent in between", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      const witness = await join(node, "websocket", "room")

      node.io.to("room").emit("before")
      for (const { server } of members) server.leave("room")
      node.io.to("room").emit("between")
      for (const { server } of members) server.join("room")
      node.io.to("room").emit("after")

      expect(await heardBy(...members)).toEqual(members.map(() => [["before"], ["after"]]))
      expect(await heardBy(witness)).toEqual([[["before"], ["between"], ["after"]]])
    })

    test("a room that was empty for a while is as good as new", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      for (const { server } of members) await server.leave("room")
      expect(node.io.of("/").adapter.rooms.has("room")).toBe(false)
      for (const { server } of members) await server.join("room")

      members[0]!.server.to("room").emit("hello")
      node.io
        .to("room")
        .except(members.map(({ server }) => server.id))
        .emit("to nobody")

      expect(await heardBy(...members)).toEqual([[], [["hello"]], [["hello"]]])
    })

    test("socketsJoin, socketsLeave and fetchSockets see the same rooms as broadcasts", async () => {
      const node = await start()
      const members = await joinAll(node, "room")

      node.io.local.in("room").socketsJoin("more")
      node.io.to("more").emit("joined")
      expect(await node.io.local.in("more").fetchSockets()).toHaveLength(3)
      node.io.local.in("room").socketsLeave("more")
      node.io.to("more").emit("left")

      expect(await heardBy(...members)).toEqual(members.map(() => [["joined"]]))
      expect(node.io.of("/").adapter.rooms.has("more")).toBe(false)
    })

    test("what was broadcast before a disconnect still arrives before it", async () => {
      const node = await start()
      const members = await Promise.all([join(node, "websocket", "room"), join(node, "upgraded", "room")])
      const gone = members.map(({ client }) => new Promise((resolve) => client.once("disconnect", resolve)))

      node.io.to("room").emit("last words")
      node.io.local.in("room").disconnectSockets(true)
      node.io.to("room").emit("unheard")

      expect(await Promise.all(gone)).toEqual(["io server disconnect", "io server disconnect"])
      expect(members.map(({ heard }) => heard)).toEqual([[["last words"]], [["last words"]]])
    })

    test("a member whose websocket has just died does not keep the others from hearing", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      const dying = await join(node, "websocket", "room")

      const { server } = dying
      server.conn.transport.close()
      node.io.to("room").emit("hello")
      server.to("room").emit("from the dead")

      expect(await heardBy(...members)).toEqual(members.map(() => [["hello"], ["from the dead"]]))
    })

    test("a join-room listener that broadcasts reaches the socket that joins", async () => {
      const node = await start()
      const members = await joinAll(node, "room")
      node.io.of("/").adapter.on("join-room", (room) => node.io.to(room).emit("joined", room))
      node.io.of("/").adapter.on("leave-room", (room) => node.io.to(room).emit("left", room))

      const [first] = members
      await first!.server.join(["second"])
      await members[1]!.server.join("second")
      await first!.server.leave("second")

      expect(await heardBy(...members)).toEqual([
        [
          ["joined", "second"],
          ["joined", "second"],
        ],
        [
          ["joined", "second"],
          ["left", "second"],
        ],
        [],
      ])
    })

    test("a broadcast to all from a join-room listener reaches the socket that is being accepted", async () => {
      const node = await start()
      const first = await join(node, "websocket")
      node.io.of("/").adapter.on("join-room", () => node.io.emit("somebody joined"))

      const newcomers = await joinAll(node)

      const events = (count: number) => Array.from({ length: count }, () => ["somebody joined"])
      const [before, ...others] = await heardBy(first, ...newcomers)
      expect(before).toEqual(events(3))
      expect(others.map((heard) => heard.length).toSorted()).toEqual([1, 2, 3])
    })

    test("two sockets of one connection in one namespace each hear, and each leave for themselves", async () => {
      const node = await start()
      const [waiting, accepted]: [(() => void)[], Socket[]] = [[], []]
      node.io.use((_socket, next) => {
        if (waiting.push(next) === 2) for (const accept of waiting) accept()
      })
      node.io.on("connection", (socket) => {
        socket.join("room")
        accepted.push(socket)
      })
      const peer = await raw(node)
      peer.send("40")
      peer.send("40")
      for (const _ of [1, 2]) await peer.until("40")
      expect(accepted).toHaveLength(2)

      node.io.to("room").emit("both")
      accepted[0]!.to("room").emit("one")
      accepted[0]!.leave("room")
      node.io.to("room").emit("the other")
      accepted[1]!.emit("fence")

      const frames = await peer.until(`42["fence"]`)
      expect(frames.filter((frame) => frame.startsWith("42"))).toEqual(
        ["both", "both", "one", "the other", "fence"].map((event) => `42["${event}"]`),
      )
    })

    test("a broadcast from an upgrade listener follows what waited for the upgrade", async () => {
      const node = await start()
      const connected = new Promise<Socket>((resolve) => node.io.once("connection", resolve))
      await join(node, "websocket", "room")
      await join(node, "websocket", "other")
      const poll = (body?: string) =>
        fetch(
          `${node.url}/socket.io/?EIO=4&transport=polling${query}`,
          body === undefined ? {} : { method: "POST", body },
        )
      let query = ""
      query = `&sid=${JSON.parse((await (await poll()).text()).slice(1)).sid}`
      const socketAccepted = new Promise<Socket>((resolve) => node.io.once("connection", resolve))
      await poll("40")
      const socket = await socketAccepted
      await connected
      expect(await (await poll()).text()).toStartWith("40")
      await socket.join("room")

      const lastPoll = poll()
      const ws = await raw(node, query)
      ws.send("2probe")
      await ws.until("3probe")
      expect(await (await lastPoll).text()).toBe("6")
      node.io.to("room").emit("waits")
      socket.conn.on("upgrade", () => {
        socket.join("other")
        node.io.to("other").emit("from the listener")
        node.io.to("room").emit("from the listener")
      })
      const upgraded = new Promise<void>((resolve) => socket.conn.once("upgrade", () => resolve()))
      ws.send("5")
      await upgraded
      node.io.to("room").emit("after")

      expect(await ws.until(`42["after"]`)).toEqual(
        ["waits", "from the listener", "from the listener", "after"].map((event) => `42["${event}"]`),
      )
    })

    test("25 sockets upgrade under a 1 kHz broadcast without a gap, a repetition or a reordering", async () => {
      const node = await start()
      let sent = 0
      node.io.on("connection", (socket) => {
        socket.join("room")
        socket.emit("joined at", sent)
      })
      const broadcasting = setInterval(() => node.io.to("room").emit("tick", ++sent), 1)
      closing.push(() => clearInterval(broadcasting))

      const peers = await Promise.all(Array.from({ length: 25 }, () => join(node, "upgraded")))
      const target = sent + 100
      while (sent < target) await new Promise((resolve) => setTimeout(resolve, 1))
      clearInterval(broadcasting)

      for (const [[, joinedAt], ...ticks] of (await heardBy(...peers)) as [unknown[], ...unknown[][]][]) {
        const expected = Array.from({ length: sent - Number(joinedAt) }, (_, index) => Number(joinedAt) + index + 1)
        expect(ticks.map(([, tick]) => tick)).toEqual(expected)
      }
    }, 120_000)
  })
}
