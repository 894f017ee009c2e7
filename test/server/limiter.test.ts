import { describe, expect, test } from "bun:test"
import type { RateClass } from "../../src/contract/definition.ts"
import { limits } from "../../src/contract/limits.ts"
import { Counters } from "../../src/observe/counters.ts"
import { Incidents } from "../../src/observe/incidents.ts"
import type { AddressKey } from "../../src/server/http/address.ts"
import { Limiter } from "../../src/server/limits/limiter.ts"

const [here, there] = ["198.51.100.7" as AddressKey, "198.51.100.8" as AddressKey]

function setUp() {
  const counters = new Counters()
  const limiter = new Limiter(new Incidents(counters, () => 0))
  return { limiter, socket: (address = here, userId?: string) => limiter.forSocket({}, address, userId), counters }
}

/** How often it is granted before it is refused, and when it may come again. */
function granted(ask: () => void, most = 10_000): [times: number, retryAfterMs: unknown] {
  for (let times = 0; times < most; times++) {
    try {
      ask()
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_RATE_LIMITED", details: { retryAfterMs: expect.any(Number) } })
      return [times, (error as { details: { retryAfterMs: number } }).details.retryAfterMs]
    }
  }
  return [most, undefined]
}

const kinds: RateClass[] = ["message", "join", "page", "other"]

describe("[LIM1] requests", () => {
  test.each(kinds)("of the kind %s have a rate of their own, for each socket", (kind) => {
    const { socket, counters } = setUp()
    const { atOnce, thenEveryMs } = limits[`${kind}Rate`]
    const one = socket()
    const ask = (nowMs: number) => () => one.checkRequest(kind, nowMs)
    expect(granted(ask(0))).toEqual([atOnce, thenEveryMs])
    expect(granted(ask(thenEveryMs))).toEqual([1, thenEveryMs])
    for (const other of kinds.filter((other) => other !== kind)) one.checkRequest(other, 0)
    socket().checkRequest(kind, 0)
    expect(counters.all()).toEqual({ [`${kind}Rate`]: 2 })
  })

  test("messages count for all sockets of a user together, where a token says who that is; the rest does not", () => {
    const { socket } = setUp()
    const [one, two] = [socket(here, "ann"), socket(there, "ann")]
    const { atOnce, thenEveryMs } = limits.messageRate
    expect(granted(() => one.checkRequest("message", 0))).toEqual([atOnce, thenEveryMs])
    expect(granted(() => two.checkRequest("message", 0))).toEqual([0, thenEveryMs])
    socket(here, "bob").checkRequest("message", 0)
    expect(granted(() => one.checkRequest("join", 0))[0]).toBe(limits.joinRate.atOnce)
    expect(granted(() => two.checkRequest("join", 0))[0]).toBe(limits.joinRate.atOnce)
  })

  test("one connection and user has one account, however often it enters", () => {
    const { limiter } = setUp()
    const connection = {}
    const entry = limiter.forSocket(connection, here, "ann")
    expect(limiter.forSocket(connection, here, "ann")).toBe(entry)
    expect(limiter.forSocket(connection, here, "bob")).not.toBe(entry)
    expect(limiter.forSocket({}, here, "bob")).not.toBe(entry)
  })
})

describe("[LIM1] rooms", () => {
  test("a socket is in a hundred at most, which waiting does not change", () => {
    const { socket, counters } = setUp()
    socket().checkRooms(limits.roomsPerSocketMax - 1)
    expect(() => socket().checkRooms(limits.roomsPerSocketMax)).toThrow(
      expect.objectContaining({
        message: "A connection may be in 100 rooms; leave one first.",
        details: { retryAfterMs: 60_000 },
      }),
    )
    expect(counters.all()).toEqual({ roomsPerSocketMax: 1 })
  })

  test("new ones count for the address, or for the user that a token names", () => {
    const { socket, counters } = setUp()
    const nobody = limits.newRoomsPerAddressRate
    const known = limits.newRoomsPerUserRate
    expect(granted(() => socket().checkNewRoom(0))).toEqual([nobody.atOnce, nobody.thenEveryMs])
    expect(granted(() => socket(here, "ann").checkNewRoom(0))).toEqual([known.atOnce, known.thenEveryMs])
    expect(granted(() => socket(there, "ann").checkNewRoom(0))[0]).toBe(0)
    socket(there).checkNewRoom(0)
    socket(here, "bob").checkNewRoom(0)
    expect(counters.all()).toEqual({ newRoomsPerAddressRate: 1, newRoomsPerUserRate: 2 })
  })
})

