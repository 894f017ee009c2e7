/** What only time brings about, waited for at once: heartbeats, and the ends of connections that do nothing. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { RawPolling, RawSocket } from "../support/raw.ts"

const pingIntervalMs = 25_000
const pingTimeoutMs = 20_000
const upgradeTimeoutMs = 10_000
const timeoutMs = 90_000
/** Timers are late on a machine with much to do. */
const slackMs = 8_000

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app.stop())

async function lasts(end: Promise<unknown>): Promise<number> {
  const startMs = performance.now()
  await end
  return performance.now() - startMs
}

function expectAbout(ms: number, expectedMs: number): void {
  expect(ms).toBeGreaterThan(expectedMs - 500)
  expect(ms).toBeLessThan(expectedMs + slackMs)
}

/** Resolves when the server no longer knows the session. It is asked by polling, which it may well do for ever. */
async function forgotten(session: RawPolling): Promise<void> {
  for (;;) {
    try {
      await session.poll()
    } catch {
      return
    }
  }
}

describe("time passes", () => {
  test.concurrent(
    "[CONN1] a ping comes after 25 s, and who answers it goes on",
    async () => {
      await using socket = new RawSocket(app.url)
      await socket.enter()
      expectAbout(await lasts(socket.text((text) => text === "2")), pingIntervalMs)
      socket.send("3")
      // Past the end of who does not answer.
      await Bun.sleep(pingTimeoutMs + 1_000)
      socket.send('421["x"]')
      expect(await socket.text((text) => text.startsWith("431"))).toContain("ERR_UNKNOWN_EVENT")
    },
    timeoutMs,
  )

  test.concurrent(
    "[CONN1] a ping ends a poll, and a pong may be posted",
    async () => {
      const session = await RawPolling.open(app.url)
      await session.enter()
      expectAbout(await lasts(session.packet((packet) => packet === "2")), pingIntervalMs)
      expect((await session.post("3")).status).toBe(200)
      await session.post('421["x"]')
      expect(await session.packet((packet) => packet.startsWith("431"))).toContain("ERR_UNKNOWN_EVENT")
    },
    timeoutMs,
  )

  test.concurrent(
    "[CONN1] who does not answer a ping within 20 s is closed, over both transports",
    async () => {
      await using socket = new RawSocket(app.url)
      await socket.enter()
      const session = await RawPolling.open(app.url)
      await session.enter()
      const silent = [lasts(socket.closed), lasts(forgotten(session))]
      for (const ms of await Promise.all(silent)) expectAbout(ms, pingIntervalMs + pingTimeoutMs)
    },
    timeoutMs,
  )

  test.concurrent(
    "pongs that nobody asked for keep nobody from being asked",
    async () => {
      await using socket = new RawSocket(app.url)
      await socket.enter()
      for (let i = 0; i < 100; i++) socket.send("3")
      expectAbout(await lasts(socket.text((text) => text === "2")), pingIntervalMs)
      expectAbout(await lasts(socket.closed), pingTimeoutMs)
    },
    timeoutMs,
  )

  test.concurrent(
    "a connection that enters no namespace is closed after 10 s, and so is one that leaves it",
    async () => {
      await using idle = new RawSocket(app.url)
      await using left = new RawSocket(app.url)
      await left.enter()
      left.send("41")
      await using refused = new RawSocket(app.url)
      await refused.text((text) => text.startsWith("0"))
      refused.send("40/other,")
      const session = await RawPolling.open(app.url)
      const leaving = await RawPolling.open(app.url)
      await leaving.enter()
      await leaving.post("41")
      // Its poll is answered then, and not at the next ping.
      const polled = leaving.poll()
      const ends = [idle.closed, left.closed, refused.closed, forgotten(session), polled].map(lasts)
      for (const ms of await Promise.all(ends)) expectAbout(ms, limits.namespaceTimeoutMs)
    },
    timeoutMs,
  )

  test.concurrent(
    "one that leaves and enters again in time stays",
    async () => {
      await using socket = new RawSocket(app.url)
      await socket.enter()
      socket.send("41")
      socket.texts.length = 0
      socket.send("40")
      await socket.text((text) => text.startsWith("40"))
      await Bun.sleep(limits.namespaceTimeoutMs + 1_000)
      socket.send('421["x"]')
      expect(await socket.text((text) => text.startsWith("431"))).toContain("ERR_UNKNOWN_EVENT")
    },
    timeoutMs,
  )

  test.concurrent(
    "an upgrade that is begun and not completed ends after 10 s, and its session polls on",
    async () => {
      const sessions = [await RawPolling.open(app.url), await RawPolling.open(app.url)]
      for (const session of sessions) await session.enter()
      const [silent, probed] = sessions.map(({ sid }) => new RawSocket(app.url, { sid }))
      probed?.send("2probe")
      for (const ms of await Promise.all([silent, probed].map((socket) => lasts(socket?.closed ?? Promise.reject()))))
        expectAbout(ms, upgradeTimeoutMs)
      for (const session of sessions) expect(await session.isOpen()).toBe(true)
    },
    timeoutMs,
  )
})
