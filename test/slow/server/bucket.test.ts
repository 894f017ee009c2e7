import { afterAll, beforeAll, expect, test } from "bun:test"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { startApp } from "../../../src/app.ts"
import { alone } from "../../../src/cluster/cluster.ts"
import { readConfig } from "../../../src/config.ts"
import { S3Blobs } from "../../../src/files/s3-blobs.ts"
import { createRoom, joined } from "../../support/client.ts"
import { noise, upload, uploaded } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { jpegOf } from "../../support/pictures.ts"
import { runProcess, startProcess } from "../../support/process.ts"
import { access, S3Server } from "../../support/s3.ts"

const folder = temporaryFolder()
let s3: S3Server
let app: Awaited<ReturnType<typeof startApp>>
beforeAll(async () => {
  s3 = new S3Server()
  const options = { access: { ...access, endpoint: s3.endpoint }, epochMs: Date.now, onFailure: () => {} }
  const blobs = new S3Blobs({ url: "s3://bucket/files", ...options })
  app = await startApp({ ...readConfig({ port: "0" }, {}), dataDir: folder.path }, { blobs })
})
afterAll(async () => {
  await app.stop()
  await s3[Symbol.asyncDispose]()
  folder[Symbol.dispose]()
})

async function sent(bytes: Uint8Array, name: string) {
  const file = await uploaded(app.url, bytes, name)
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const answer = await ann.ask("send_message", { roomId: room.id, userId: "ann", files: [file.id] })
  expect(answer.ok).toBe(true)
  return file
}

test("[FILE3] a file in a bucket is given as from a folder: whole, in ranges, by its tag", async () => {
  const bytes = noise(6_000_000)
  const file = await sent(bytes, "large.bin")
  const get = (headers: Record<string, string> = {}, method = "GET") => fetch(app.url + file.url, { method, headers })
  const whole = await get()
  // Its length is not told, since it is passed on as it comes.
  expect(whole.status).toBe(200)
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true)
  const part = await get({ Range: "bytes=2999990-4500000" })
  expect([part.status, part.headers.get("content-range")]).toEqual([206, "bytes 2999990-4500000/6000000"])
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(2_999_990, 4_500_001))).toBe(true)
  const head = await get({}, "HEAD")
  expect([head.status, head.headers.get("content-length")]).toEqual([200, "6000000"])
  expect((await get({ "If-None-Match": whole.headers.get("etag") ?? "" })).status).toBe(304)
  expect((await get({ Range: "bytes=6000000-" })).status).toBe(416)
  const held = readdirSync(join(folder.path, "files"), { recursive: true, withFileTypes: true })
  expect(held.filter((entry) => entry.isFile())).toEqual([])
})

test("[FILE4] its thumbnail is in the bucket too", async () => {
  const file = await sent(await jpegOf(1_000, 500), "photo.jpg")
  const thumbnail = await fetch(app.url + (file.thumbnailUrl ?? ""))
  expect([thumbnail.status, thumbnail.headers.get("content-type")]).toEqual([200, "image/webp"])
  expect((await new Bun.Image(await thumbnail.arrayBuffer()).metadata()).width).toBe(800)
})

test("[FILE3] while the bucket is away the chat goes on, and files are errors that pass", async () => {
  const file = await sent(noise(10, 5), "a.bin")
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  s3.isDown = true
  try {
    for (const answer of [await upload(app.url, noise(10, 6)), await fetch(app.url + file.url)]) {
      expect(answer.status).toBe(503)
    }
    expect(await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "still here" })).toMatchObject({
      ok: true,
    })
  } finally {
    s3.isDown = false
  }
  expect((await fetch(app.url + file.url)).status).toBe(200)
})

test("a process finds the bucket by its environment, says where files are, and refuses to start without it", async () => {
  using own = temporaryFolder()
  const environment = { ...s3.environment, DATA_DIR: own.path }
  const before = s3.objects.size
  {
    await using server = await startProcess({ ...environment, FILES_URL: "s3://bucket/another" })
    expect(server.summary["files"]).toBe("s3://bucket/another")
    expect(await upload(server.url, "hello")).toMatchObject({ status: 201 })
    expect(s3.objects.size).toBe(before + 1)
  }
  const wrong = { ...environment, FILES_URL: "s3://another-bucket" }
  const { stderr, status } = await runProcess(["--port", "0"], wrong)
  expect([status, stderr]).toEqual([1, expect.stringContaining("FILES_URL cannot be used (NoSuchBucket)")])
})

test("[FILE1] one of several servers takes files only into a place that all reach, and says so", async () => {
  using own = temporaryFolder()
  const config = { ...readConfig({ port: "0" }, {}), dataDir: own.path, redisUrl: "redis://127.0.0.1:1" }
  const several = await startApp(config, { join: alone })
  try {
    const { status, body } = await upload(several.url, "hi")
    expect([status, body.error.code]).toEqual([403, "ERR_FORBIDDEN"])
    expect(body.error.message).toContain("only with FILES_URL")
    expect(await (await fetch(`${several.url}/api/server`)).json()).toMatchObject({ fileBytesMax: 0 })
    expect(existsSync(join(own.path, "files"))).toBe(false)
  } finally {
    await several.stop()
  }
})
