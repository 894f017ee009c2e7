/** Who is here while servers come, look for each other and are given up at the same moment: nobody stays unseen. */
import { describe, expect, test } from "bun:test"
import { MemoryHub } from "../support/memory-bus.ts"
import { Server, settled } from "./servers.ts"
import { LateStore, newStore, World } from "./world.ts"

describe("[NODE2] a server that counted as dead, and lives", () => {
  test("keeps its people in the registry, whatever others found before", async () => {
    const world = await World.open(3)
    await world.join(world.server(0), "anna")
    world.hub.expire(world.server(0).name)
    const looked = hold(world.hub, "living")
    const joining = world.join(world.server(1), "ben")
    await looked.asked
    await world.server(0).pass(2_000)
    looked.release()
    await joining
    await settled()
    const carla = await world.join(world.server(2), "carla")
    expect(await world.membersSeenBy(carla)).toEqual(["anna", "ben", "carla"])
  })

  test("and where it was given up while it said so, its people stay", async () => {
    const world = await World.open(2)
    await world.join(world.server(0), "anna")
    const ben = await world.join(world.server(1), "ben")
    world.hub.expire(world.server(0).name)
    const looked = hold(world.hub, "living")
    const passing = world.server(1).pass(2_000)
    await looked.asked
    await world.server(0).pass(2_000)
    looked.release()
    await passing
    expect(await world.membersSeenBy(ben)).toEqual(["anna", "ben"])
    expect(ben.eventsOf("user_left")).toEqual([])
  })
})

describe("[NODE1] a server that starts", () => {
  test("hears who comes elsewhere before it knows the life of the data", async () => {
    const store = newStore()
    const world = await World.open(1, store)
    const late = new LateStore(store)
    late.holds = ["join", "heads"]
    late.isHolding = true
    const starting = new Server("starting", late, world.hub)
    const joining = world.join(starting, "ben")
    await settled()
    await world.join(world.server(0), "anna")
    await settled()
    late.release()
    const ben = await joining
    expect(await world.membersSeenBy(ben)).toEqual(["anna", "ben"])
  })

  test("says who came to it before the bus carried anything", async () => {
    const hub = new MemoryHub()
    hub.isCarrying = false
    const world = await World.open(2, newStore(), hub)
    const [anna] = await world.joinEach()
    await world.pass(4_000)
    await world.join(world.server(1), "carla")
    hub.isCarrying = true
    await world.pass(100)
    expect(await world.membersSeenBy(anna)).toEqual(["0", "1", "carla"])
  })
})

test("[NODE1] whoever hears that somebody came or went finds it in the registry, too", async () => {
  const world = await World.open(2)
  const [anna, ben] = await world.joinEach()
  const found: string[][] = []
  const told = () => [anna, ben].flatMap((member) => member.eventsOf("user_joined", "user_left")).length
  world.hub.carry = (deliver) => {
    const [before, users] = [told(), world.hub.usersIn(world.roomId)]
    deliver()
    if (told() > before) found.push(users)
  }
  await world.join(world.server(0), "carla")
  ben.leave()
  await settled()
  expect(found).toEqual([
    ["0", "1", "carla"],
    ["0", "carla"],
  ])
  expect(await world.membersSeenBy(anna)).toEqual(["0", "carla"])
})

test("[NODE1] who is there is read anew where a room is followed again while it was still being read", async () => {
  const world = await World.open(2)
  const [, ben] = await world.joinEach()
  const looked = hold(world.hub, "read")
  // It reads who is in its rooms.
  world.hub.expire(world.server(1).name)
  const passing = world.server(1).pass(2_000)
  await looked.asked
  ben.leave()
  await passing
  await world.server(1).pass(8_000)
  await world.join(world.server(0), "carla")
  world.hub.answering = undefined
  const again = await world.join(world.server(1), "again")
  looked.release()
  await settled()
  expect(await world.membersSeenBy(again)).toEqual(["0", "again", "carla"])
})

/** What the registry answers waits until it is released: it is then as it was when it was asked for. */
function hold(hub: MemoryHub, held: "read" | "living") {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  hub.answering = (what) => {
    if (what !== held) return undefined
    asked.resolve()
    return released.promise
  }
  const release = () => {
    hub.answering = undefined
    released.resolve()
  }
  return { asked: asked.promise, release }
}
