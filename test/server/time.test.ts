import { expect, test } from "bun:test"
import type { Message } from "../../src/load/delivery/observation.ts"
import { lastingTime } from "../../src/server/clock.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom, joined, type TestClient } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"

const noonMs = Date.parse("2026-01-31T12:00:00.000Z")
const minuteMs = 60_000

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
  const now = lastingTime({ epochMs: () => epochMs, elapsedMs: () => elapsedMs })
  const pass = (ms: number) => {
    epochMs += ms
    elapsedMs += ms
  }
  const [hourMs, aheadMs] = [60 * minuteMs, 1_000 * 86_400_000]
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
