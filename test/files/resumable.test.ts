/** Uploads that are to be resumed, as a stranger or a power cut would have them. */
import { expect, test } from "bun:test"
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, utimesSync } from "node:fs"
import { join } from "node:path"
import { filing } from "../../src/app/files.ts"
import { toolsOf } from "../../src/app/parts.ts"
import { readConfig } from "../../src/config.ts"
import type { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"
import { readBegun } from "../../src/files/begun.ts"
import { Files, type FilesOptions } from "../../src/files/files.ts"
import { FolderBlobs } from "../../src/files/folder-blobs.ts"
import type { Incoming } from "../../src/files/incoming.ts"
import { ResumableUploads } from "../../src/files/resumable.ts"
import { Thumbnails } from "../../src/files/thumbnails.ts"
import { Vault } from "../../src/files/vault.ts"
import { WholeUploads } from "../../src/files/whole.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { withoutDescriptors } from "../support/descriptors.ts"
import { temporaryFolder } from "../support/folder.ts"

const MiB = 1_048_576
const noon = Date.parse("2026-01-31T12:00:00.000Z")
async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
const sha = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex")
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (cause: ChatError) => cause.code,
  )

interface Disk {
  freeShare: number
  /** What comes of opening a file that is there. */
  opening: () => Promise<void>
}

/** Ends uploads when it is let. */
class SlowFiles extends Files {
  readonly #end: Promise<void>
  readonly #disk: Disk

  constructor(options: FilesOptions, end: Promise<void>, disk: Disk) {
    super(options)
    this.#end = end
    this.#disk = disk
  }

  override async reopen(path: string): Promise<Incoming> {
    await this.#disk.opening()
    return super.reopen(path)
  }

  override async end(incoming: Incoming): Promise<void> {
    await this.#end
    await super.end(incoming)
  }
}

function setUp(end: Promise<void> = Promise.resolve()) {
  const folder = temporaryFolder()
  const store = new MemoryStore({ pendingMax: 1_000, onFailure: console.error })
  const blobs = new FolderBlobs(folder.path)
  const disk: Disk = { freeShare: 1, opening: async () => {} }
  const epochMs = () => noon
  const incoming = join(folder.path, "incoming")
  const names = () => (existsSync(incoming) ? readdirSync(incoming) : [])
  return {
    /** Of a process of its own. */
    newUploads: (elapsedMs = epochMs) => {
      for (const name of names()) utimesSync(join(incoming, name), noon / 1_000, noon / 1_000)
      const vault = new Vault(folder.path, blobs)
      const freeShare = () => disk.freeShare
      const options = { store, vault, thumbnails: new Thumbnails(), bytesMax: 20 * MiB, freeShare, epochMs }
      return new ResumableUploads({ files: new SlowFiles(options, end, disk), vault, elapsedMs, epochMs })
    },
    names,
    disk,
    pathOf: (id: string) => join(incoming, id),
    kept: (text: string) =>
      existsSync(blobs.pathOf(sha(text))) ? readFileSync(blobs.pathOf(sha(text)), "utf8") : undefined,
    [Symbol.asyncDispose]: async () => {
      await store.close()
      folder[Symbol.dispose]()
    },
  }
}

const begun = (owner = "ann", length = 9) => ({ name: "a", ownerId: null, owner, length })

test("[FILE1] while the disk is full no piece is taken, however small, and what had come makes room", async () => {
  await using kept = setUp()
  const uploads = kept.newUploads()
  const id = await uploads.create(begun())
  await uploads.append(id, "ann", 0, pieces("half"))
  expect(kept.names()).toHaveLength(2)
  kept.disk.freeShare = 0.09
  expect(await code(uploads.append(id, "ann", 4, pieces("r")))).toBe("ERR_STORAGE")
  expect(kept.names()).toEqual([])
  expect(await code(uploads.progress(id, "ann"))).toBe("ERR_NOT_FOUND")
  kept.disk.freeShare = 1
  const again = await uploads.create(begun())
  expect((await uploads.append(again, "ann", 0, pieces("half rest"))).file).toMatchObject({ bytes: 9 })
})

