/** How a file's bytes go to the server, whole or in parts, and what comes of it. The requests are answered by hand. */
import { afterEach, beforeEach, expect, type Mock, spyOn, test } from "bun:test"
import { laterTexts } from "../../src/web/texts/texts.ts"
import { carryBy, knownBytesMax, places } from "../../src/web/uploads/carry.ts"
import type { Arrival } from "../../src/web/uploads/uploads.ts"
import { showAllTexts } from "./all-texts.ts"

/** As a browser's, of which a test says how it ends. */
class Request {
  static made: Request[] = []
  method = ""
  address = ""
  readonly headers: Record<string, string> = {}
  body: Blob | null = null
  status = 0
  responseText = ""
  isAborted = false
  readonly upload = new EventTarget()
  readonly #events = new EventTarget()
  #answered: Readonly<Record<string, string>> = {}

  open(method: string, address: string): void {
    Object.assign(this, { method, address })
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value
  }
  getResponseHeader(name: string): string | null {
    return this.#answered[name] ?? null
  }
  send(body: Blob | null): void {
    this.body = body
    Request.made.push(this)
  }
  addEventListener(name: string, run: () => void): void {
    this.#events.addEventListener(name, run)
  }
  abort(): void {
    this.isAborted = true
    this.fail()
  }
  progress(loaded: number): void {
    this.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded }))
  }
  answer(status: number, body: unknown = "", headers: Readonly<Record<string, string>> = {}): Promise<void> {
    this.status = status
    this.responseText = typeof body === "string" ? body : JSON.stringify(body)
    this.#answered = headers
    return this.#end()
  }
  fail(): Promise<void> {
    return this.#end()
  }
  async #end(): Promise<void> {
    this.#events.dispatchEvent(new Event("loadend"))
    await soon()
  }
}

