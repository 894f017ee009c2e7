/** What a large file costs the server's memory, which is the same on a busy machine. */
import { expect, test } from "bun:test"
import { createRoom, joined } from "../../support/client.ts"
import { noise, uploaded } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { residentMb } from "../../support/memory.ts"
import { startProcess } from "../../support/process.ts"

const largeBytes = 100_000_000
const growthMbMax = 40

test("[FILE1] [FILE3] 100 MB up and down take little memory", async () => {
  using folder = temporaryFolder()
  const environment = { DATA_DIR: folder.path, RATE_LIMITS: "off", FILE_BYTES_MAX: `${largeBytes}` }
  await using server = await startProcess(environment)
  const room = await createRoom(server.url)
  await using ann = await joined(server.url, room, "ann")
  // What the first of each takes is not the size's.
  await sendAndRead(noise(1_000_000))
  const before = residentMb(server.pid)
  let peak = before
  const watching = setInterval(() => {
    peak = Math.max(peak, residentMb(server.pid))
  }, 20)
  expect(await sendAndRead(large(), () => console.log(`up: RSS ${before.toFixed()} -> ${peak.toFixed()} MB`))).toBe(
    largeBytes,
  )
  clearInterval(watching)
  console.log(`and down: RSS ${before.toFixed()} -> ${peak.toFixed()} MB`)
  expect(peak - before).toBeLessThan(growthMbMax)

  async function sendAndRead(body: Buffer | ReadableStream, onSent = () => {}): Promise<number> {
    const file = await uploaded(server.url, body)
    const sent = await ann.ask("send_message", { roomId: room.id, userId: "ann", files: [file.id] })
    expect(sent).toMatchObject({ ok: true })
    onSent()
    let bytes = 0
    const answer = await fetch(server.url + file.url)
    for await (const piece of answer.body ?? []) bytes += piece.byteLength
    return bytes
  }
}, 60_000)

function large(): ReadableStream {
  const piece = noise(1_000_000)
  let left = largeBytes / piece.length
  return new ReadableStream({
    pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
  })
}