test("[FILE1] an upload that is ended does not come back while its bytes are removed", async () => {
  const { promise: end, resolve: letEnd } = Promise.withResolvers<void>()
  await using kept = setUp(end)
  const uploads = kept.newUploads()
  const id = await uploads.create(begun())
  await uploads.append(id, "ann", 0, pieces("half"))
  const dropping = uploads.drop(id, "ann")
  await new Promise((resolve) => setImmediate(resolve))
  // Its bytes are there, and may be gone when these come.
  expect(kept.names()).toHaveLength(2)
  expect(await code(uploads.progress(id, "ann"))).toBe("ERR_NOT_FOUND")
  expect(await code(uploads.append(id, "ann", 4, pieces(" rest")))).toBe("ERR_NOT_FOUND")
  letEnd()
  await dropping
  expect([kept.names(), kept.kept("half rest")]).toEqual([[], undefined])
})

test("[FILE1] pieces at the same place at once: one is taken, and the bytes are right", async () => {
  await using kept = setUp()
  const uploads = kept.newUploads()
  const id = await uploads.create(begun())
  const answers = await Promise.all([
    code(uploads.append(id, "ann", 0, pieces("half"))),
    code(uploads.append(id, "ann", 0, pieces("other"))),
  ])
  expect(answers).toEqual(["none", "ERR_CONFLICT"])
  for (const offset of [0, 3, 5])
    await expect(uploads.append(id, "ann", offset, pieces("x"))).rejects.toMatchObject({
      code: "ERR_CONFLICT",
      message: "This upload is at byte 4.",
    })
  const ends = await Promise.all([
    uploads.append(id, "ann", 4, pieces(" rest")),
    uploads.append(id, "ann", 4, pieces(" fork")).catch((cause: ChatError) => cause),
  ])
  expect(ends[0].file?.bytes).toBe(9)
  expect(ends[1]).toMatchObject({ code: "ERR_CONFLICT", message: expect.stringContaining("Another request") })
  expect([kept.kept("half rest"), kept.kept("half fork")]).toEqual(["half rest", undefined])
})

test("[FILE1] a request that brings nothing any more makes room for the next one of its sender", async () => {
  await using kept = setUp()
  let nowMs = 0
  const uploads = kept.newUploads(() => nowMs)
  const id = await uploads.create(begun())
  const written = Promise.withResolvers<void>()
  async function* halfOpen(): AsyncGenerator<Uint8Array> {
    yield Buffer.from("half")
    written.resolve()
    await new Promise(() => {})
  }
  const first = uploads.append(id, "ann", 0, halfOpen())
  await written.promise
  nowMs = limits.uploadSilenceMs - 1
  expect(await code(uploads.append(id, "ann", 4, pieces(" rest")))).toBe("ERR_CONFLICT")
  nowMs++
  expect(await code(uploads.append(id, "eve", 4, pieces(" evil")))).toBe("ERR_NOT_FOUND")
  const ends = await Promise.all([
    uploads.append(id, "ann", 4, pieces(" rest")),
    code(uploads.append(id, "ann", 4, pieces(" fork"))),
  ])
  expect([ends[0].file?.bytes, ends[1]]).toEqual([9, "ERR_CONFLICT"])
  expect(await first).toMatchObject({ offset: 4, file: undefined })
  expect(kept.kept("half rest")).toBe("half rest")
})

test("[FILE1] what a power cut left of a note is cut off, so that what is noted next says what it says", async () => {
  for (const left of ["6", "\0\0\0\n", "4\n\0\0", "5 and more\n7\n"]) {
    await using kept = setUp()
    const first = kept.newUploads()
    const id = await first.create(begun("Änn"))
    await first.append(id, "Änn", 0, pieces("half"))
    appendFileSync(`${kept.pathOf(id)}.begun`, left)
    appendFileSync(kept.pathOf(id), "torn")
    const second = kept.newUploads()
    expect((await second.progress(id, "Änn")).offset).toBe(4)
    await second.append(id, "Änn", 4, pieces(" "))
    appendFileSync(kept.pathOf(id), "torn")
    const third = kept.newUploads()
    expect((await third.progress(id, "Änn")).offset).toBe(5)
    await third.append(id, "Änn", 5, pieces("rest"))
    expect([kept.kept("half rest"), kept.names()]).toEqual(["half rest", []])
  }
})

