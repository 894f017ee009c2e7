/** The bytes of files against what happens to the messages that hold them, and to the data. */
import { expect, test } from "bun:test"
import { cpSync } from "node:fs"
import { join } from "node:path"
import { FolderBlobs } from "../../src/files/folder-blobs.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { createRoom, joined, type TestClient } from "../support/client.ts"
import { noise, uploaded } from "../support/files.ts"
import { temporaryFolder } from "../support/folder.ts"
import { jpegOf } from "../support/pictures.ts"
import { runProcess } from "../support/process.ts"

const sha = (bytes: Uint8Array) => new Bun.CryptoHasher("sha256").update(bytes).digest("hex")
const bytesAt = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer())

async function sent(app: TestApp, ann: TestClient, roomId: string, bytes: Uint8Array, name: string) {
  const file = await uploaded(app.url, bytes, name)
  const answer = await ann.ask("send_message", { roomId, userId: "ann", files: [file.id] })
  if (!answer.ok) throw new Error(answer.error.message)
  return { id: answer.message.id, file }
}

test("[FILE3] who is downloading a file when its message is deleted gets all of it, and nobody after them", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const bytes = noise(20_000_000)
  const { id, file } = await sent(app, ann, room.id, bytes, "a.bin")
  const url = app.url + file.url
  const readers = await Promise.all(
    [{}, { Range: "bytes=1000-" }].map(async (headers) => {
      const answer = await fetch(url, { headers })
      const reader = answer.body!.getReader()
      return { pieces: [(await reader.read()).value!], reader }
    }),
  )
  expect(readers.every(({ pieces }) => pieces[0]!.length < bytes.length / 2)).toBe(true)
  await ann.ask("delete_message", { roomId: room.id, userId: "ann", id })
  // As the sweep does soon after.
  await new FolderBlobs(join(app.dataDir, "files")).remove(sha(bytes))
  expect((await fetch(url)).status).toBe(404)
  for (const { pieces, reader } of readers) {
    for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value)
  }
  const [whole, rest] = readers.map(({ pieces }) => Buffer.concat(pieces))
  expect([whole!.equals(bytes), rest!.equals(bytes.subarray(1_000))]).toEqual([true, true])
})

test("[FILE3] [HIST7] files come back from an export with the folder beside it, byte for byte", async () => {
  using folder = temporaryFolder()
  const [out, dataDir] = [join(folder.path, "out.ndjson"), join(folder.path, "new")]
  const [plain, picture] = [noise(300_000, 5), await jpegOf(1_200, 900)]
  const urls: string[] = []
  let before: Buffer[] = []
  {
    await using app = await startTestApp()
    const room = await createRoom(app.url)
    await using ann = await joined(app.url, room, "ann")
    const one = await sent(app, ann, room.id, plain, "Plan ü.bin")
    const two = await sent(app, ann, room.id, picture, "photo.jpg")
    const twin = await sent(app, ann, room.id, plain, "twin.bin")
    urls.push(one.file.url, two.file.url, two.file.thumbnailUrl!, twin.file.url)
    before = await Promise.all(urls.map((url) => bytesAt(app.url + url)))
    expect((await runProcess(["export", out, "--data-dir", app.dataDir])).status).toBe(0)
    expect((await runProcess(["import", out, "--data-dir", dataDir])).status).toBe(0)
    cpSync(join(app.dataDir, "files"), join(dataDir, "files"), { recursive: true })
  }
  await using back = await startTestApp({ dataDir })
  const after = await Promise.all(urls.map((url) => bytesAt(back.url + url)))
  expect(after.map((bytes, i) => bytes.equals(before[i]!))).toEqual([true, true, true, true])
  expect([after[0]!.equals(plain), after[3]!.equals(plain)]).toEqual([true, true])
}, 60_000)
