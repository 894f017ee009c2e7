/** The bytes of files against what happens to the messages that hold them, and to the data. */
import { expect, test } from "bun:test"
import { readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { FolderBlobs } from "../../../src/files/folder-blobs.ts"
import { startTestApp, type TestApp } from "../../support/app.ts"
import { createRoom, joined, type TestClient } from "../../support/client.ts"
import { noise, uploaded } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { jpegOf } from "../../support/pictures.ts"
import { runProcess, sourceCommand } from "../../support/process.ts"

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

test("[FILE3] [HIST7] files come back from an export, which has them beside it, byte for byte", async () => {
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
    const exported = await runProcess(["export", out, "--data-dir", app.dataDir])
    expect([exported.stdout, exported.status]).toEqual([
      expect.stringMatching(/^Exported 3 messages of 2 rooms and 2 files to \S+, in \d+\.\d s\.\n$/),
      0,
    ])
    const imported = await runProcess(["import", out, "--data-dir", dataDir])
    expect([imported.stdout, imported.status]).toEqual([
      expect.stringMatching(/^Imported 3 messages of 2 rooms and 2 files, in \d+\.\d s\. Start the server\.\n$/),
      0,
    ])
  }
  await using back = await startTestApp({ dataDir })
  const after = await Promise.all(urls.map((url) => bytesAt(back.url + url)))
  expect(after.map((bytes, i) => bytes.equals(before[i]!))).toEqual([true, true, true, true])
  expect([after[0]!.equals(plain), after[3]!.equals(plain)]).toEqual([true, true])
}, 60_000)

test("[FILE3] an export says which bytes are gone, overwrites none beside it, and leaves none where it fails", async () => {
  using folder = temporaryFolder()
  const [out, other, dataDir] = ["out.ndjson", "other.ndjson", "new"].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const [lost, kept] = [noise(2_000, 1), noise(2_000, 2)]
  for (const [n, bytes] of [lost, kept].entries()) await sent(app, ann, room.id, bytes, `${n}.bin`)
  await new FolderBlobs(join(app.dataDir, "files")).remove(sha(lost))
  const fails = async (...args: readonly string[]) => {
    const { stdout, stderr, status } = await runProcess(args)
    expect([stdout, status]).toEqual(["", 1])
    return stderr
  }
  const exported = await runProcess(["export", out, "--data-dir", app.dataDir])
  expect(exported.stdout).toContain(` 1 file could not be found in ${join(app.dataDir, "files")}.\n`)
  rmSync(out)
  expect(await fails("export", out, "--data-dir", app.dataDir)).toContain(`${out}.files is there already`)

  const place = (parent: string) => join(parent, sha(kept).slice(0, 2), sha(kept))
  const there = place(join(app.dataDir, "files"))
  writeFileSync(there, "cut")
  expect(await fails("export", other, "--data-dir", app.dataDir)).toContain(`${there} is damaged`)
  expect(readdirSync(folder.path)).toEqual(["out.ndjson.files"])
  writeFileSync(there, kept)
  await runProcess(["export", other, "--data-dir", app.dataDir])
  rmSync(place(`${other}.files`))
  const imported = await runProcess(["import", other, "--data-dir", dataDir])
  expect(imported.stdout).toContain(` 2 files could not be found in ${other}.files. Start the server.\n`)
  const piped = Bun.$`${sourceCommand} import - --data-dir ${join(folder.path, "piped")} < ${other}`.quiet()
  expect((await piped).stdout.toString()).toContain(`could not be found in ${join(folder.path, "piped/files")}`)
}, 60_000)