test("[FILE1] a note that is no note holds up nobody, and goes when it is asked for", async () => {
  await using kept = setUp()
  const first = kept.newUploads()
  for (const note of ["null\n", "5\n", '{"owner":"ann"}\n', '{"owner":1,"length":5}\n']) {
    const id = await first.create(begun())
    await Bun.write(`${kept.pathOf(id)}.begun`, note)
    const next = kept.newUploads()
    expect(await code(next.progress(id, "ann"))).toBe("ERR_NOT_FOUND")
    expect(kept.names()).toEqual([])
    await first.drop(id, "ann")
  }
})

test("[FILE1] of a piece that is cut by the end of the process, all but its last MiB goes on", async () => {
  await using kept = setUp()
  const first = kept.newUploads()
  const id = await first.create(begun("ann", 20 * MiB))
  const isWritten = Promise.withResolvers<void>()
  const isOver = Promise.withResolvers<void>()
  async function* untilTheEnd() {
    for (let i = 0; i < 19; i++) yield Buffer.alloc(512 * 1_024, i)
    isWritten.resolve()
    await isOver.promise
  }
  const going = first.append(id, "ann", 0, untilTheEnd())
  await isWritten.promise
  expect(statSync(kept.pathOf(id)).size).toBe(9.5 * MiB)
  const second = kept.newUploads()
  expect((await second.progress(id, "ann")).offset).toBe(9 * MiB)
  isOver.resolve()
  await going
})

test("[FILE1] pieces without bytes are not noted", async () => {
  await using kept = setUp()
  const uploads = kept.newUploads()
  const id = await uploads.create(begun())
  await uploads.append(id, "ann", 0, pieces("half"))
  const size = () => statSync(`${kept.pathOf(id)}.begun`).size
  const before = size()
  for (let i = 0; i < 3; i++) await uploads.append(id, "ann", 4, pieces(""))
  expect(size()).toBe(before)
})

test("[LIM1] all owners together have so many of them open, those of the last process too", async () => {
  await using kept = setUp()
  const uploads = kept.newUploads()
  const create = (i: number) => uploads.create(begun(`owner ${i % 100}`))
  const ids = await Promise.all(Array.from({ length: limits.resumableMax }, (_, i) => create(i)))
  expect(await code(uploads.create(begun("one more")))).toBe("ERR_BUSY")
  const next = kept.newUploads()
  expect(await code(next.create(begun("one more")))).toBe("ERR_BUSY")
  await next.drop(ids[0]!, "owner 0")
  expect(await code(next.create(begun("one more")))).toBe("none")
  expect(await code(next.create(begun("and another")))).toBe("ERR_BUSY")
})

test("[FILE1] the files of the last thousand uploads are told again, and older ones forgotten", () => {
  const whole = new WholeUploads()
  const progress = { offset: 1, length: 1, file: undefined }
  for (let i = 0; i <= 1_000; i++) whole.add(`${i}`, { owner: "ann", progress, atMs: i })
  expect([whole.of("0", "ann"), whole.of("1", "ann"), whole.of("1", "eve")]).toEqual([undefined, progress, undefined])
  whole.forget(1_000)
  expect([whole.of("999", "ann"), whole.of("1000", "ann")]).toEqual([undefined, progress])
})

test("[FILE1] a disk that becomes nearly full is noticed in the midst of an upload, which keeps nothing", async () => {
  await using kept = setUp()
  const uploads = kept.newUploads()
  const id = await uploads.create(begun("ann", 9 * MiB))
  async function* fillsTheDisk() {
    yield Buffer.alloc(3 * MiB)
    kept.disk.freeShare = 0.09
    yield Buffer.alloc(3 * MiB)
    throw new Error("more was asked for")
  }
  expect(await code(uploads.append(id, "ann", 0, fillsTheDisk()))).toBe("ERR_STORAGE")
  expect(kept.names()).toEqual([])
})