/** Also what is read of a file. */
async function soon(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

const { XMLHttpRequest: original } = globalThis as { XMLHttpRequest?: unknown }
let server: Mock<typeof fetch>

beforeEach(() => {
  showAllTexts()
  Request.made = []
  Object.assign(globalThis, { XMLHttpRequest: Request })
  server = spyOn(globalThis, "fetch").mockRejectedValue(new Error("The server is away."))
})
afterEach(() => {
  Object.assign(globalThis, { XMLHttpRequest: original })
  server.mockRestore()
})

const fileOf = (size: number, name = "a.txt") => new File(["x".repeat(size)], name)
const large = 2_000_000

async function carry(source: File, token?: string) {
  const shares: number[] = []
  const came: Arrival[] = []
  const progress = (share: number) => shares.push(share)
  const stop = carryBy(() => token)(source, progress, (arrival) => came.push(arrival))
  await soon()
  /** The last that was asked. */
  const asked = () => Request.made.at(-1) as Request
  return { shares, came, stop, asked }
}

const cut = { kind: "failed", reason: undefined }

test("[FILE1] a small file goes whole, with its name and who sends it", async () => {
  const source = fileOf(4, "a & b.txt")
  const { asked, came, shares } = await carry(source, "a-token")
  expect(asked()).toMatchObject({ method: "POST", address: "/files?name=a%20%26%20b.txt", body: source })
  expect(asked().headers).toEqual({ Authorization: "Bearer a-token" })
  asked().progress(1)
  asked().progress(4)
  expect([shares, came]).toEqual([[0.25, 1], []])
  const file = { id: "one" }
  await asked().answer(201, { ok: true, file })
  expect(came).toEqual([{ kind: "arrived", file }] as never)
  expect(Request.made).toHaveLength(1)
})

test("an empty file is nowhere and then there, and whoever has no token sends none", async () => {
  const { asked, shares } = await carry(fileOf(0))
  asked().progress(0)
  expect([shares, asked().headers]).toEqual([[0], {}])
})

test("[FILE1] what is larger than a megabyte goes on where it was cut", async () => {
  expect((await carry(fileOf(1_000_000))).asked().address).toBe("/files?name=a.txt")
  expect((await carry(fileOf(1_000_001))).asked().address).toBe("/uploads?name=a.txt")
  const source = fileOf(large)
  const first = await carry(source)
  expect(first.asked()).toMatchObject({ method: "POST", address: "/uploads?name=a.txt", body: null })
  expect(first.asked().headers).toEqual({ "Upload-Length": "2000000" })
  await first.asked().answer(201, "", { Location: "/uploads/1" })
  expect(first.asked()).toMatchObject({ method: "PATCH", address: "/uploads/1" })
  const type = { "Content-Type": "application/offset+octet-stream" }
  expect([first.asked().headers, first.asked().body?.size]).toEqual([{ ...type, "Upload-Offset": "0" }, large])
  first.asked().progress(500_000)
  expect([first.shares, places.get(source)]).toEqual([[0, 0.25], "/uploads/1"])
  await first.asked().fail()
  expect(first.came).toEqual([cut] as never)

  const second = await carry(source)
  expect(second.asked()).toMatchObject({ method: "HEAD", address: "/uploads/1" })
  await second.asked().answer(200, "", { "Upload-Offset": "1000000" })
  expect([second.asked().headers, second.asked().body?.size]).toEqual([
    { ...type, "Upload-Offset": "1000000" },
    1_000_000,
  ])
  second.asked().progress(500_000)
  expect(second.shares).toEqual([0.5, 0.75])
  // Somebody may still hold it from the attempt before.
  await second.asked().answer(409, { error: { code: "ERR_CONFLICT" } })
  expect(second.came).toEqual([cut] as never)

  const third = await carry(source)
  await third.asked().fail()
  expect([third.came, places.get(source)]).toEqual([[cut], "/uploads/1"] as never)

  const fourth = await carry(source)
  await fourth.asked().answer(404)
  expect(places.get(source)).toBeUndefined()
  expect(fourth.asked()).toMatchObject({ method: "POST", address: "/uploads?name=a.txt" })
  await fourth.asked().answer(201, "", { Location: "/uploads/2" })
  await fourth.asked().answer(200, { file: { id: "one" } })
  expect(fourth.came).toEqual([{ kind: "arrived", file: { id: "one" } }] as never)
})

test("where there is no place for it, that is what came of it", async () => {
  const one = await carry(fileOf(large))
  await one.asked().fail()
  const two = await carry(fileOf(large))
  await two.asked().answer(429, { error: { code: "ERR_RATE_LIMITED" } }, { Location: "/uploads/none" })
  expect([one.came, two.came]).toMatchObject([[cut], [{ kind: "failed", isPassing: true }]])
  expect(Request.made.map(({ method }) => method)).toEqual(["POST", "POST"])
})

test("[FILE1] why it was not taken is said in the person's own words", async () => {
  const { files, refused } = laterTexts()
  const came = async (status: number, body?: unknown) => {
    const { asked, came } = await carry(fileOf(4))
    await asked().answer(status, body)
    return came[0]
  }
  const failed = (reason: string): Arrival => ({ kind: "failed", reason, isPassing: false })
  expect(await came(507, { error: { code: "ERR_STORAGE" } })).toEqual({ kind: "failed", reason: files.diskFull })
  expect(await came(413, "<html>")).toEqual({ kind: "failed", reason: files.tooLargeOnTheWay })
  expect(await came(413, { error: { code: "ERR_FORBIDDEN" } })).toEqual(failed(refused["upload ERR_FORBIDDEN"]))
  for (const code of ["ERR_RATE_LIMITED", "ERR_BUSY", "ERR_UNAUTHORIZED"])
    expect(await came(403, { error: { code } })).toMatchObject({ kind: "failed", isPassing: true })
  for (const body of ["<html>", "null", {}, { error: "no" }, { error: { code: 5 } }])
    expect(await came(502, body)).toEqual(cut as Arrival)
})

test("a file that cannot be read any more is not sent again for ever", async () => {
  for (const size of [4, large]) {
    const source = fileOf(size)
    const { asked, came } = await carry(source)
    if (size === large) await asked().answer(201, "", { Location: "/uploads/1" })
    const read = (bytes: number) => (bytes > 0 ? Promise.reject(new Error("It is gone.")) : Promise.resolve())
    Object.assign(source, { slice: (from: number, to: number) => ({ arrayBuffer: () => read(to - from) }) })
    await asked().fail()
    expect(came).toEqual([{ kind: "failed", reason: laterTexts().files.changed }])
  }
})

test("what is stopped goes no further, and gives its place back", async () => {
  const small = await carry(fileOf(4))
  small.stop()
  await soon()
  expect([small.asked().isAborted, small.came, Request.made.length]).toEqual([true, [], 1])

  const begun = await carry(fileOf(large), "a-token")
  await begun.asked().answer(201, "", { Location: "/uploads/1" })
  const going = begun.asked()
  begun.stop()
  await soon()
  expect([going.isAborted, begun.came]).toEqual([true, []])
  expect(begun.asked()).toMatchObject({ method: "DELETE", address: "/uploads/1" })
  expect(begun.asked().headers).toEqual({ Authorization: "Bearer a-token" })

  // The server has made a place by then, whoever hears where.
  const asking = await carry(fileOf(large))
  asking.stop()
  expect(asking.asked().isAborted).toBe(false)
  await asking.asked().answer(201, "", { Location: "/uploads/2" })
  expect([asking.asked(), asking.came]).toMatchObject([{ method: "DELETE", address: "/uploads/2" }, []])

  for (const size of [4, large]) {
    Request.made = []
    carryBy(() => undefined)(
      fileOf(size),
      () => {},
      () => {},
    )()
    await soon()
    expect(Request.made).toEqual([])
  }
  const known = fileOf(large)
  places.set(known, "/uploads/3")
  const looking = await carry(known)
  const head = looking.asked()
  looking.stop()
  await soon()
  expect([head.isAborted, Request.made.map(({ method }) => method)]).toEqual([true, ["HEAD", "DELETE"]])

  // What is over is not ended once more.
  places.set(known, "/uploads/3")
  const found = await carry(known)
  const over = found.asked()
  await over.answer(200, "", { "Upload-Offset": "5" })
  found.stop()
  await soon()
  expect([over.isAborted, found.came]).toEqual([false, []])
})

test("[FILE1] how large a file may be is asked until it is said, and then known", async () => {
  const source = fileOf(11)
  for (const said of [Response.json(null), Response.json({ fileBytesMax: "10" }), new Response("<html>")]) {
    server.mockResolvedValue(said)
    expect((await carry(source)).came).toEqual([])
  }
  expect([knownBytesMax(), Request.made.length]).toEqual([undefined, 3])
  server.mockResolvedValue(Response.json({ fileBytesMax: 10 }))
  expect((await carry(source)).came).toEqual([{ kind: "tooLarge" }])
  const asked = server.mock.calls.length
  expect(server.mock.calls.at(-1)?.[0]).toBe("/api/server")
  await carry(fileOf(10))
  expect([knownBytesMax(), Request.made.length, server.mock.calls.length - asked]).toEqual([10, 4, 0])
})
