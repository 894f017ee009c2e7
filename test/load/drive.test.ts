/** A crowd against Warren itself, in this process, and against the bench's bare peer, which stores nothing. */
import { expect, test } from "bun:test"
import { join } from "node:path"
import { Crowd } from "../../src/load/crowd.ts"
import { drive, type Pace } from "../../src/load/drive.ts"
import { startTestApp } from "../support/app.ts"
import { startProcess } from "../support/process.ts"

const barePeer = [process.execPath, join(import.meta.dir, "../../bench/peers/bare.ts")]

test("a crowd talks in its rooms, everybody hears everything, and the server stored just that", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const crowd = await Crowd.gather({ urls: [app.url], rooms: 3, clients: 12 })

  const pace: Pace = { kind: "in flight", senders: 6, each: 2 }
  const result = await drive(crowd, { pace, durationMs: 50, contentBytes: 40, withIds: true })

  expect(result.drained).toBe(true)
  expect(result.sent).toBeGreaterThanOrEqual(12)
  expect(result.acked).toBe(result.sent)
  expect(result.deliveries).toBe(result.sent * 4)
  expect(result.ack.count).toBe(result.sent)
  expect(result.refused).toEqual({})
  expect(crowd.rooms.flatMap(({ tape }) => tape.messages.map(({ content }) => content.length))).toEqual(
    Array(result.sent).fill(40),
  )
  expect(await crowd.verdict()).toEqual([])
  expect(crowd.losses).toEqual([])
  crowd.close()
})

test("a rate is kept, with typing around each message", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const crowd = await Crowd.gather({ urls: [app.url], rooms: 2, clients: 6 })

  const pace: Pace = { kind: "rate", perSecond: 200, typing: true }
  const result = await drive(crowd, { pace, durationMs: 100, contentBytes: 20 })

  expect(result.drained).toBe(true)
  expect(result.sent).toBeGreaterThanOrEqual(18)
  expect(result.sent).toBeLessThanOrEqual(1 + result.elapsedMs * 0.2)
  expect(result.deliveries).toBe(result.sent * 3)
  expect(result.typing).toBeGreaterThan(0)
  expect(await crowd.verdict()).toEqual([])
  crowd.close()
})

test("what is refused is counted by its code, and is no anomaly", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const crowd = await Crowd.gather({ urls: [app.url], rooms: 1, clients: 2 })

  const pace: Pace = { kind: "rate", perSecond: 100, typing: false }
  const result = await drive(crowd, { pace, durationMs: 50, contentBytes: 5_000 })

  expect(result.refused).toEqual({ ERR_VALIDATION: result.sent })
  expect(result).toMatchObject({ acked: 0, deliveries: 0, drained: true })
  expect(await crowd.verdict()).toEqual([])
  crowd.close()
})

test("a crowd can be checked piece by piece", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const crowd = await Crowd.gather({ urls: [app.url], rooms: 2, clients: 6 })
  const pace: Pace = { kind: "in flight", senders: 2, each: 1 }
  for (let piece = 0; piece < 3; piece++) {
    const result = await drive(crowd, { pace, durationMs: 20, contentBytes: 20 })
    expect(result.acked).toBeGreaterThan(0)
    expect(crowd.verdictAmongMembers()).toEqual([])
    crowd.restart()
  }
  expect(crowd.rooms.every(({ rev, tape }) => rev > 0 && tape.messages.length === 0)).toBe(true)
  crowd.close()
})

test("the bare peer holds the same conversation", async () => {
  await using peer = await startProcess({}, { command: barePeer })
  const crowd = await Crowd.gather({ urls: [peer.url], rooms: 2, clients: 6 })
  const pace: Pace = { kind: "in flight", senders: 2, each: 2 }
  const result = await drive(crowd, { pace, durationMs: 50, contentBytes: 100 })

  expect(result).toMatchObject({ drained: true, acked: result.sent, deliveries: result.sent * 3 })
  expect(crowd.verdictAmongMembers()).toEqual([])
  crowd.close()
})