test("[LIM1] a hundred uploads are on their way at a time, and the next one finds room when one has ended", async () => {
  await using kept = setUp()
  const uploads = kept.newUploads()
  const ended = Promise.withResolvers<void>()
  async function* held() {
    await ended.promise
    yield Buffer.from("whole now")
  }
  const coming: Promise<unknown>[] = []
  for (let i = 0; i < limits.uploadsAtOnceMax; i++) {
    const owner = `owner ${i}`
    coming.push(uploads.append(await uploads.create(begun(owner)), owner, 0, held()))
  }
  const id = await uploads.create(begun())
  expect(await code(uploads.append(id, "ann", 0, pieces("whole now")))).toBe("ERR_BUSY")
  ended.resolve()
  await Promise.all(coming)
  expect(await code(uploads.append(id, "ann", 0, pieces("whole now")))).toBe("none")
})

test("[FILE1] an upload that cannot be opened for now is there for whoever asks next, and opened once for all", async () => {
  await using kept = setUp()
  const first = kept.newUploads()
  const id = await first.create(begun())
  await first.append(id, "ann", 0, pieces("half"))
  const next = kept.newUploads()
  const opened: string[] = []
  kept.disk.opening = async () => {
    opened.push(id)
    throw Object.assign(new Error("too many open files"), { code: "EMFILE" })
  }
  const rest = () => next.append(id, "ann", 4, pieces(" rest"))
  expect(await Promise.all([code(rest()), code(next.progress(id, "ann"))])).toEqual(["EMFILE", "EMFILE"])
  expect(await code(rest())).toBe("EMFILE")
  expect([opened.length, kept.names().length]).toEqual([2, 2])
  kept.disk.opening = async () => void opened.push(id)
  const asked = await Promise.all([next.progress(id, "ann"), next.progress(id, "ann")])
  expect([asked.map(({ offset }) => offset), opened.length]).toEqual([[4, 4], 3])
  await rest()
  expect([kept.kept("half rest"), kept.names()]).toEqual(["half rest", []])
})

test("[FILE1] where no descriptor is free, a note is not taken for one that is lost", async () => {
  await using kept = setUp()
  const uploads = kept.newUploads()
  const path = kept.pathOf(await uploads.create(begun()))
  const ask = `readBegun(${JSON.stringify(path)}).catch(({ code }) => code).then((answer) => console.log(answer))`
  expect(withoutDescriptors("files/begun.ts", "readBegun", ask)).toEqual({ printed: "EMFILE", exitCode: 0 })
  const wrong = ask.replace(path, `${path}-of-nobody`)
  expect(withoutDescriptors("files/begun.ts", "readBegun", wrong).printed).toBe("EMFILE")
  expect(await readBegun(`${path}-of-nobody`)).toBeUndefined()
})

test("[FILE1] of a piece that is cut, or longer than what was announced, what came whole is kept, and goes on", async () => {
  await using kept = setUp()
  const uploads = kept.newUploads()
  const id = await uploads.create(begun())
  async function* cut() {
    yield Buffer.from("ha")
    yield Buffer.from("lf")
    throw new Error("the connection was cut")
  }
  expect(uploads.append(id, "ann", 0, cut())).rejects.toThrow("cut")
  expect((await uploads.progress(id, "ann")).offset).toBe(4)
  const tooLong = [Buffer.from(" "), Buffer.from("rest and more")] as never
  expect(await code(uploads.append(id, "ann", 4, tooLong))).toBe("ERR_TOO_LARGE")
  expect((await uploads.progress(id, "ann")).offset).toBe(5)
  expect(statSync(kept.pathOf(id)).size).toBe(5)
  await uploads.append(id, "ann", 5, pieces("rest"))
  expect(kept.kept("half rest")).toBe("half rest")
})

test("[FILE1] an upload outlives a restart also where the machine's clock is hours behind the database's", async () => {
  using folder = temporaryFolder()
  const config = readConfig({}, { DATA_DIR: folder.path, DATABASE_URL: "postgres://nowhere/none" })
  const store = new MemoryStore({ pendingMax: 1_000, onFailure: console.error })
  const start = () => {
    const tools = toolsOf(config, {})
    tools.sharedClock?.heard(Date.now() + 3 * 60 * 60_000, { fromMs: 0, toMs: performance.now() })
    return filing(config, tools, store, { blobs: undefined, now: tools.clock.epochMs }).uploads
  }
  const uploads = start()
  const id = await uploads.create(begun())
  await uploads.append(id, "ann", 0, pieces("half"))
  expect(await start().progress(id, "ann")).toMatchObject({ offset: 4 })
  await store.close()
})
