/**
 * What the protocol's own suites ask (Engine.IO 4, Socket.IO 5), asked of the running server over bare connections.
 * Known differences: a second websocket for a session is refused by HTTP 400 and not opened and closed;
 * namespaces and binary data are refused, as the contract says. Heartbeats take their time: test/slow/time.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { RawPolling, RawSocket } from "../support/raw.ts"

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ rateLimits: "off" })
})
afterAll(() => app.stop())

const separator = "\x1e"
const get = (query: string, init: object = {}) => fetch(`${app.url}/socket.io/?${query}`, init)
const unknownEvent = (id: number | string, event: string) =>
  `43${id}[${JSON.stringify({ ok: false, error: { code: "ERR_UNKNOWN_EVENT", message: "Unknown event.", event } })}]`

describe("[CONN1] Engine.IO: the handshake", () => {
  const handshake = (upgrades: string[]) => ({
    sid: expect.stringMatching(/^[\w-]{20}$/),
    upgrades,
    pingInterval: 25_000,
    pingTimeout: 20_000,
    maxPayload: limits.frameBytesMax,
  })

  test("over polling is answered with the session, and what it may be upgraded to", async () => {
    const response = await get("EIO=4&transport=polling")
    const text = await response.text()
    expect([response.status, text[0]]).toEqual([200, "0"])
    expect(response.headers.get("content-type")).toBe("text/plain; charset=UTF-8")
    expect(JSON.parse(text.slice(1))).toEqual(handshake(["websocket"]))
  })

  test("over websocket is the first packet", async () => {
    await using socket = new RawSocket(app.url)
    expect(await socket.response).toStartWith("HTTP/1.1 101 ")
    const open = await socket.text(() => true)
    expect(JSON.parse(open.slice(1))).toEqual(handshake([]))
  })

  test("must be of this version, of a transport that there is, and a GET", async () => {
    const wrong = [
      "transport=polling",
      "EIO=abc&transport=polling",
      "EIO=3&transport=polling",
      "EIO=4",
      "EIO=4&transport=abc",
    ]
    for (const query of wrong) expect((await get(query)).status, query).toBe(400)
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      expect((await get("EIO=4&transport=polling", { method })).status, method).toBe(400)
    }
    const upgrade = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
    }
    for (const query of wrong.map((query) => query.replace("polling", "websocket"))) {
      expect((await get(query, { headers: upgrade })).status, query).toBe(400)
    }
  })

  test("of an unknown session is refused", async () => {
    for (const sid of ["abc", "__proto__", "constructor", ""]) {
      const response = await get(`EIO=4&transport=polling&sid=${sid}`, { method: "POST", body: "3" })
      expect(response.status, sid).toBe(400)
    }
  })
})

describe("[CONN1] Engine.IO: packets", () => {
  test("go both ways over polling, one or several in a payload", async () => {
    const session = await RawPolling.open(app.url)
    await session.enter()
    for (const ids of [[0], [1, 2, 3]]) {
      const response = await session.post(ids.map((id) => `42${id}["x${id}"]`).join(separator))
      expect([response.status, await response.text()]).toEqual([200, "ok"])
      expect(await session.poll()).toEqual(ids.map((id) => unknownEvent(id, `x${id}`)))
    }
  })

  test("go both ways over websocket", async () => {
    await using socket = new RawSocket(app.url)
    await socket.enter()
    socket.send('427["x"]')
    expect(await socket.text((text) => text.startsWith("43"))).toBe(unknownEvent(7, "x"))
  })

  test("that are none close the session", async () => {
    const session = await RawPolling.open(app.url)
    await session.post("abc")
    await expect(session.poll()).rejects.toThrow("400")
    await using socket = new RawSocket(app.url)
    await socket.text((text) => text.startsWith("0"))
    socket.send("abc")
    await socket.closed
  })

  test("two polls at once close the session: the first hears so, the second is refused", async () => {
    const session = await RawPolling.open(app.url)
    const polls = await Promise.allSettled([session.poll(), session.poll()])
    // Whichever came first.
    expect(polls.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"])
    expect(polls).toContainEqual({ status: "fulfilled", value: ["1"] })
    expect(polls).toContainEqual({ status: "rejected", reason: new Error("400") })
    await expect(session.poll()).rejects.toThrow("400")
  })

  test("a poll that is given up closes the session", async () => {
    await onceIn(async (waitMs) => {
      const session = await RawPolling.open(app.url)
      const abort = new AbortController()
      const poll = get(`EIO=4&transport=polling&sid=${session.sid}`, { signal: abort.signal }).catch(() => {})
      await Bun.sleep(waitMs)
      abort.abort()
      await poll
      await Bun.sleep(waitMs)
      return !(await session.isOpen())
    })
  })

  test("a close packet closes the session; a poll that waits is ended by a noop", async () => {
    await onceIn(async (waitMs) => {
      const session = await RawPolling.open(app.url)
      const poll = session.poll().catch(({ message }) => message)
      await Bun.sleep(waitMs)
      await session.post("1")
      const packets = await poll
      expect([["6"], "400"]).toContainEqual(packets)
      await expect(session.poll()).rejects.toThrow("400")
      return packets !== "400"
    })
    await using socket = new RawSocket(app.url)
    await socket.text((text) => text.startsWith("0"))
    socket.send("1")
    await socket.closed
  })
})

describe("[CONN1] Engine.IO: the upgrade", () => {
  async function upgraded() {
    const session = await RawPolling.open(app.url)
    const socket = new RawSocket(app.url, { sid: session.sid })
    await socket.response
    socket.send("2probe")
    expect(await socket.text((text) => text.startsWith("3"))).toBe("3probe")
    return { session, socket }
  }

  test("is probed, ends a poll that waits, and goes on where polling ended", async () => {
    const { session, socket } = await upgraded()
    await using _ = socket
    await session.post("40")
    const packets: string[] = []
    while (!packets.includes("6")) packets.push(...(await session.poll()))
    socket.send("5")
    socket.send('421["x"]')
    expect(await socket.text((text) => text.startsWith("431"))).toBe(unknownEvent(1, "x"))
    expect(packets.filter((packet) => packet.startsWith("40"))).toHaveLength(1)
  })

  test("is final: requests of the session are refused, and its websocket does not notice", async () => {
    const { session, socket } = await upgraded()
    await using _ = socket
    socket.send("5")
    socket.send("40")
    await socket.text((text) => text.startsWith("40"))
    await expect(session.poll()).rejects.toThrow("400")
    expect((await session.post("3")).status).toBe(400)
    // The known difference: other servers open it and close it.
    await using second = new RawSocket(app.url, { sid: session.sid })
    expect(await second.response).toStartWith("HTTP/1.1 400 ")
    socket.send('421["x"]')
    expect(await socket.text((text) => text.startsWith("431"))).toBe(unknownEvent(1, "x"))
  })

  test("is tried by one websocket at a time, and what is no probe ends the try alone", async () => {
    const session = await RawPolling.open(app.url)
    await using first = new RawSocket(app.url, { sid: session.sid })
    await first.response
    await using second = new RawSocket(app.url, { sid: session.sid })
    expect(await second.response).toStartWith("HTTP/1.1 400 ")
    first.send("4hello")
    await first.closed
    expect(await session.isOpen()).toBe(true)
  })
})

describe("[CONN1] Socket.IO: the namespace", () => {
  async function opened() {
    const socket = new RawSocket(app.url)
    await socket.text((text) => text.startsWith("0"))
    return socket
  }

  test("is entered with or without a payload, and answered with an id of its own", async () => {
    for (const packet of ["40", '40{"token":"123"}', "40/,"]) {
      await using socket = await opened()
      socket.send(packet)
      const answer = await socket.text((text) => text.startsWith("4"))
      expect(JSON.parse(answer.slice(2))).toEqual({ sid: expect.any(String) })
      expect(socket.texts[0]).not.toContain(JSON.parse(answer.slice(2)).sid)
    }
  })

  test("is the only one: another is refused, and the connection stays", async () => {
    await using socket = await opened()
    socket.send("40/custom,")
    expect(await socket.text((text) => text.startsWith("44"))).toBe(
      '44/custom,{"message":"Invalid namespace","data":{"code":"ERR_NOT_FOUND","message":"There is no such namespace."}}',
    )
    socket.send('40/other,{"token":"abc"}')
    expect(await socket.text((text) => text.startsWith("44/other"))).toStartWith(
      '44/other,{"message":"Invalid namespace"',
    )
    socket.send("40")
    expect(await socket.text((text) => text.startsWith("40"))).toContain("sid")
  })

  test("is entered before anything else is said there", async () => {
    for (const packet of ["4abc", '42["x"]', "41", "43[]", "40[]", '40"x"', '44{"message":"x"}', '40{"a":']) {
      await using socket = await opened()
      socket.send(packet)
      await socket.closed
    }
  })

  test("may be left, and entered again on the same connection", async () => {
    await using socket = await opened()
    socket.send("40")
    const first = await socket.text((text) => text.startsWith("40"))
    socket.send("41")
    socket.send("40")
    await socket.text((text) => text.startsWith("40") && text !== first)
    socket.send('421["x"]')
    expect(await socket.text((text) => text.startsWith("431"))).toBe(unknownEvent(1, "x"))
  })
})

describe("[CONN1] [VAL3] Socket.IO: events", () => {
  test("are answered under the id they came with, or with an event where there is none", async () => {
    await using socket = new RawSocket(app.url)
    await socket.enter()
    socket.send('42456["x",1,"2",{"3":[true]}]')
    expect(await socket.text((text) => text.startsWith("43"))).toBe(unknownEvent(456, "x"))
    socket.send('42["x",1,"2",{"3":[true]}]')
    expect(await socket.text((text) => text.startsWith('42["error"'))).toContain("ERR_UNKNOWN_EVENT")
  })

  test("with binary attachments are refused, attachments and all, and the connection stays", async () => {
    await using socket = new RawSocket(app.url)
    await socket.enter()
    socket.send('452-789["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]')
    socket.sendFrame(Buffer.from([1, 2, 3]), { opcode: 2 })
    socket.sendFrame(Buffer.from([4, 5, 6]), { opcode: 2 })
    expect(await socket.text((text) => text.startsWith("43"))).toContain("ERR_VALIDATION")
    socket.send('421["x"]')
    expect(await socket.text((text) => text.startsWith("431"))).toBe(unknownEvent(1, "x"))
    expect(socket.texts.filter((text) => text.startsWith("43"))).toHaveLength(2)

    const session = await RawPolling.open(app.url)
    await session.enter()
    await session.post(['451-5["x",{"_placeholder":true,"num":0}]', "bAQIDBA==", '426["x"]'].join(separator))
    const answers = await session.poll()
    expect(answers).toEqual([expect.stringContaining("ERR_VALIDATION"), unknownEvent(6, "x")])
  })

  test("that are malformed close the connection", async () => {
    for (const packet of ["4abc", "42{}", '42abc["x",1]', "42[", '42["x"]]', '2["x"]']) {
      await using socket = new RawSocket(app.url)
      await socket.enter()
      socket.send(packet)
      await socket.closed
    }
  })
})

/** Only the time between them makes sure that what is sent first comes first: where it was too little, it is tried with more. */
async function onceIn(attempt: (waitMs: number) => Promise<boolean>): Promise<void> {
  for (let waitMs = 20; !(await attempt(waitMs)); waitMs *= 2);
}
