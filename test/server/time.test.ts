import { expect, test } from "bun:test"
import { dayMs, hourMs, minuteMs } from "../../src/contract/durations.ts"
import type { Message } from "../../src/load/delivery/observation.ts"
import { LastingTime } from "../../src/server/clock.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom, joined, type TestClient } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"
import { until } from "../support/until.ts"

const noonMs = Date.parse("2026-01-31T12:00:00.000Z")
const unknown = { servedAt: undefined, onDoubt: () => {} }

test("[MSG1] [SEQ1] a wall clock that steps back a minute changes no order and lowers no createdAt", async () => {
  using folder = temporaryFolder()
  let epochMs = noonMs
  const start = () =>
    startTestApp({ dataDir: folder.path }, { epochMs: () => epochMs, elapsedMs: () => performance.now() })
  const sendAt = async (client: TestClient, roomId: string, ms: number) => {
    epochMs = ms
    const answer = await client.ask("send_message", { roomId, userId: "ann", content: new Date(ms).toISOString() })
    if (!answer.ok) throw new Error(answer.error.code)
    return answer.message
  }

  const first = await start()
  const room = await createRoom(first.url)
  const ann = await joined(first.url, room, "ann")
  const sent: Message[] = []
  for (const ms of [noonMs, noonMs + 1, noonMs - minuteMs + 1, noonMs - minuteMs + 2])
    sent.push(await sendAt(ann, room.id, ms))
  expect(ann.payloads("message_received")).toEqual(sent)
  ann.socket.disconnect()
  await first.stop()

  // What the room's last moment was is remembered by the file, not by the process.
  await using second = await start()
  await using again = await joined(second.url, room, "ann")
  for (const ms of [noonMs - minuteMs + 3, noonMs + minuteMs]) sent.push(await sendAt(again, room.id, ms))

  expect(sent.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6])
  const stepsMs = sent.map(({ createdAt }) => Date.parse(createdAt) - noonMs)
  expect(stepsMs).toEqual([0, 1, 1, 1, 1, minuteMs])
  const page = await again.ask("get_history", { roomId: room.id })
  expect(page).toMatchObject({ ok: true, messages: sent.map(({ id, createdAt }) => ({ id, createdAt })) })
})

