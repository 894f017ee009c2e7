import { describe, expect, test } from "bun:test"
import type { Join } from "../../src/chat/rules/rooms.ts"
import type { Kind } from "../../src/chat/rules/rules.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import { channelOf, type ServerId, write } from "../../src/cluster/news.ts"
import { ChatError } from "../../src/contract/errors.ts"
import type { Message } from "../../src/contract/messages.ts"
import { parseRequest } from "../../src/contract/parse.ts"
import { newMessageId, user } from "../support/ids.ts"
import { type Carry, faithfully, MemoryHub, notAtAll } from "../support/memory-bus.ts"
import { seededRandom } from "../support/random.ts"
import { Member, Server, settled, type Told } from "./servers.ts"
import { createRoom, LateStore, newStore, World } from "./world.ts"

const seeds = [1, 2, 3, 4, 5]

describe("[NODE1] several servers are one chat", () => {
  test.each(seeds)(
    "hints lost, doubled and reordered: every member hears every message once, in order (%d)",
    async (seed) => {
      const random = seededRandom(seed)
      const world = await World.open(3)
      world.hub.carry = carelessly(random)
      const members: Member[] = await world.joinEach()
      for (const server of world.servers) members.push(await world.join(server, `other at ${server.name}`))
      for (let round = 0; round < 20; round++) {
        const sends = members.filter(() => random() < 0.5).map((member) => world.send(member))
        // A sender is answered in his turn, which may need what has to be read.
        await Promise.all([...sends, world.pass(100)])
      }
      await world.pass(2_500)
      const last = members[0]?.revs.at(-1) ?? 0
      expect(last).toBeGreaterThan(20)
      for (const member of members) expect(member.revs).toEqual(upTo(last))
    },
  )

  test("hints lost, doubled and reordered in a crowd, which is told together what several write at once", async () => {
    const random = seededRandom(1)
    const world = await World.open(2)
    const crowd = await crowdIn(world)
    const there = await world.join(world.server(1), "there")
    world.hub.carry = carelessly(random)
    for (let round = 0; round < 10; round++) {
      const writers = [...crowd.slice(0, 4), there].filter(() => random() < 0.7)
      await Promise.all([...writers.map((member) => world.send(member)), world.pass(100)])
    }
    await world.pass(2_500)
    const last = there.revs.at(-1) ?? 0
    expect(last).toBeGreaterThan(20)
    for (const member of [...crowd, there]) expect(member.revs).toEqual(upTo(last))
  })

  test("[ACK1] [JOIN6] in a crowd nobody waits longer than its rest, and who comes and goes keeps their place", async () => {
    const store = newStore()
    const reads: Kind[] = []
    const submit: ChatStore["submit"] = (command, settle) => {
      reads.push(command.kind)
      store.submit(command, settle)
    }
    const counted: ChatStore = { submit, counts: () => store.counts(), close: () => store.close() }
    const world = await World.open(2, counted)
    const [anna, ben] = await crowdIn(world)
    const there = await world.join(world.server(1), "there")
    if (anna === undefined || ben === undefined) throw new Error("There is no crowd.")
    await settled()
    anna.told.length = 0
    reads.length = 0

    await Promise.all([world.send(anna), world.send(ben)])
    const told: string[] = []
    const answering = world.send(anna).then(() => told.push(`answered ${anna.revs.at(-1)}`))
    await settled()
    await world.send(there)
    there.leave()
    await settled()
    // Few are there, so those are told at once.
    expect([anna.revs, told, there.revs]).toEqual([[1, 2], [], [1, 2, 3, 4]])
    await world.server(0).pass(10)
    await answering
    expect([told, reads.filter((kind) => kind !== "send")]).toEqual([["answered 4"], []])
    expect(
      anna.told.map(({ event, args }) => (event === "message_received" ? (args[0] as Message).rev : event)),
    ).toEqual([1, 2, 3, 4, "user_left"])

    // Who joins does not wait for it, and nobody does when the server stops.
    const late = await world.join(world.server(0), "late")
    await world.server(0).pass(10)
    await Promise.all([world.send(anna), world.send(ben)])
    const waiting = [world.send(anna), world.send(ben)]
    await settled()
    expect(anna.revs.at(-1)).toBe(6)
    await world.join(world.server(0), "later")
    expect([late.revs, anna.revs.at(-1)]).toEqual([upTo(8), 8])
    await Promise.all(waiting)
    const last = Promise.all([world.send(anna), world.send(ben)])
    await settled()
    expect(anna.revs.at(-1)).toBe(8)
    world.server(0).cluster.hush()
    await world.server(0).cluster.store.close()
    await last
    expect(late.revs).toEqual(upTo(10))
  })

  test("a bus that carries nothing costs at most the time of a look at the store", async () => {
    const world = await World.open(2)
    world.hub.carry = notAtAll
    const [here, there] = await world.joinEach()
    await world.send(here)
    await world.pass(2_100)
    expect([here?.revs, there?.revs]).toEqual([[1], [1]])
  })

  test("a message that comes by the bus is told at once, and once", async () => {
    const world = await World.open(2)
    const [here, there] = await world.joinEach()
    await world.send(here)
    await settled()
    expect([here?.revs, there?.revs]).toEqual([[1], [1]])
    await world.pass(2_100)
    expect([here?.revs, there?.revs]).toEqual([[1], [1]])
  })

  test("a server without members of a room hears nothing of its messages", async () => {
    const heard: string[][] = []
    const hub = new MemoryHub()
    const { connect } = hub
    const listening: typeof connect = ({ onMessage, ...listener }) => {
      const mine: string[] = []
      heard.push(mine)
      const noting = (channel: string, text: string) => {
        mine.push(text)
        onMessage(channel, text)
      }
      return connect({ ...listener, onMessage: noting })
    }
    const world = await World.open(3, newStore(), Object.assign(hub, { connect: listening }))
    const [here, there] = await world.joinEach(2)
    for (const mine of heard) mine.length = 0
    for (let n = 0; n < 5; n++) await world.send(here)
    await world.pass(2_100)
    expect(there.revs).toEqual([1, 2, 3, 4, 5])
    // Who is online is said again and again, whatever happens.
    const kinds = () =>
      heard.map((mine) => {
        const all = mine.splice(0).map((text) => JSON.parse(text).said.kind)
        return all.filter((kind) => kind !== "online")
      })
    const five = Array(5).fill("changes")
    expect(kinds()).toEqual([five, five, []])
    there.leave()
    await world.pass(8_000)
    expect(kinds()).toEqual([["exited"], ["exited"], []])
    await Promise.all([world.send(here), world.send(here)])
    await settled()
    const [[together = ""] = []] = heard
    expect(JSON.parse(together).said.changes).toHaveLength(2)
    expect(kinds()).toEqual([["changes"], [], []])
  })

  test.each(seeds)(
    "[JOIN6] who joins while others write has every message once, in its page or live (%d)",
    async (seed) => {
      const random = seededRandom(seed)
      const world = await World.open(3)
      world.hub.carry = carelessly(random)
      const writers = await world.joinEach()
      const joining: Promise<Member>[] = []
      for (let round = 0; round < 30; round++) {
        const sends = writers.map((writer) => world.send(writer))
        joining.push(world.join(world.servers[round % 3], `late${round}`))
        await Promise.all([...sends, world.pass(100)])
      }
      const [late] = await Promise.all([Promise.all(joining), world.pass(100)])
      await world.pass(2_500)
      for (const member of late) {
        const [first = 0] = member.revs
        expect(member.revs).toEqual(upTo(90).slice(first - 1))
      }
      // The premise: some of them came in the middle.
      expect(new Set(late.map(({ told }) => told.length)).size).toBeGreaterThan(5)
    },
  )

  test("[JOIN6] what is told while a page is on its way belongs into it", async () => {
    const shared = newStore()
    const world = await World.open(2, shared)
    const late = new LateStore(shared)
    const slow = new Server("slow", late, world.hub)
    await slow.pass(50)
    const anna = await world.join(world.servers[0], "anna")
    const ben = await world.join(slow, "ben")
    late.isHolding = true
    const joining = world.join(slow, "carla")
    await settled()
    await world.send(anna)
    await settled()
    expect(ben.revs).toEqual([1])
    late.release()
    const carla = await joining
    await world.send(anna)
    await settled()
    expect([carla.revs, ben.revs]).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  test("what is said of another life of the data, by another version or by nobody is not heard", async () => {
    const world = await World.open(1)
    const [anna] = await world.joinEach()
    const written: string[] = []
    const { bus } = world.hub.connect({ onMessage: (_, text) => written.push(text), onUp: () => {}, onDown: () => {} })
    const channel = channelOf(world.roomId)
    await bus.subscribe(channel)
    const message = { ...(await sentBy(world, anna)), rev: 2, seq: 2 }
    await settled()
    const { epoch } = JSON.parse(written[0] ?? "")
    const letter = { server: "other" as ServerId, epoch, told: 0 }
    const said = { kind: "changes", changes: [{ message }] } as const
    for (const one of [said, { kind: "exited", userId: user("0"), reason: "leave" } as const])
      bus.publish(channel, write({ ...letter, epoch: "another", said: one }))
    bus.publish(channel, JSON.stringify({ ...letter, v: 2, said }))
    for (const text of ["what is this?", "null", '{"v":1}', JSON.stringify({ ...letter, v: 1, said: "changes" })])
      bus.publish(channel, text)
    await settled()
    expect(anna.revs).toEqual([1])
    bus.publish(channel, write({ ...letter, said }))
    await settled()
    expect(anna.revs).toEqual([1, 2])
  })

  test("[JOIN6] what others change while a page is read is part of it, and is not told again", async () => {
    const store = new LateReader()
    const world = await World.open(2, store)
    world.hub.carry = notAtAll
    const here = await world.join(world.server(0), "0")
    const place = { roomId: world.roomId, userId: user("0") }
    const { message } = await world.send(here)
    store.beforeReading = async () => {
      const changing = world
        .send(here)
        .then(() =>
          here.ask("edit_message", parseRequest("edit_message", { ...place, id: message.id, content: "new" })),
        )
      await Promise.all([changing, world.server(0).pass(100)])
    }
    const [there] = await Promise.all([world.join(world.server(1), "1"), world.pass(200)])
    await world.pass(2_500)
    const history = there.told.find(({ event }) => event === "history")?.args ?? []
    const [messages, info] = history as [Message[], { rev: number }]
    expect(messages.map(({ seq, rev, content }) => [seq, rev, content])).toEqual([
      [1, 3, "new"],
      [2, 2, "hello"],
    ])
    expect([info.rev, there.eventsOf("message_received", "message_updated")]).toEqual([3, []])
  })

  test("an id that is sent by two servers is one message, told once", async () => {
    const world = await World.open(2)
    const server = world.servers[1]
    const [first] = await world.joinEach()
    const again = await world.join(server, "0")
    const id = newMessageId()
    const [one, two] = await Promise.all([world.send(first, id), world.send(again, id)])
    expect([one, two].map((answer) => "duplicate" in answer).sort()).toEqual([false, true])
    await world.pass(2_100)
    expect([first?.revs, again.revs]).toEqual([[1], [1]])
  })

  test("[ACK1] an answer comes after what it is about, also where another server stored it", async () => {
    const world = await World.open(2)
    const [first, again] = [await world.join(world.server(0), "a"), await world.join(world.server(1), "a")]
    world.hub.carry = notAtAll
    const id = newMessageId()
    await world.send(first, id)
    const place = { roomId: world.roomId, userId: user("a"), id }
    const told: unknown[] = []
    const answers = [
      world.send(again, id).then((answer) => told.push([again.revs, "duplicate" in answer])),
      again
        .ask("react", parseRequest("react", { ...place, emoji: "👍", isOn: false }))
        .then(() => told.push(again.revs)),
    ]
    await Promise.all([...answers, world.pass(200)])
    expect(told).toEqual([[[1], true], [1]])
  })

  test("[ACK1] whatever was accepted is told and answered in its place before a server stops", async () => {
    const world = await World.open(2)
    const [anna, ben] = await world.joinEach()
    world.hub.carry = notAtAll
    await world.send(anna)
    const answered = world.send(ben).then(() => ben.revs)
    world.server(1).cluster.hush()
    await world.server(1).cluster.store.close()
    expect(await answered).toEqual([1, 2])
    expect(() => world.server(1).cluster.store.submit({ kind: "heads", roomIds: [] }, () => {})).toThrow("stopping")
  })

  test("what a server missed is looked for while it is missing, and a server that closed hears and does nothing more", async () => {
    const world = await World.open(2)
    const [anna, ben] = await world.joinEach()
    const there = world.server(1)
    const missOne = async () => {
      world.hub.carry = notAtAll
      await world.send(anna)
      world.hub.carry = faithfully
      await world.send(anna)
      await settled()
    }
    const { timers } = there
    await missOne()
    expect([ben.revs, there.timers]).toEqual([[], timers + 1])
    await world.pass(200)
    expect([ben.revs, there.timers]).toEqual([[1, 2], timers])
    const { checks } = world.hub
    await there.pass(2_000)
    expect(world.hub.checks).toBe(checks + 1)
    await missOne()
    there.cluster.close()
    await world.send(anna)
    await settled()
    expect([ben.revs, there.timers]).toEqual([[1, 2], 0])
  })

  test("coming, typing and going is told to everybody else, wherever they are", async () => {
    const world = await World.open(2)
    const [anna, ben] = await world.joinEach()
    expect(anna.eventsOf("user_joined")).toEqual([["user_joined", world.person("1")]])
    await ben.ask("typing", { roomId: world.roomId, userId: user("1"), isTyping: true })
    await world.send(ben)
    await ben.ask("leave_room", { roomId: world.roomId, userId: user("1"), forGood: false })
    await settled()
    const typing = { roomId: world.roomId, userId: user("1") }
    expect(anna.told.slice(2).map(({ event, args }) => [event, args[0]])).toEqual([
      ["user_typing", { ...typing, isTyping: true }],
      ["user_typing", { ...typing, isTyping: false }],
      ["message_received", expect.objectContaining({ rev: 1 })],
      ["user_left", { ...typing, reason: "leave" }],
    ])
  })

  test("who is on two servers is here once, and leaves with the last of them", async () => {
    const world = await World.open(3)
    const [anna] = await world.joinEach(1)
    const [second, third] = [await world.join(world.servers[1], "b"), await world.join(world.servers[2], "b")]
    second.leave()
    await settled()
    expect(anna.eventsOf("user_joined", "user_left")).toEqual([["user_joined", world.person("b")]])
    third.leave()
    await settled()
    expect(anna.eventsOf("user_left")).toHaveLength(1)
  })

  test("who comes to a room sees who is there by other servers, and so does the list of rooms", async () => {
    const world = await World.open(3)
    await world.joinEach(2)
    const late = new Member(world.server(2), "late")
    const listed = () => late.ask("list_rooms", { userId: user("late"), limit: 50 } as never)
    expect((await listed()) as unknown).toMatchObject({ rooms: [{ memberCount: 2 }] })
    const answer = await world.enter(late, "late")
    expect(answer).toMatchObject({ memberCount: 3 })
    expect((await listed()) as unknown).toMatchObject({ rooms: [{ memberCount: 3 }] })
  })
})

describe("[NODE2] a server that dies", () => {
  test("its people leave everywhere within 10 s", async () => {
    const world = await World.open(2)
    const [anna] = await world.joinEach()
    world.kill(1)
    await world.pass(2_000)
    expect(anna.eventsOf("user_left")).toEqual([
      ["user_left", { roomId: world.roomId, userId: "1", reason: "disconnect" }],
    ])
  })

  test("who is back by another server before that was never away", async () => {
    const world = await World.open(3)
    const [anna] = await world.joinEach(2)
    const back = world.server(2)
    world.servers[1]?.kill()
    await world.join(back, "1")
    world.kill(1)
    await world.pass(10_000)
    expect(anna.eventsOf("user_joined", "user_left")).toEqual([["user_joined", world.person("1")]])
  })

  test("[LEAVE2] one that stops says of nobody that he goes", async () => {
    const world = await World.open(2)
    const [anna, ben] = await world.joinEach()
    world.server(1).cluster.hush()
    ben.leave()
    await world.pass(1_000)
    expect(anna.eventsOf("user_left")).toEqual([])
  })

  test("one that was frozen, and given up, brings its people back", async () => {
    const world = await World.open(2)
    const [anna] = await world.joinEach()
    const [first, frozen] = [world.server(0), world.server(1)]
    world.hub.expire(frozen.name)
    await first.pass(2_000)
    expect(anna.eventsOf("user_left")).toHaveLength(1)
    frozen.nowMs += 9_000
    await frozen.pass(2_000)
    expect(anna.eventsOf("user_joined")).toHaveLength(2)
    await world.pass(4_000)
    expect(anna.eventsOf("user_left")).toHaveLength(1)
  })
})

describe("[NODE3] while Redis is away", () => {
  test("messages are told here at once and elsewhere soon; afterwards all agree on who is here", async () => {
    const world = await World.open(2)
    const [anna, ben] = await world.joinEach()
    world.hub.isUp = false
    expect(world.server(0).cluster.warnings()).toEqual([{ code: "redis", message: "Redis is away." }])
    await world.send(anna)
    expect(anna.revs).toEqual([1])
    await world.pass(400)
    expect(ben.revs).toEqual([1])

    const carla = await world.join(world.server(0), "carla")
    ben.leave()
    await world.pass(1_000)
    expect(anna.eventsOf("user_left")).toEqual([])
    world.hub.isUp = true
    await world.pass(9_000)
    expect(anna.eventsOf("user_left")).toEqual([
      ["user_left", { roomId: world.roomId, userId: "1", reason: "disconnect" }],
    ])
    const dora = await world.join(world.server(1), "dora")
    expect(await world.membersSeenBy(dora)).toEqual(["0", "carla", "dora"])
    expect(await world.membersSeenBy(carla)).toEqual(["0", "carla", "dora"])
    expect(world.server(0).cluster.warnings()).toEqual([])
    expect(world.server(0).reports).toEqual([
      "Redis is away: what others write comes later, and who is with them may be out of date.",
      "Redis is back: who is where is told again.",
    ])
  })

  test("where it carries what is said and is full, it is told of once, nobody leaves, and all agree once it is not", async () => {
    const world = await World.open(2)
    const [anna, ben] = await world.joinEach()
    const message = "Redis takes what is said, and keeps nothing: who is here may be out of date."
    world.hub.isKeeping = false
    for (const { name } of [world.server(0), world.server(1)]) world.hub.expire(name)
    await world.pass(10_000)
    const carla = await world.join(world.server(0), "carla")
    await world.send(carla)
    await settled()
    for (const { cluster, reports } of [world.server(0), world.server(1)]) {
      expect(cluster.warnings()).toEqual([{ code: "redis", message }])
      expect(reports).toEqual([`${message} Error: OOM command not allowed`])
    }
    expect(anna.eventsOf("user_left")).toEqual([])
    expect(ben.revs).toEqual([1])
    expect(await world.membersSeenBy(ben)).toEqual(["0", "1", "carla"])
    world.hub.isKeeping = true
    await world.pass(4_000)
    expect(world.server(1).cluster.warnings()).toEqual([])
    const dora = await world.join(world.server(1), "dora")
    expect(await world.membersSeenBy(dora)).toEqual(["0", "1", "carla", "dora"])
  })

  test("nobody who stays is told to have left when Redis comes back empty", async () => {
    const world = await World.open(3)
    const members = await world.joinEach()
    world.hub.isUp = false
    await world.pass(3_000)
    world.hub.isUp = true
    await world.pass(10_000)
    for (const member of members) expect(member.eventsOf("user_left")).toEqual([])
    for (const member of members) expect(await world.membersSeenBy(member)).toEqual(["0", "1", "2"])
  })
})

describe("[NODE3] while Redis is reached, and carries nothing", () => {
  test("all agree on who is here soon, and are told of who comes and goes", async () => {
    const world = await World.open(3)
    const [anna, ben] = await world.joinEach()
    world.hub.isCarrying = false
    await world.join(world.server(1), "carla")
    ben.leave()
    await world.pass(4_000)
    const names = ({ args: [told] }: Told) => (told as { readonly userId: string }).userId
    expect(anna.told.filter(({ event }) => event === "user_joined").map(names)).toEqual(["1", "2", "carla"])
    expect(anna.told.filter(({ event }) => event === "user_left").map(names)).toEqual(["1"])
    expect(await world.membersSeenBy(anna)).toEqual(["0", "2", "carla"])
    world.server(1).kill()
    world.hub.expire(world.server(1).name)
    await world.pass(4_000)
    expect(await world.membersSeenBy(anna)).toEqual(["0", "2"])
  })

  test("also of who came to a server before it could say that it lives", async () => {
    const hub = new MemoryHub()
    hub.isCarrying = false
    const world = await World.open(2, newStore(), hub)
    const [anna, ben] = await world.joinEach()
    await world.pass(4_000)
    expect(await world.membersSeenBy(anna)).toEqual(["0", "1"])
    expect(await world.membersSeenBy(ben)).toEqual(["0", "1"])
  })
})

describe("[NODE3] when Redis is back", () => {
  test("what was written while it was away is looked for at once, though its writer has left", async () => {
    const world = await World.open(2)
    const [anna, ben] = await world.joinEach()
    world.hub.isUp = false
    await world.send(anna)
    anna.leave()
    world.hub.isUp = true
    await world.pass(200)
    expect(ben.revs).toEqual([1])
  })

  test("a server has time to say who is with it, before they count as gone", async () => {
    const world = await World.open(2)
    const [anna] = await world.joinEach()
    world.hub.isUp = false
    world.server(1).kill()
    world.hub.isUp = true
    await world.pass(5_000)
    expect(anna.eventsOf("user_left")).toEqual([])
    await world.pass(5_000)
    expect(anna.eventsOf("user_left")).toHaveLength(1)
  })
})

describe("[NODE4] a server that is cut off from the database", () => {
  test("sends its clients away after 10 s, once", async () => {
    const failing = new FailingStore()
    const world = await World.open(1, failing)
    failing.isFailing = true
    await world.pass(9_000)
    expect(world.server(0).sentAway).toBe(0)
    await world.pass(20_000)
    expect(world.server(0).sentAway).toBe(1)
    failing.isFailing = false
    await world.pass(3_000)
    failing.isFailing = true
    await world.pass(14_000)
    expect(world.server(0).sentAway).toBe(2)
    const told = "The database has not been reached for 10 s: all clients are sent away, to go on with another server."
    expect(world.server(0).reports).toEqual([told, told])
  })

  test("what could not be read is read when the database is back", async () => {
    const failing = new FailingStore()
    const world = await World.open(2, failing)
    const [anna, ben] = await world.joinEach()
    world.hub.carry = notAtAll
    await world.send(anna)
    await world.send(anna)
    failing.isFailing = true
    await world.pass(3_000)
    expect(ben.revs).toEqual([])
    failing.isFailing = false
    await world.pass(3_000)
    expect(ben.revs).toEqual([1, 2])
  })

  test("another life of the data sends everybody away once, to begin anew", async () => {
    const failing = new FailingStore()
    const world = await World.open(2, failing)
    const [anna] = await world.joinEach()
    for (let n = 0; n < 3; n++) await world.send(anna)
    const restored = newStore()
    await createRoom(restored, world.roomId)
    failing.inner = restored
    await world.pass(2_100)
    expect(world.servers.map(({ sentAway }) => sentAway)).toEqual([1, 1])
    const [again, ben] = await world.joinEach()
    await world.send(again)
    await world.pass(4_100)
    expect([again.revs, ben.revs]).toEqual([[1], [1]])
    const told = "The database began another life of the data: all clients are sent away, to begin anew."
    for (const { sentAway, reports } of world.servers) expect([sentAway, reports]).toEqual([1, [told]])
  })

  test("a room that was let go of before it was known which life the data has is not heard", async () => {
    const failing = new FailingStore()
    const world = await World.open(0, failing)
    failing.isFailing = true
    const server = new Server("late", failing, world.hub)
    let subscribed = 0
    world.hub.subscribing = async () => void subscribed++
    const joining = world.join(server, "anna").catch((error) => error)
    await server.pass(50)
    await server.cluster.store.close()
    failing.inner = newStore()
    failing.isFailing = false
    await server.pass(2_000)
    expect([(await joining) instanceof ChatError, subscribed]).toEqual([true, 0])
  })

  test("who is there is not read of a room that was let go of while it was being subscribed to", async () => {
    const failing = new FailingStore()
    const world = await World.open(1, failing)
    const asked = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    world.hub.subscribing = () => {
      asked.resolve()
      return released.promise
    }
    let reads = 0
    world.hub.answering = (what) => {
      if (what === "read") reads++
      return undefined
    }
    const joining = world.join(world.server(0), "anna").catch(() => {})
    await asked.promise
    failing.inner = newStore()
    await world.pass(2_100)
    expect(world.server(0).sentAway).toBe(1)
    released.resolve()
    await joining
    await world.pass(4_000)
    expect(reads).toBe(0)
  })
})

/** As many at the first server as rest for a tick. */
async function crowdIn(world: World): Promise<Member[]> {
  const crowd: Member[] = []
  for (let n = 0; n < 50; n++) crowd.push(await world.join(world.server(0), `${n}`))
  await settled()
  return crowd
}

async function sentBy(world: World, member: Member): Promise<Message> {
  const answer = await world.send(member)
  if (!answer.ok) throw new Error("It was refused")
  return answer.message
}

/** It can be out of reach, or come back as another one. */
class FailingStore implements ChatStore {
  isFailing = false
  inner: ChatStore = newStore()

  readonly submit: ChatStore["submit"] = (command, settle) => {
    if (this.isFailing) return void queueMicrotask(() => settle(new ChatError("ERR_STORAGE")))
    this.inner.submit(command, settle)
  }
  counts = () => this.inner.counts()
  close = () => this.inner.close()
}

/** Reads a join's page after it was decided where the page ends: others write in between. */
class LateReader implements ChatStore {
  beforeReading: (() => Promise<void>) | undefined
  readonly #inner = newStore()

  readonly submit: ChatStore["submit"] = (command, settle) => {
    const before = this.beforeReading
    if (command.kind !== "join" || before === undefined) return this.#inner.submit(command, settle)
    this.beforeReading = undefined
    const { roomId } = command
    this.#inner.submit<Join>(command, (outcome) => {
      if (outcome instanceof ChatError) throw outcome
      const reading = { kind: "pageBefore", roomId, before: undefined, limit: 50 } as const
      void before().then(() =>
        this.#inner.submit(reading, (read) => {
          if (read instanceof ChatError) throw read
          const messages = read.messages.filter(({ seq }) => seq <= outcome.page.rev)
          settle({ ...outcome, page: { ...outcome.page, messages } } as Parameters<typeof settle>[0])
        }),
      )
    })
  }
  counts = () => this.#inner.counts()
  close = () => this.#inner.close()
}

/** Loses a third, doubles a third, and lets much of it come late. */
function carelessly(random: () => number): Carry {
  const late: (() => void)[] = []
  return (deliver) => {
    const fate = random()
    if (fate < 0.3) return
    if (fate < 0.6) faithfully(deliver)
    late.push(deliver)
    if (random() < 0.5) for (const one of late.splice(0).reverse()) faithfully(one)
  }
}

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}
