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
    expect(granted(ask(thenEveryMs - 1))).toEqual([0, 1])
    expect(granted(ask(thenEveryMs))).toEqual([1, thenEveryMs])
    for (const other of kinds.filter((other) => other !== kind)) one.checkRequest(other, 0)
    socket().checkRequest(kind, 0)
    expect(counters.all()).toEqual({ [`${kind}Rate`]: 3 })
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
    expect(granted(() => socket().checkNewRoom(nobody.thenEveryMs - 1))).toEqual([0, 1])
    expect(granted(() => socket(here, "ann").checkNewRoom(0))).toEqual([known.atOnce, known.thenEveryMs])
    expect(granted(() => socket(there, "ann").checkNewRoom(0))[0]).toBe(0)
    socket(there).checkNewRoom(0)
    socket(here, "bob").checkNewRoom(0)
    expect(counters.all()).toEqual({ newRoomsPerAddressRate: 2, newRoomsPerUserRate: 2 })
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

describe("[LIM1] uploads", () => {
  test("have a rate for their number and one for their bytes, of each owner", () => {
    const { limiter, counters } = setUp()
    const { uploadRate: number, uploadKiBRate: size } = limits
    const all = size.atOnce * 1_024
    for (let i = 0; i < number.atOnce; i++) expect(limiter.checkUpload("ann", 0, 0)).toBe(0)
    const refused = [0, number.thenEveryMs - 1].map((nowMs) => limiter.checkUpload("ann", all, nowMs))
    expect([refused, counters.all()]).toEqual([[number.thenEveryMs, 1], { uploadRate: 2 }])
    // They took no bytes.
    expect(limiter.checkUpload("ann", all, number.thenEveryMs)).toBe(0)
    expect(limiter.checkUpload("bob", all - 1, 0)).toBe(0)
    expect(limiter.checkUpload("bob", 1, 0)).toBe(0)
    const kib = [0, size.thenEveryMs - 1].map((nowMs) => limiter.checkUpload("bob", 1_024, nowMs))
    expect([kib, limiter.checkUpload("bob", 1, 0), limiter.checkUpload("bob", 0, 0)]).toEqual([
      [size.thenEveryMs, 1],
      1,
      0,
    ])
    expect(counters.all()).toEqual({ uploadRate: 2, uploadKiBRate: 3 })
  })

  test("whose length is not known count once they are there", () => {
    const { limiter } = setUp()
    const { atOnce, thenEveryMs } = limits.uploadKiBRate
    limiter.chargeUpload("ann", (atOnce + 9) * 1_024, 0)
    expect([limiter.checkUpload("ann", 1_024, 0), limiter.checkUpload("bob", 1_024, 0)]).toEqual([10 * thenEveryMs, 0])
  })

  test("on their way have places, each of which is given back once", () => {
    const { limiter, counters } = setUp()
    const { uploadsPerOwnerMax } = limits
    const fill = (most: number) => {
      for (let i = 0; i < most; i++) expect(limiter.admitUpload("ann")).toBe(0)
      expect(limiter.admitUpload("ann")).toBe(1_000)
    }
    // Whoever has none gives none back.
    limiter.releaseUpload("ann")
    fill(uploadsPerOwnerMax)
    for (const released of [uploadsPerOwnerMax - 1, uploadsPerOwnerMax, 1]) {
      for (let i = 0; i < released; i++) limiter.releaseUpload("ann")
      fill(released)
    }
    // The others' go on.
    expect([uploadsPerOwnerMax, limiter.admitUpload("bob")]).toEqual([25, 0])
    expect(counters.all()).toEqual({ uploadsPerOwnerMax: 4 })
  })
})

test("[LIM1] a user's downloads of their own data have a rate", () => {
  const { limiter, counters } = setUp()
  const { atOnce, thenEveryMs } = limits.ownDataRate
  for (let i = 0; i < atOnce; i++) expect(limiter.checkOwnData("ann", 0)).toBe(0)
  expect([limiter.checkOwnData("ann", thenEveryMs - 1), limiter.checkOwnData("bob", 0)]).toEqual([1, 0])
  expect(counters.all()).toEqual({ ownDataRate: 1 })
})

test("[LIM1] what an address has sent is counted with what each message takes beside its bytes, where nobody is known", () => {
  const { socket, counters } = setUp()
  const { messageKiBPerAddressRate: rate, messageOverheadBytes } = limits
  const send = (bytes: number, nowMs = 0, one = socket()) => one.checkMessage(bytes, nowMs)
  const kib = (count: number) => count * 1_024 - messageOverheadBytes
  send(kib(1))
  send(kib(rate.atOnce - 1))
  expect(granted(() => send(kib(1)))).toEqual([0, rate.thenEveryMs])
  expect(granted(() => send(kib(1), rate.thenEveryMs - 1))).toEqual([0, 1])
  send(1, 0, socket(there))
  for (const _ of [1, 2]) send(kib(rate.atOnce), 0, socket(here, "ann"))
  expect(counters.all()).toEqual({ messageKiBPerAddressRate: 2 })
})

test("[LIM1] new direct rooms have places by user, where it is known who that is", () => {
  const { socket, counters } = setUp()
  const { atOnce, thenEveryMs } = limits.newDirectRoomsPerUserRate
  const place = (userId?: string, nowMs = 0) => socket(here, userId).placeForDirect(nowMs)
  for (let i = 0; i < atOnce; i++) place("ann").end("new")
  const late = place("ann")
  expect([late.waitMs, place("bob").waitMs, place().waitMs]).toEqual([thenEveryMs, 0, 0])
  late.end("refused")
  expect(counters.all()).toEqual({ newDirectRoomsPerUserRate: 1 })
  const known = place("ann", thenEveryMs)
  known.end("known")
  expect(place("ann", thenEveryMs).waitMs).toBe(0)
})