test("[MSG1] [SEQ1] a clock that was a lifetime ahead for a moment is followed back, and that is told", async () => {
  let epochMs = noonMs
  await using app = await startTestApp({}, { epochMs: () => epochMs, elapsedMs: () => performance.now() })
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const times: string[] = []
  for (const time of ["2026-01-31T12:00:00.000Z", "2100-01-01T00:00:00.000Z", "2026-01-31T12:00:01.000Z"]) {
    epochMs = Date.parse(time)
    const answer = await ann.ask("send_message", { roomId: room.id, userId: "ann", content: time })
    if (answer.ok) times.push(answer.message.createdAt)
    expect(app.limited()["clock"] ?? 0).toBe(times.length === 3 ? 1 : 0)
  }
  expect(times).toEqual(["2026-01-31T12:00:00.000Z", "2100-01-01T00:00:00.000Z", "2026-01-31T12:00:01.000Z"])
  await ann.messages(3)
  expect(ann.payloads("message_received").map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test("[HIST8] what is removed for good goes by a time that has lasted: not by a clock that is ahead for a moment", () => {
  let [epochMs, elapsedMs] = [noonMs, 0]
  const { now } = new LastingTime({ epochMs: () => epochMs, elapsedMs: () => elapsedMs }, unknown)
  const pass = (ms: number) => {
    epochMs += ms
    elapsedMs += ms
  }
  const aheadMs = 6 * dayMs
  expect(now()).toBe(noonMs)
  pass(hourMs)
  epochMs += aheadMs
  expect(now()).toBe(noonMs + hourMs)
  epochMs -= aheadMs
  pass(hourMs)
  expect(now()).toBe(noonMs + 2 * hourMs)
  // One that is set back is right at once, one that is set ahead after a while.
  epochMs -= minuteMs
  expect(now()).toBe(noonMs + 2 * hourMs - minuteMs)
  epochMs += aheadMs
  for (let asked = 0; asked < 3; asked++) {
    pass(minuteMs)
    expect(now()).toBe(epochMs - aheadMs)
  }
  for (const right of [false, true]) {
    pass(hourMs)
    expect(now() === epochMs).toBe(right)
  }
})

test("[HIST8] nor by one that was years ahead already when the server started, unless that lasts for a day", () => {
  const told: string[] = []
  const start = (servedAt: number | undefined, wrongMs: number) => {
    let elapsedMs = 5_000
    const clock = { epochMs: () => noonMs + wrongMs + elapsedMs - 5_000, elapsedMs: () => elapsedMs }
    const time = new LastingTime(clock, { servedAt, onDoubt: (text) => told.push(text) })
    const pass = (ms: number) => {
      elapsedMs += ms
    }
    const correct = () => {
      wrongMs = 0
    }
    return { time, pass, correct }
  }
  const [yearMs, weekMs] = [365 * dayMs, 7 * dayMs]
  // Where nothing is known, and after a week without a server, the clock is believed at once.
  for (const servedAt of [undefined, noonMs - weekMs, noonMs, noonMs + dayMs])
    expect([start(servedAt, 0).time.now(), told]).toEqual([noonMs, []])

  const ahead = start(noonMs - hourMs, 10 * yearMs)
  expect(ahead.time.now()).toBe(noonMs - hourMs)
  ahead.pass(23 * hourMs)
  // What is kept with the data is no later, so a start in between learns the same.
  expect([ahead.time.now(), ahead.time.servedAt()]).toEqual([noonMs + 22 * hourMs, noonMs + 22 * hourMs])
  const message =
    "The clock says 2036-01-30T11:00:00Z, and this data was served until 2026-02-01T10:00:00Z: set the clock right if it is wrong. Until it has said so for 24 hours, what is too old is told by the earlier time."
  expect(ahead.time.warnings()).toEqual([{ code: "clock", message }])
  expect(told).toHaveLength(1)
  ahead.pass(hourMs)
  expect([ahead.time.now(), ahead.time.warnings()]).toEqual([noonMs + 10 * yearMs + dayMs, []])

  const corrected = start(noonMs - hourMs, 10 * yearMs)
  expect(corrected.time.now()).toBe(noonMs - hourMs)
  corrected.correct()
  corrected.pass(minuteMs)
  expect([corrected.time.now(), corrected.time.warnings()]).toEqual([noonMs + minuteMs, []])
  expect(told).toHaveLength(2)

  // A machine that wakes up without a clock, until the network tells it the time.
  const behind = start(noonMs - hourMs, -10 * yearMs)
  expect([behind.time.now(), behind.time.servedAt()]).toEqual([noonMs - 10 * yearMs, noonMs - hourMs])
  behind.correct()
  behind.pass(minuteMs)
  expect([behind.time.now() <= noonMs + minuteMs, behind.time.warnings()]).toEqual([true, []])
})

test("[HIST8] a server that starts years too late removes nothing and says so; one that was really off goes on after a day", async () => {
  using folder = temporaryFolder()
  let epochMs = noonMs
  let elapsedMs = 0
  const clock = { epochMs: () => epochMs, elapsedMs: () => elapsedMs }
  const start = () => startTestApp({ dataDir: folder.path, retentionDays: 30 }, clock)
  const readyz = async (url: string) => (await fetch(`${url}/readyz`)).json()
  let room = { id: "" }
  {
    await using first = await start()
    room = await createRoom(first.url)
    await using ann = await joined(first.url, room, "ann")
    expect(await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "kept" })).toMatchObject({
      ok: true,
    })
    expect(await readyz(first.url)).toEqual({ status: "ready" })
  }
  epochMs = noonMs + 1_000 * dayMs
  for (const _ of ["the first start", "the next"]) {
    await using wrong = await start()
    await using ann = await joined(wrong.url, room, "ann")
    expect(await readyz(wrong.url)).toEqual({
      status: "ready",
      warnings: [expect.stringMatching(/^The clock says 2028-/)],
    })
    elapsedMs += hourMs
    epochMs += hourMs
    expect(ann.payloads("history")[0]).toMatchObject([{ content: "kept" }])
  }
  // Nobody was here for a month, and now the clock is right.
  epochMs = noonMs + 31 * dayMs
  await using right = await start()
  elapsedMs += dayMs
  epochMs += dayMs
  expect(await readyz(right.url)).toEqual({ status: "ready" })
  await right.stop()
  await using last = await start()
  await using ann = await joined(last.url, room, "ann")
  await until("it is removed", async () => {
    const page = await ann.ask("get_history", { roomId: room.id })
    return page.ok && page.messages.length === 0
  })
})
