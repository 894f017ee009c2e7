import { afterAll, beforeAll, expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { startTestApp, type TestApp } from "../support/app.ts"
import { noise, type Uploaded } from "../support/files.ts"
import { temporaryFolder } from "../support/folder.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"
import { until } from "../support/until.ts"

let app: TestApp
beforeAll(async () => {
  app = await startTestApp({ fileBytesMax: 1_000_000 })
})
afterAll(() => app[Symbol.asyncDispose]())

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

/** What is on its way. */
function incomingOf(dataDir: string): string[] {
  const folder = join(dataDir, "files", "incoming")
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

/** The hashes of all that is kept. */
function contentsOf(dataDir: string): string[] {
  const all = readdirSync(join(dataDir, "files"), { recursive: true, withFileTypes: true })
  return all.filter((entry) => entry.isFile()).map(({ name }) => name)
}

async function created(length: number, server = app.url): Promise<string> {
  const headers = { "Upload-Length": `${length}`, "Tus-Resumable": "1.0.0" }
  const answer = await fetch(`${server}/uploads?name=a.bin`, { method: "POST", headers })
  if (answer.status !== 201) throw new Error(`${answer.status}`)
  return server + answer.headers.get("location")
}

async function offsetOf(url: string): Promise<number> {
  return Number((await fetch(url, { method: "HEAD" })).headers.get("upload-offset"))
}

function patch(url: string, offset: number, body: unknown, options: object = {}) {
  const headers = { "Upload-Offset": `${offset}`, "Content-Type": "application/offset+octet-stream" }
  return fetch(url, { method: "PATCH", headers, body: body as never, ...options })
}

/** Sends what is missing of these, and then breaks off in the midst of more. */
async function cutAfter(url: string, bytes: Buffer): Promise<void> {
  for (let status: number | undefined = 409; status === 409; ) {
    status = undefined
    const offset = await offsetOf(url)
    const aborting = new AbortController()
    const body = new ReadableStream({
      start: (controller) => controller.enqueue(bytes.subarray(offset)),
      pull: () => new Promise<void>((resolve) => aborting.signal.addEventListener("abort", () => resolve())),
    })
    const sending = patch(url, offset, body, { signal: aborting.signal }).then(
      (answer) => {
        status = answer.status
      },
      () => {},
    )
    // It says 409 while it has not heard of the cut before.
    while (status === undefined && (await offsetOf(url)) < bytes.length) await Bun.sleep(1)
    aborting.abort()
    await sending
  }
}

test("[FILE1] an upload that is cut at each tenth of its way has the same bytes in the end", async () => {
  const bytes = noise(500_000, 9)
  const url = await created(bytes.length)
  for (let tenth = 1; tenth <= 9; tenth++) await cutAfter(url, bytes.subarray(0, (bytes.length / 10) * tenth))
  // The server may hear of the last cut a little later.
  let last = await patch(url, await offsetOf(url), bytes.subarray(await offsetOf(url)))
  while (last.status === 409) last = await patch(url, await offsetOf(url), bytes.subarray(await offsetOf(url)))
  const { file } = (await last.json()) as Uploaded
  expect([last.status, file.bytes, file.name]).toEqual([200, bytes.length, "a.bin"])
  const sha256 = createHash("sha256").update(bytes).digest("hex")
  expect(existsSync(join(app.dataDir, "files", sha256.slice(0, 2), sha256))).toBe(true)
  // The answer to the last piece was lost: it is given again.
  expect(((await (await patch(url, bytes.length, "")).json()) as Uploaded).file).toEqual(file)
})

/** Begins a request whose body ends before it said it would. */
async function endWithin(
  { dataDir }: TestApp,
  url: string,
  method: string,
  body: Buffer,
  { isChunked, isReset }: Ending,
): Promise<void> {
  const { hostname, port, pathname, search } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on("error", () => {})
  const length = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length * 2}`
  socket.write(
    `${method} ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpload-Offset: 0\r\n${length}\r\n\r\n`,
  )
  if (isChunked) socket.write(`${(body.length * 2).toString(16)}\r\n`)
  socket.write(body)
  await until("its bytes are on disk", () =>
    incomingOf(dataDir).some((path) => !path.endsWith(".begun") && statSync(path).size === body.length),
  )
  if (isReset) socket.resetAndDestroy()
  else socket.end()
}

interface Ending {
  readonly isChunked: boolean
  readonly isReset: boolean
}

const endings: readonly (readonly [string, Ending])[] = [
  ["its length was told, and the connection is closed", { isChunked: false, isReset: false }],
  ["its length was told, and the connection is cut", { isChunked: false, isReset: true }],
  ["it comes in chunks, and the connection is closed", { isChunked: true, isReset: false }],
  ["it comes in chunks, and the connection is cut", { isChunked: true, isReset: true }],
]

test.each(endings)(
  "[FILE1] a body that ends too early is no file, and what it is a piece of goes on: %s",
  async (_, ending) => {
    await using own = await startTestApp()
    const bytes = noise(60_000)
    const half = bytes.subarray(0, 30_000)
    await endWithin(own, `${own.url}/files?name=a`, "POST", half, ending)
    await until("nothing of it is left", () => incomingOf(own.dataDir).length === 0)

    const url = await created(bytes.length, own.url)
    await endWithin(own, url, "PATCH", half, ending)
    await until("its end is heard", async () => (await patch(url, half.length, "")).status === 204)
    expect((await patch(url, half.length, bytes.subarray(half.length))).status).toBe(200)
    expect(contentsOf(own.dataDir)).toEqual([sha256(bytes)])
  },
)

test("[FILE1] a piece that does not go on, a length that is none and an upload that is nobody's are refused", async () => {
  const url = await created(10)
  expect((await patch(url, 5, "12345")).status).toBe(409)
  expect((await patch(url, 0, "12345")).status).toBe(204)
  expect((await patch(url, 5, "123456")).status).toBe(413)
  expect(await offsetOf(url)).toBe(5)
  expect((await patch(`${app.url}/uploads/nothing`, 0, "1")).status).toBe(404)
  expect((await fetch(`${app.url}/uploads`, { method: "POST" })).status).toBe(400)
  const tooLarge = { "Upload-Length": "1000001" }
  expect((await fetch(`${app.url}/uploads`, { method: "POST", headers: tooLarge })).status).toBe(413)
  const foreign = { "Upload-Length": "1", Origin: "https://evil.example" }
  expect((await fetch(`${app.url}/uploads`, { method: "POST", headers: foreign })).status).toBe(403)
})

test("[FILE1] an upload that its sender ends is gone, also while a piece of it is on its way", async () => {
  const incoming = () => readdirSync(join(app.dataDir, "files", "incoming")).length
  const before = incoming()
  const idle = await created(10)
  expect((await patch(idle, 0, "12345")).status).toBe(204)
  expect((await fetch(idle, { method: "DELETE" })).status).toBe(204)
  expect((await fetch(idle, { method: "HEAD" })).status).toBe(404)
  expect(incoming()).toBe(before)

  const busy = await created(10)
  let close = () => {}
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(Buffer.from("12345"))
      close = () => controller.close()
    },
  })
  const sending = patch(busy, 0, body)
  while ((await offsetOf(busy)) < 5) await Bun.sleep(1)
  expect((await fetch(busy, { method: "DELETE" })).status).toBe(204)
  close()
  expect((await sending).status).toBe(404)
  expect(incoming()).toBe(before)
})

test("[FILE1] a last piece that is sent again, twice at once, makes no second file", async () => {
  const url = await created(5)
  expect((await patch(url, 0, "12345")).status).toBe(200)
  const answers = await Promise.all([patch(url, 5, ""), patch(url, 5, "")])
  const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as Uploaded).file.id))
  expect(new Set(ids).size).toBe(1)
})

test("[FILE1] an upload goes on after the server has started anew, for who began it, with the same bytes", async () => {
  using folder = temporaryFolder()
  const config = { dataDir: folder.path, fileBytesMax: 20_000_000 }
  const bytes = noise(5_000_000)
  const kept = () => readdirSync(join(folder.path, "files", "incoming"))
  let path = ""
  {
    await using first = await startTestApp(config)
    const url = await created(bytes.length, first.url)
    path = new URL(url).pathname
    await cutAfter(url, bytes.subarray(0, 4_500_000))
    // What a process that is killed leaves: an upload that cannot go on, and bytes that nobody has noted.
    writeFileSync(join(folder.path, "files", "incoming", "left"), "half")
    await until("the cut is noted", () => kept().some((name) => safeBytes(folder.path, name) === 4_500_000))
  }
  appendFileSync(join(folder.path, "files", "incoming", path.slice("/uploads/".length)), "perhaps torn")
  await using second = await startTestApp(config)
  const url = second.url + path
  expect(await Promise.all([offsetOf(url), offsetOf(url)])).toEqual([4_500_000, 4_500_000])
  expect(kept()).toHaveLength(2)
  const answer = await patch(url, 4_500_000, bytes.subarray(4_500_000))
  const { file } = (await answer.json()) as Uploaded
  expect([answer.status, file.bytes, file.name]).toEqual([200, bytes.length, "a.bin"])
  const sha256 = createHash("sha256").update(bytes).digest("hex")
  const whole = readFileSync(join(folder.path, "files", sha256.slice(0, 2), sha256))
  expect([whole.equals(bytes), kept()]).toEqual([true, []])
})

test("[FILE1] [AUTH2] nobody else asks for an upload, goes on with it or ends it, after a restart neither", async () => {
  using folder = temporaryFolder()
  const config = { dataDir: folder.path, auth: "token", authSecret } as const
  const as = async (sub: string) => ({ Authorization: `Bearer ${await tokenOf({ sub })}` })
  const [ann, eve] = [await as("ann"), await as("eve")]
  const send = async (url: string, offset: number, body: string, headers: object) => {
    return (await patch(url, offset, body, { headers: { ...headers, "Upload-Offset": `${offset}` } })).status
  }
  const attacked = async (url: string) => [
    (await fetch(url, { method: "HEAD", headers: eve })).status,
    await send(url, 4, "evil!", eve),
    (await fetch(url, { method: "DELETE", headers: eve })).status,
    await send(url, 4, "none!", {}),
  ]
  let path = ""
  {
    await using first = await startTestApp(config)
    const headers = { ...ann, "Upload-Length": "9" }
    path = (await fetch(`${first.url}/uploads`, { method: "POST", headers })).headers.get("location") ?? ""
    expect(await send(first.url + path, 0, "half", ann)).toBe(204)
    expect(await attacked(first.url + path)).toEqual([404, 404, 404, 401])
  }
  await using second = await startTestApp(config)
  const url = second.url + path
  expect(await attacked(url)).toEqual([404, 404, 404, 401])
  expect((await fetch(url, { method: "HEAD", headers: ann })).headers.get("upload-offset")).toBe("4")
  expect(await send(url, 4, " rest", ann)).toBe(200)
  // Whose file it is, is nobody else's to hear either.
  expect(await attacked(url)).toEqual([404, 404, 404, 401])
})

/** What the last note beside an upload says. */
function safeBytes(dataDir: string, name: string): number {
  const note = readFileSync(join(dataDir, "files", "incoming", name), "latin1")
  return name.endsWith(".begun") ? Number(note.split("\n").at(-2)) : 0
}

test("[LIM1] one address has ten of them open", async () => {
  const open = await Promise.all(Array.from({ length: 12 }, () => created(1).catch(() => undefined)))
  expect(open.filter((url) => url !== undefined).length).toBeLessThanOrEqual(10)
  for (const url of open) if (url !== undefined) expect((await patch(url, 0, "x")).status).toBe(200)
  expect(await created(1)).toBeString()
})

test("[LIM1] who begins too many is told when to come again, also where none of them is left", async () => {
  await using limited = await startTestApp()
  const headers = { "Upload-Length": "1" }
  let answer: Response
  for (let begun = 0; ; begun++) {
    answer = await fetch(`${limited.url}/uploads?name=a.bin`, { method: "POST", headers })
    if (answer.status !== 201) break
    expect(begun).toBeLessThan(1_000)
    await fetch(limited.url + answer.headers.get("location"), { method: "DELETE" })
  }
  expect(answer.status).toBe(429)
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0)
})

test("[LIM1] pieces count among the uploads that one address has on their way", async () => {
  await using limited = await startTestApp()
  const url = await created(1, limited.url)
  const ended = new AbortController()
  const slow = () => new ReadableStream({ start: (body) => body.enqueue(Buffer.from("a")) })
  const sending = Array.from({ length: 25 }, () =>
    fetch(`${limited.url}/files`, { method: "POST", body: slow(), signal: ended.signal }).catch(() => undefined),
  )
  await until("there is no place left", async () => (await patch(url, 0, "")).status === 429)
  ended.abort()
  await Promise.all(sending)
  await until("there is one again", async () => (await patch(url, 0, "")).status === 204)
})

test("[AUTH3] an allowed page may ask in all the ways that an upload needs", async () => {
  const answer = await fetch(`${app.url}/uploads/a`, { method: "OPTIONS", headers: { Origin: app.url } })
  expect(answer.headers.get("access-control-allow-methods")).toBe("DELETE, HEAD, PATCH, POST")
})