describe("[LIM1] new users", () => {
  test("have places by address, which only those keep who were new", () => {
    const { socket, counters } = setUp()
    const { atOnce, thenEveryMs } = limits.newUsersPerAddressRate
    const place = (nowMs = 0, address = here) => socket(address).placeForUser(nowMs)
    for (let i = 1; i < atOnce; i++) place().end("new")
    const last = place()
    expect([last.waitMs, place().waitMs]).toEqual([0, thenEveryMs])
    last.end("known")
    const again = place()
    expect(again.waitMs).toBe(0)
    again.end("new")
    // Who had no place gives none back, known or not.
    const without = place()
    expect(without.waitMs).toBe(thenEveryMs)
    without.end("known")
    expect(place().waitMs).toBe(thenEveryMs)
    expect(counters.all()).toEqual({})
    place().end("refused")
    expect(counters.all()).toEqual({ newUsersPerAddressRate: 1 })
    expect(place(0, there).waitMs).toBe(0)
    expect(place(thenEveryMs).waitMs).toBe(0)
  })

  test("are unlimited where tokens say who is who", () => {
    const { socket } = setUp()
    for (let i = 0; i < 2 * limits.newUsersPerAddressRate.atOnce; i++) {
      const place = socket(here, "ann").placeForUser(0)
      expect(place.waitMs).toBe(0)
      place.end("new")
    }
  })
})

describe("[LIM1] connections of an address", () => {
  test("are told when it is worth another try: a moment for the rate, ten seconds for their number", () => {
    const { limiter, counters } = setUp()
    const { atOnce, thenEveryMs } = limits.connectionsPerAddressRate
    let nowMs = 0
    for (let i = 0; i < atOnce; i++) expect(limiter.admit(here, nowMs)).toBe(0)
    expect([limiter.admit(here, nowMs), limiter.admit(here, nowMs + thenEveryMs - 1)]).toEqual([thenEveryMs, 1])
    expect(limiter.admit(there, nowMs)).toBe(0)
    nowMs = 10 * 60_000
    for (let i = atOnce; i < limits.socketsPerAddressMax; i++) expect(limiter.admit(here, nowMs)).toBe(0)
    expect(limiter.admit(here, nowMs)).toBe(10_000)
    limiter.release(here)
    expect(limiter.admit(here, nowMs)).toBe(0)
    expect(limiter.addresses).toBe(2)
    expect(counters.all()).toEqual({ connectionsPerAddressRate: 2, socketsPerAddressMax: 1 })
  })

  test("an address whose seats are all given back is kept no longer, and owes none", () => {
    const { limiter } = setUp()
    limiter.admit(here, 0)
    limiter.admit(here, 0)
    limiter.release(here)
    expect(limiter.addresses).toBe(1)
    limiter.release(here)
    limiter.release(there)
    expect(limiter.addresses).toBe(0)
  })

  test("requests outside of them have a rate too", () => {
    const { limiter, counters } = setUp()
    const { atOnce, thenEveryMs } = limits.requestsPerAddressRate
    for (let i = 0; i < atOnce; i++) expect(limiter.checkHttp(here, 0)).toBe(0)
    expect([limiter.checkHttp(here, 0), limiter.checkHttp(there, 0)]).toEqual([thenEveryMs, 0])
    expect(counters.all()).toEqual({ requestsPerAddressRate: 1 })
  })
})

test("[LIM1] the 200th refusal of a socket within ten seconds is its last", () => {
  const { socket } = setUp()
  const [one, other] = [socket(), socket()]
  for (let i = 1; i < limits.refusalsMax; i++) expect(one.isLastRefusal(i)).toBe(false)
  expect(other.isLastRefusal(limits.refusalsMax)).toBe(false)
  expect(one.isLastRefusal(limits.refusalsMax)).toBe(true)
})

test("[LIM1] one owner has 25 uploads on their way; the others' go on", () => {
  const { limiter } = setUp()
  const admitted = Array.from({ length: limits.uploadsPerOwnerMax + 1 }, () => limiter.admitUpload("ann"))
  expect(admitted.filter((waitMs) => waitMs === 0)).toHaveLength(limits.uploadsPerOwnerMax)
  expect([admitted.at(-1), limiter.admitUpload("bob")]).toEqual([1_000, 0])
  limiter.releaseUpload("ann")
  expect([limiter.admitUpload("ann"), limiter.admitUpload("ann")]).toEqual([0, 1_000])
})
