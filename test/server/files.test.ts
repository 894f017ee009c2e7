import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { startApp } from "../../src/app.ts"
import { readConfig } from "../../src/config.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { createRoom, joined, type Room } from "../support/client.ts"
import { noise, png, upload, uploaded } from "../support/files.ts"
import { filmOf } from "../support/films.ts"
import { temporaryFolder } from "../support/folder.ts"
import { jpegOf, place, pngOf, telling } from "../support/pictures.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"
import { until } from "../support/until.ts"

let app: TestApp
let room: Room
beforeAll(async () => {
  app = await startTestApp({ fileBytesMax: 1_000_000 })
  room = await createRoom(app.url)
})
afterAll(() => app[Symbol.asyncDispose]())

/** Everything below the folder of files. */
function kept(dataDir = app.dataDir): string[] {
  return readdirSync(join(dataDir, "files"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
}

async function send(files: readonly string[], url = app.url, content?: string) {
  await using ann = await joined(url, room, "ann")
  const answer = await ann.ask("send_message", { roomId: room.id, userId: "ann", files, content })
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.message
}

describe("[FILE1] uploads", () => {
  test("a file is kept under its hash, and answered with what it is", async () => {
    const bytes = noise(300_000)
    const { status, body } = await upload(app.url, bytes, { name: "Plan of the garden.bin" })
    expect(status).toBe(201)
    expect(body).toEqual({
      ok: true,
      file: {
        id: expect.stringMatching(/^[\w-]{22}$/),
        name: "Plan of the garden.bin",
        mimeType: "application/octet-stream",
        bytes: 300_000,
        url: `/files/${body.file.id}/Plan%20of%20the%20garden.bin`,
      },
    } as never)
    const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex")
    expect(readFileSync(join(app.dataDir, "files", sha256.slice(0, 2), sha256)).equals(bytes)).toBe(true)
  })

  test("the same bytes twice are two files, kept once", async () => {
    const bytes = noise(1_000, 2)
    const [one, two] = [await uploaded(app.url, bytes, "a"), await uploaded(app.url, bytes, "b")]
    expect(one.id).not.toBe(two.id)
    const sha256 = new Bun.CryptoHasher("sha256").update(bytes).digest("hex")
    expect(kept().filter((name) => name === sha256)).toHaveLength(1)
  })

  test("one byte too many is refused, whether its length is told or not, and nothing is left of it", async () => {
    const before = kept()
    const bytes = noise(1_000_001, 3)
    expect(await upload(app.url, bytes)).toMatchObject({ status: 413, body: { error: { code: "ERR_TOO_LARGE" } } })
    const stream = new ReadableStream({
      start: (controller) => {
        for (let at = 0; at < bytes.length; at += 65_536) controller.enqueue(bytes.subarray(at, at + 65_536))
        controller.close()
      },
    })
    expect(await upload(app.url, stream)).toMatchObject({ status: 413, body: { error: { code: "ERR_TOO_LARGE" } } })
    expect(kept()).toEqual(before)
    expect((await uploaded(app.url, noise(1_000_000, 4))).bytes).toBe(1_000_000)
  })

  test("[LIM1] what no file may have is said to be too large, however much one may still upload", async () => {
    await using limited = await startTestApp()
    const headers = { "Upload-Length": "99999999999" }
    const refused = await fetch(`${limited.url}/uploads`, { method: "POST", headers })
    expect([refused.status, await refused.json()]).toMatchObject([413, { error: { code: "ERR_TOO_LARGE" } }])
  })

  test("a form is no file, and another method is told which one is", async () => {
    const form = new FormData()
    form.set("file", new Blob(["hi"]), "hi.txt")
    const sent = await fetch(`${app.url}/files?name=hi.txt`, { method: "POST", body: form })
    const message = "Send the bytes of the file as the body, not a form."
    expect([sent.status, await sent.json()]).toEqual([400, { ok: false, error: { code: "ERR_VALIDATION", message } }])
    for (const [method, path, allowed] of [
      ["GET", "/files", "POST"],
      ["DELETE", "/files/x/y", "GET, HEAD"],
      ["PUT", "/uploads", "POST"],
      ["GET", "/api/sign-in", "POST"],
      ["POST", "/api/server", "GET, HEAD"],
      ["POST", "/docs", "GET, HEAD"],
    ] as const) {
      const answer = await fetch(app.url + path, { method })
      expect([answer.status, answer.headers.get("allow")], path).toEqual([405, allowed])
      expect(await answer.json()).toEqual({
        ok: false,
        error: { code: "ERR_VALIDATION", message: `Ask with ${allowed}.` },
      })
    }
  })

  test("a server with FILE_BYTES_MAX=0 takes none", async () => {
    await using none = await startTestApp({ fileBytesMax: 0 })
    expect(await upload(none.url, "")).toMatchObject({ status: 403, body: { error: { code: "ERR_FORBIDDEN" } } })
  })

  test("an upload that is cut leaves nothing", async () => {
    const before = kept()
    const aborting = new AbortController()
    const began = Promise.withResolvers<void>()
    const body = new ReadableStream({
      pull: async (controller) => {
        controller.enqueue(noise(100_000, 5))
        began.resolve()
        await new Promise((resolve) => aborting.signal.addEventListener("abort", resolve))
      },
    })
    const sending = fetch(`${app.url}/files?name=cut`, { method: "POST", body, signal: aborting.signal })
    await began.promise
    while (kept().length === before.length) await Bun.sleep(1)
    aborting.abort()
    expect(sending).rejects.toThrow()
    while (kept().length > before.length) await Bun.sleep(1)
    expect(kept()).toEqual(before)
    await until("its place is given back", async () => (await upload(app.url, "after it")).status === 201)
    expect(app.limited()["ERR_INTERNAL"]).toBeUndefined()
  })

  test("while less than a tenth of the disk is free none is taken, and the chat goes on", async () => {
    using folder = temporaryFolder()
    let share = 0.0999
    const config = { ...readConfig({ port: "0" }, {}), dataDir: folder.path }
    const full = await startApp(config, { freeShare: () => share })
    try {
      room = await createRoom(full.url)
      expect(await upload(full.url, "hi")).toMatchObject({ status: 507, body: { error: { code: "ERR_STORAGE" } } })
      expect(await send([], full.url, "still here")).toMatchObject({ content: "still here" })
      share = 0.1
      expect(await upload(full.url, "hi")).toMatchObject({ status: 201 })
      expect(kept(folder.path)).toHaveLength(1)
    } finally {
      await full.stop()
      room = await createRoom(app.url)
    }
  })

  test("[AUTH2] where there are tokens an upload needs one, and its owner alone may send it", async () => {
    await using safe = await startTestApp({ auth: "token", authSecret })
    const message = "A token is needed, as the header Authorization: Bearer TOKEN."
    const error = { code: "ERR_UNAUTHORIZED", message }
    expect(await upload(safe.url, "hi")).toMatchObject({ status: 401, body: { error } })
    const bearer = async (userId: string) => ({ Authorization: `Bearer ${await tokenOf({ sub: userId })}` })
    const { body } = await upload(safe.url, "hi", { headers: await bearer("ann") })
    const theirs = await createRoom(safe.url, { auth: { token: await tokenOf({ sub: "founder" }) } })
    const as = async (userId: string) =>
      joined(safe.url, theirs, userId, undefined, { auth: { token: await tokenOf({ sub: userId }) } })
    const sendAs = async (userId: string) => {
      await using client = await as(userId)
      const answer = await client.ask("send_message", { roomId: theirs.id, userId, files: [body.file.id] })
      return answer.ok ? "sent" : answer.error.code
    }
    expect(await sendAs("bob")).toBe("ERR_NOT_FOUND")
    expect(await sendAs("ann")).toBe("sent")
    expect(await sendAs("ann")).toBe("ERR_CONFLICT")
  })

  test("[AUTH3] another site's page cannot upload", async () => {
    for (const headers of [
      { Origin: "https://evil.example" },
      { Origin: "null" },
      { "Sec-Fetch-Site": "cross-site" },
    ]) {
      const { status, body } = await upload(app.url, "hi", { headers: headers as never })
      expect([status, body.error.code]).toEqual([403, "ERR_FORBIDDEN"])
    }
    const own = await upload(app.url, "hi", { headers: { Origin: app.url } })
    expect(own.status).toBe(201)
    const { headers } = await fetch(`${app.url}/files?name=x`, { method: "POST", headers: { Origin: app.url } })
    expect(headers.get("access-control-expose-headers")?.split(", ")).toEqual(
      expect.arrayContaining(["ETag", "Content-Range", "Location", "Retry-After", "Upload-Offset"]),
    )
  })

  test("[LIM1] who uploads too often is told when to come again", async () => {
    await using limited = await startTestApp()
    const outcomes = await Promise.all(Array.from({ length: 101 }, (_, i) => upload(limited.url, `${i}`)))
    const refused = outcomes.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.body.error).toMatchObject({ code: "ERR_RATE_LIMITED", retryAfterMs: expect.any(Number) })
  })
})

describe("[FILE3] files of messages", () => {
  test("a file is there once a message holds it", async () => {
    const file = await uploaded(app.url, png, "a b.png")
    expect((await fetch(app.url + file.url)).status).toBe(404)
    const message = await send([file.id])
    expect(message).toMatchObject({ type: "image", content: app.url + file.url, files: [file] })
    const answer = await fetch(app.url + file.url)
    expect(answer.status).toBe(200)
    expect(Buffer.from(await answer.arrayBuffer()).equals(png)).toBe(true)
    expect((await fetch(`${app.url}${file.url}/a`)).status).toBe(404)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "accept-ranges": "bytes",
      "cache-control": "private, max-age=31536000, immutable",
      "content-disposition": `inline; filename="a b.png"; filename*=UTF-8''a%20b.png`,
      "content-length": `${png.length}`,
      "content-security-policy": "sandbox; default-src 'none'",
      "content-type": "image/png",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    })
  })

  test("ranges, tags and HEAD", async () => {
    const bytes = noise(1_000, 7)
    const file = await uploaded(app.url, bytes)
    await send([file.id])
    const get = async (headers: Record<string, string>, method = "GET") => {
      const answer = await fetch(app.url + file.url, { method, headers })
      const body = Buffer.from(await answer.arrayBuffer())
      return { status: answer.status, range: answer.headers.get("content-range"), body, headers: answer.headers }
    }
    for (const [range, from, to] of [
      ["bytes=0-0", 0, 1],
      ["bytes=990-", 990, 1_000],
      ["bytes=-5", 995, 1_000],
      ["bytes=500-5000", 500, 1_000],
      ["bytes=-5000", 0, 1_000],
    ] as const) {
      const { status, body, range: told } = await get({ Range: range })
      expect([status, told], range).toEqual([206, `bytes ${from}-${to - 1}/1000`])
      expect(body.equals(bytes.subarray(from, to)), range).toBe(true)
    }
    for (const range of ["bytes=1000-", "bytes=-0"]) {
      expect(await get({ Range: range })).toMatchObject({ status: 416, range: "bytes */1000" })
    }
    for (const range of ["bytes=5-1", "bytes=0-1,5-6", "lines=1-2", "bytes=-", "bytes=a-b"]) {
      expect(await get({ Range: range })).toMatchObject({ status: 200, body: bytes })
    }
    const etag = (await get({})).headers.get("etag") ?? ""
    expect(etag).toMatch(/^"[\w-]+"$/)
    expect((await get({ "If-None-Match": etag })).status).toBe(304)
    expect((await get({ "If-None-Match": '"other"' })).status).toBe(200)
    expect((await get({ Range: "bytes=0-1", "If-Range": etag })).status).toBe(206)
    expect((await get({ Range: "bytes=0-1", "If-Range": '"other"' })).status).toBe(200)
    const head = await get({}, "HEAD")
    expect([head.status, head.headers.get("content-length"), head.body.length]).toEqual([200, "1000", 0])
  })

  test("what may run is a download of no type, and stays what its sender called it", async () => {
    const page = "<!doctype html><script>alert(1)</script>"
    for (const [bytes, name, mimeType] of [
      [page, "cat.png", "text/html"],
      ['<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "a.svg", "image/svg+xml"],
      [`%PDF-1.7\n${page}`, "a.pdf", "application/pdf"],
    ] as const) {
      const file = await uploaded(app.url, bytes, name)
      expect(file).toMatchObject({ name, mimeType })
      const message = await send([file.id])
      expect(message.type).toBe("text")
      const { headers } = await fetch(app.url + file.url)
      expect(headers.get("content-type")).toBe("application/octet-stream")
      expect(headers.get("content-disposition")).toStartWith("attachment; ")
      expect(headers.get("content-security-policy")).toBe("sandbox; default-src 'none'")
      expect(headers.get("cross-origin-opener-policy")).toBe("same-origin")
      expect(headers.get("referrer-policy")).toBe("no-referrer")
    }
  })

  test("another site's page cannot embed one, and may link to it", async () => {
    const file = await uploaded(app.url, png, "a.png")
    await send([file.id])
    const get = (headers: Record<string, string>) => fetch(app.url + file.url, { headers }).then(({ status }) => status)
    expect(await get({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" })).toBe(
      403,
    )
    expect(
      await get({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" }),
    ).toBe(403)
    expect(await get({ Origin: "https://evil.example" })).toBe(403)
    expect(
      await get({ "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" }),
    ).toBe(200)
    expect(await get({ "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" })).toBe(
      200,
    )
  })

  test("there is no way out of the folder", async () => {
    for (const path of [
      "/files/",
      "/files/..%2f..%2fwarren.db/x",
      `/files/${"a".repeat(22)}/../../warren.db`,
      "/files/a/b/c/d",
    ]) {
      expect((await fetch(app.url + path)).status, path).toBe(404)
    }
    expect((await fetch(`${app.url}/files`)).status).toBe(405)
    expect((await fetch(`${app.url}/files/${"a".repeat(22)}/x`, { method: "POST" })).status).toBe(405)
  })
})

describe("[FILE4] pictures", () => {
  test("a large picture has its size and a thumbnail, as shown; a small one its size alone", async () => {
    const large = await uploaded(app.url, telling(await jpegOf(1_000, 500)), "photo.jpg")
    expect(large).toMatchObject({ mimeType: "image/jpeg", width: 500, height: 1_000 })
    expect(large.thumbnailUrl).toBe(`/files/${large.id}/thumbnail/800.webp`)
    expect((await fetch(app.url + large.thumbnailUrl)).status).toBe(404)
    await send([large.id])
    const thumbnail = await fetch(app.url + large.thumbnailUrl)
    expect([thumbnail.status, thumbnail.headers.get("content-type")]).toEqual([200, "image/webp"])
    const { width, height } = await new Bun.Image(await thumbnail.arrayBuffer()).metadata()
    expect([width, height]).toEqual([400, 800])
    const whole = await fetch(app.url + large.url)
    expect(Buffer.from(await whole.arrayBuffer()).includes(place)).toBe(false)
    // Whoever has the one does not have the other.
    expect(thumbnail.headers.get("etag")).not.toBe(whole.headers.get("etag"))

    const small = await uploaded(app.url, png, "small.png")
    expect([small.width, small.height, small.thumbnailUrl]).toEqual([1, 1, undefined])
    await send([small.id])
    expect((await fetch(`${app.url}/files/${small.id}/thumbnail/800.webp`)).status).toBe(404)
  })

  test("a picture that would take gigabytes to draw is a file without a thumbnail", async () => {
    const bomb = await uploaded(app.url, pngOf(30_000, 30_000, { isEmpty: true }), "bomb.png")
    expect(bomb).toMatchObject({ width: 30_000, height: 30_000 })
    expect(bomb.thumbnailUrl).toBeUndefined()
  })

  test("[FILE1] a video is served without its place", async () => {
    const bytes = filmOf()
    const film = await uploaded(app.url, bytes, "film.mp4")
    expect(film).toEqual({ ...film, mimeType: "video/mp4", bytes: bytes.length })
    expect([film.width, film.thumbnailUrl]).toEqual([undefined, undefined])
    await send([film.id])
    const served = Buffer.from(await (await fetch(app.url + film.url)).arrayBuffer())
    expect([served.length, served.includes("the frames"), served.includes(place)]).toEqual([bytes.length, true, false])
  })

  test("[FILE1] a damaged picture is refused, and nothing is left of it", async () => {
    const before = kept()
    const { status, body } = await upload(app.url, pngOf(4, 4).subarray(0, 50), { name: "a.png" })
    expect([status, body.error.code]).toEqual([400, "ERR_VALIDATION"])
    expect(kept()).toEqual(before)
  })
})

test("[FILE3] a file is gone with its message, and its bytes soon after", async () => {
  const file = await uploaded(app.url, noise(999, 77))
  await using ann = await joined(app.url, room, "ann")
  const sent = await ann.ask("send_message", { roomId: room.id, userId: "ann", files: [file.id] })
  if (!sent.ok) throw new Error(sent.error.message)
  expect((await fetch(app.url + file.url)).status).toBe(200)
  const gone = await ann.ask("delete_message", { roomId: room.id, userId: "ann", id: sent.message.id })
  expect(gone).toMatchObject({ ok: true, message: { content: "" } })
  expect(gone.ok && gone.message.files).toBeUndefined()
  expect((await fetch(app.url + file.url)).status).toBe(404)
})
