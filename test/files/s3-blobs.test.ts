import { expect, test } from "bun:test"
import { join } from "node:path"
import { keyOf } from "../../src/files/blobs.ts"
import { S3Blobs } from "../../src/files/s3-blobs.ts"
import { noise } from "../support/files.ts"
import { temporaryFolder } from "../support/folder.ts"
import { access, S3Server } from "../support/s3.ts"

const day = 86_400_000

async function setUp(change: Partial<typeof access> = {}) {
  const folder = temporaryFolder()
  const s3 = new S3Server()
  const failures: unknown[] = []
  const blobs = new S3Blobs({
    url: "s3://bucket/some/place",
    access: { ...access, ...change, endpoint: s3.endpoint },
    epochMs: Date.now,
    onFailure: (cause) => failures.push(cause),
  })
  return {
    s3,
    blobs,
    failures,
    write: async (bytes: Uint8Array) => {
      const path = join(folder.path, "coming")
      await Bun.write(path, bytes)
      return { path, sha256: new Bun.CryptoHasher("sha256").update(bytes).digest("hex") }
    },
    [Symbol.asyncDispose]: async () => {
      await s3[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

const bytesOf = async (body: Blob | ReadableStream<Uint8Array>) => Buffer.from(await new Response(body).arrayBuffer())

test("a content is put once, also in parts, and read in ranges", async () => {
  await using it = await setUp()
  for (const size of [0, 1, 6_000_000]) {
    const bytes = noise(size, size)
    const { path, sha256 } = await it.write(bytes)
    await it.blobs.place(path, sha256)
    const blob = await it.blobs.find(sha256, "original")
    expect(blob?.size).toBe(size)
    expect((await bytesOf(blob!.body(0, size))).equals(bytes)).toBe(true)
    const [from, to] = [Math.floor(size / 3), Math.floor(size / 2)]
    expect((await bytesOf(blob!.body(from, to))).equals(bytes.subarray(from, to))).toBe(true)
    const { length } = it.s3.asked
    await it.blobs.place(path, sha256)
    expect(it.s3.asked.slice(length)).toEqual([`HEAD some/place/${keyOf(sha256, "original")}`])
  }
})

test("a reader who takes no more is sent no more", async () => {
  await using it = await setUp()
  const { path, sha256 } = await it.write(noise(4_000_000))
  await it.blobs.place(path, sha256)
  const blob = await it.blobs.find(sha256, "original")
  const reader = (blob!.body(0, 4_000_000) as ReadableStream<Uint8Array>).getReader()
  const gets = () => it.s3.asked.filter((asked) => asked.startsWith("GET")).length
  expect(gets()).toBe(0)
  await reader.read()
  await reader.read()
  expect(gets()).toBe(2)
  await reader.cancel()
  expect(gets()).toBe(2)
})

test("what is removed is gone with its thumbnail, and removing it twice is nothing", async () => {
  await using it = await setUp()
  const { path, sha256 } = await it.write(noise(10))
  await it.blobs.place(path, sha256)
  await it.blobs.placeThumbnail(path, sha256)
  expect(it.s3.objects.size).toBe(2)
  for (let times = 0; times < 2; times++) await it.blobs.remove(sha256)
  expect([it.s3.objects.size, await it.blobs.find(sha256, "original"), await it.blobs.holds(sha256)]).toEqual([
    0,
    undefined,
    false,
  ])
})

test("contents of a day ago are listed, page by page, and no younger ones, nor what is not ours", async () => {
  await using it = await setUp()
  const old: string[] = []
  for (let i = 0; i < 5; i++) {
    const { path, sha256 } = await it.write(noise(10, i))
    await it.blobs.place(path, sha256)
    old.push(sha256)
  }
  it.s3.objects.set("some/place/note.txt", { bytes: Buffer.alloc(1), modifiedAt: Date.now() })
  it.s3.objects.set(`another/${keyOf("ab".repeat(32), "original")}`, { bytes: Buffer.alloc(1), modifiedAt: 0 })
  it.s3.age(day + 60_000)
  const { path, sha256 } = await it.write(noise(10, 99))
  await it.blobs.place(path, sha256)
  const listed: string[] = []
  for await (const hashes of it.blobs.hashes()) listed.push(...hashes)
  expect(listed.toSorted()).toEqual(old.toSorted())
})

test("a bucket that is away, or takes a part only, is an error that says so, and is told", async () => {
  await using it = await setUp()
  const { path, sha256 } = await it.write(noise(10))
  it.s3.isDown = true
  for (const work of [
    () => it.blobs.place(path, sha256),
    () => it.blobs.find(sha256, "original"),
    () => it.blobs.remove(sha256),
    () => it.blobs.hashes().next(),
  ]) {
    expect(await work().catch(({ code }) => code)).toBe("ERR_STORAGE")
  }
  expect(it.failures.length).toBeGreaterThan(3)
  it.s3.isDown = false
  it.s3.before = (method, key) => {
    const object = it.s3.objects.get(key)
    if (method === "HEAD" && object) it.s3.objects.set(key, { ...object, bytes: object.bytes.subarray(1) })
  }
  expect(await it.blobs.place(path, sha256).catch(({ code }) => code)).toBe("ERR_STORAGE")
})

test("a start with a wrong key or bucket is refused, in words", async () => {
  await using right = await setUp()
  await right.blobs.check()
  await using wrong = await setUp({ secretAccessKey: "another" })
  const told = await wrong.blobs.check().catch(({ message }) => message)
  expect(told).toStartWith("The bucket of FILES_URL cannot be used (SignatureDoesNotMatch). Check FILES_URL")
})
