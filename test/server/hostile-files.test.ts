/** Files that are two things at once, or far larger than they look: nothing in them runs, and none is made into what it claims to be. */
import { afterAll, beforeAll, expect, test } from "bun:test"
import { deflateRawSync } from "node:zlib"
import { startTestApp, type TestApp } from "../support/app.ts"
import { createRoom, joined, type Room } from "../support/client.ts"
import { upload } from "../support/files.ts"
import { jpegOf, pngOf } from "../support/pictures.ts"

let app: TestApp
let room: Room
beforeAll(async () => {
  app = await startTestApp()
  room = await createRoom(app.url)
})
afterAll(() => app[Symbol.asyncDispose]())

const script = "<script>top.hacked=1</script>"

/** What is served of it, once a message holds it. */
async function served(bytes: Uint8Array | string, name: string) {
  const { status, body } = await upload(app.url, bytes, { name })
  if (status !== 201) return { status }
  await using ann = await joined(app.url, room, "ann")
  await ann.ask("send_message", { roomId: room.id, userId: "ann", files: [body.file.id] })
  const answer = await fetch(app.url + body.file.url)
  return { status, headers: answer.headers, text: Buffer.from(await answer.arrayBuffer()).toString("latin1"), body }
}

/** A page that is also a picture keeps what a picture has. */
test.each([
  ["a PNG with a page behind it", async () => Buffer.concat([pngOf(2, 2), Buffer.from(script)])],
  ["a PNG with an archive behind it", async () => Buffer.concat([pngOf(2, 2), Buffer.from(`PK\x03\x04${script}`)])],
  ["a JPEG with a page behind it", async () => Buffer.concat([await jpegOf(8, 8), Buffer.from(script)])],
  [
    "a JPEG with a page in its comment",
    async () => {
      const jpeg = await jpegOf(8, 8)
      const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, script.length + 2]), Buffer.from(script)])
      return Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)])
    },
  ],
  ["a GIF with a page behind it", async () => Buffer.concat([gif(), Buffer.from(script)])],
] as const)("[FILE1] %s is served without it", async (_, make) => {
  const { status, text } = await served(await make(), "cat.html")
  expect(status).toBe(201)
  expect(text).not.toContain("script")
})

test.each([
  ["a script that begins as a GIF", "GIF89a/*\x01\0\x80\0\0*/=alert(1)//"],
  ["a page that begins as sound", `ID3${script}`],
  ["a page that begins as a film", `\0\0\0\x18ftypisom${script}`],
  ["a page that begins as a PDF", `%PDF-1.7${script}`],
  ["a page behind a byte order mark", `\ufeff<!doctype html>${script}`],
])("[FILE3] %s is refused, or in a sandbox of a type that runs nothing", async (_, bytes) => {
  const { status, headers } = await served(bytes, "cat.html")
  if (headers === undefined) return expect(status).toBe(400)
  expect(headers.get("content-security-policy")).toBe("sandbox; default-src 'none'")
  expect(headers.get("x-content-type-options")).toBe("nosniff")
  expect(headers.get("content-type")).toMatch(
    /^(?:application\/octet-stream|image\/(?:png|jpeg|gif|webp)|(?:audio|video)\/\S+)$/,
  )
  return
})

test("[FILE1] [FILE4] archives are not unpacked, and pictures of too many pixels or frames are not drawn", async () => {
  const zeros = deflateRawSync(Buffer.alloc(50_000_000))
  const archive = await served(Buffer.concat([Buffer.from("PK\x03\x04"), zeros]), "bomb.zip")
  expect(archive.body?.file).toMatchObject({ mimeType: "application/zip", bytes: zeros.length + 4 })
  const frames = await served(gif({ side: 8_000, frames: 20_000 }), "frames.gif")
  expect(frames.body?.file).toMatchObject({ mimeType: "image/gif", width: 8_000 })
  expect(frames.body?.file.thumbnailUrl).toBeUndefined()
})

/** Frames of one pixel each on a screen of so many. */
function gif({ side = 1, frames = 1 } = {}): Buffer {
  const head = Buffer.from("GIF89a....\x80\0\0\0\0\0\xff\xff\xff", "latin1")
  head.writeUInt16LE(side, 6)
  head.writeUInt16LE(side, 8)
  const frame = Buffer.from("21f904000a0000002c0000000001000100000202440100", "hex")
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from(";")])
}
