/** What a doctor finds, each with its remedy, and the status it ends with. */
import { expect, test } from "bun:test"
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { Check } from "../../../src/cli/doctor/check.ts"
import { localChecks } from "../../../src/cli/doctor/local.ts"
import { outsideChecks } from "../../../src/cli/doctor/outside.ts"
import { type Config, readConfig } from "../../../src/config.ts"
import { nameOf } from "../../../src/store/sqlite/backup-folder.ts"
import { examineFolder } from "../../../src/store/sqlite/examine.ts"
import { schemaVersion } from "../../../src/store/sqlite/schema.ts"
import { startTestApp } from "../../support/app.ts"
import { createRoom, joined } from "../../support/client.ts"
import { noise, uploaded } from "../../support/files.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { nobodysPort } from "../../support/port.ts"
import { runProcess } from "../../support/process.ts"
import { testUnless } from "../../support/programs.ts"
import { runSql } from "../../support/sql.ts"

const patience = { signal: new AbortController().signal, pauseMs: 0 }

test("a server that is well is told so, while it runs, and by JSON and status", async () => {
  await using app = await startTestApp()
  const { port } = new URL(app.url)
  const environment = { PORT: port, HOST: "127.0.0.1", DATA_DIR: app.dataDir }
  const { stdout, stderr, status } = await runProcess(["doctor", "--url", app.url, "--json"], environment)
  expect([stderr, status]).toEqual(["", 0])
  const { isWell, checks } = JSON.parse(stdout) as { isWell: boolean; checks: Check[] }
  expect(isWell).toBe(true)
  expect(checks.filter(({ verdict }) => verdict !== "ok").map(({ name }) => name)).toEqual(["backup"])
  const told = new Map(checks.map(({ name, told }) => [name, told]))
  expect(told.get("data")).toMatch(/^0 messages of 1 room, \d+ MiB, whole$/)
  expect(told.get("websocket")).toBe("works")
  expect(told.get("uploads")).toBe("files of 25 MB come through")
  expect(told.get("proxy")).toBe("the server sees 127.0.0.1; from another network this tells more")
  const lines = await runProcess(["doctor"], environment)
  expect(lines.stdout).toMatch(/^ok {7}version +Warren \S+ on Bun \S+$/m)
  const mistaken = await runProcess(["doctor"], { ...environment, AUTH: "accounts" })
  expect(mistaken.stdout).toMatch(
    /^WARNING {2}server .* is served with AUTH=open, and this command was given AUTH=accounts$/m,
  )
  expect(lines.stdout).toMatch(/^WARNING {2}backup +the server makes none\n +→ Set BACKUP_EVERY and BACKUP_DIR/m)
})

test("[ACC7] data that the next start would refuse to serve with AUTH=open is told", async () => {
  using folder = temporaryFolder()
  await (await startTestApp({ auth: "accounts", dataDir: folder.path })).stop()
  const found = async (environment: Record<string, string>) => {
    const config = { ...readConfig({ port: "0" }, environment), dataDir: folder.path }
    return (await localChecks(config, Date.now(), patience)).find(({ name }) => name === "data")
  }
  expect(await found({})).toMatchObject({
    verdict: "warning",
    told: expect.stringMatching(/, whole; it is for AUTH=accounts, so a start with AUTH=open is refused$/),
    remedy: 'Set AUTH=accounts, or let anybody use any name: "warren help auth".',
  })
  expect(await found({ AUTH: "accounts" })).toMatchObject({ verdict: "ok" })
})

/** What is said of the data in a folder that holds this file alone. */
async function dataWhereOnly(file: string) {
  writeFileSync(file, "")
  const config = { ...readConfig({ port: "0" }, {}), dataDir: dirname(file) }
  return (await localChecks(config, Date.now(), patience)).find(({ name }) => name === "data")
}

test("data that was moved to PostgreSQL is not taken for none", async () => {
  using folder = temporaryFolder()
  const moved = join(folder.path, "warren.db.moved-2")
  expect(await dataWhereOnly(moved)).toMatchObject({
    verdict: "failed",
    told: `it was moved to PostgreSQL, and ${moved} is what it was`,
  })
})

test("an import that was not finished is not taken for no data", async () => {
  using folder = temporaryFolder()
  const moving = join(folder.path, "warren.db.moving")
  expect(await dataWhereOnly(moving)).toMatchObject({
    verdict: "failed",
    told: `an import or a move into it is not finished (${moving})`,
    remedy: "Run it again, or delete that file to begin with nothing.",
  })
})

test("files without bytes, and bytes of no file, are named", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const [whole, lost] = [noise(10, 1), noise(10, 2)]
  const files = await Promise.all([whole, lost].map(async (bytes) => (await uploaded(app.url, bytes)).id))
  expect(await ann.ask("send_message", { roomId: room.id, userId: "ann", files })).toMatchObject({ ok: true })
  const config = { ...readConfig({ port: "0" }, {}), dataDir: app.dataDir }
  const found = async () => (await localChecks(config, Date.now(), patience)).find(({ name }) => name === "files")
  expect(await found()).toMatchObject({ verdict: "ok", told: "2 files" })

  const orphan = `ab/${"ab".repeat(32)}`
  mkdirSync(join(app.dataDir, "files/ab"), { recursive: true })
  writeFileSync(join(app.dataDir, "files", orphan), "left")
  expect(await found()).toMatchObject({ verdict: "warning", told: `1 file of no message (${orphan})` })

  const sha256 = new Bun.CryptoHasher("sha256").update(lost).digest("hex")
  const path = `${sha256.slice(0, 2)}/${sha256}`
  writeFileSync(join(app.dataDir, "files", path), "cut")
  expect(await found()).toMatchObject({ verdict: "failed", told: `messages hold 1 file without bytes (${path})` })
})

testUnless(process.getuid?.() === 0 ? undefined : "only root gives files away")(
  "a file of another user in the folder is told, with the command that gives it back",
  async () => {
    await using app = await startTestApp()
    chownSync(app.dataDir, 65_532, 65_532)
    const config = { ...readConfig({ port: "0" }, {}), dataDir: app.dataDir }
    const found = (await localChecks(config, Date.now(), patience)).find(({ name }) => name === "folder")
    expect(found).toMatchObject({ verdict: "failed", remedy: `As root: chown -R 65532:65532 ${app.dataDir}` })
    expect(found?.told).toContain("(lock.db, ")
  },
  20_000,
)

testUnless(process.getuid?.() === 0 ? undefined : "only root becomes another user")(
  "a folder that is out of this user's reach is told, as systemd's is to everybody but root",
  async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, "private/warren"), { recursive: true })
    chmodSync(join(folder.path, "private"), 0o700)
    const dataDir = join(folder.path, "private/warren")
    process.seteuid?.(65_532)
    try {
      expect(examineFolder(dataDir)).toBe("not writable")
    } finally {
      process.seteuid?.(0)
    }
  },
  20_000,
)

test("what is wrong on the machine is told with its remedy, and ends with 1", async () => {
  using folder = temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  for (const name of ["damaged", "foreign", "newer", "open", "future"]) mkdirSync(at(name), { mode: 0o700 })
  writeFileSync(at("damaged/warren.db"), "ruined ".repeat(1_000))
  runSql(at("foreign/warren.db"), "CREATE TABLE recipes (name TEXT)")
  await (await startTestApp({ dataDir: at("newer") })).stop()
  runSql(at("newer/warren.db"), `PRAGMA user_version = ${schemaVersion + 1}`)
  await (await startTestApp({ dataDir: at("future") })).stop()
  runSql(at("future/warren.db"), `UPDATE rooms SET last_at = ${Date.parse("2100-01-01")}`)
  chmodSync(at("open"), 0o755)
  writeFileSync(at("file"), "")
  const seen = async (name: string, check: string, overrides: Partial<Config> = {}) => {
    const config = { ...readConfig({}, {}), port: nobodysPort, dataDir: at(name), ...overrides }
    const found = (await localChecks(config, Date.now(), patience)).find(({ name }) => name === check)
    return [found?.verdict, `${found?.told} → ${found?.remedy}`]
  }
  expect(await seen("missing", "folder")).toEqual(["warning", expect.stringContaining("does not exist yet")])
  expect(await seen("file", "folder")).toEqual(["failed", expect.stringContaining("is not a folder → Set DATA_DIR")])
  expect(await seen("file/below", "folder")).toEqual(["failed", expect.stringContaining("is not a folder → Set")])
  symlinkSync(at("unmounted"), at("link"))
  expect(await seen("link", "folder")).toEqual([
    "failed",
    expect.stringContaining("is a link to a folder that is not there → Mount its disk"),
  ])
  expect(await seen("open", "folder")).toEqual([
    "warning",
    expect.stringContaining("→ Take that right away: chmod 700"),
  ])
  expect(await seen("damaged", "data")).toEqual(["failed", expect.stringMatching(/damaged .* → Restore a backup/)])
  expect(await seen("foreign", "data")).toEqual(["failed", expect.stringContaining("belongs to another program")])
  expect(await seen("newer", "data")).toEqual(["failed", expect.stringContaining("→ Start that version.")])
  expect(await seen("future", "clock")).toEqual(["warning", expect.stringContaining("the latest message is of 2100-")])
  expect(await seen("open", "server")).toEqual(["warning", expect.stringContaining("nobody answers at http://")])
  expect(await seen("open", "settings", { host: "0.0.0.0" })).toEqual(["warning", expect.stringContaining("any name")])
  mkdirSync(at("locked"), { mode: 0o700 })
  writeFileSync(at("locked/lock.db"), "not what SQLite writes")
  expect(await seen("locked", "folder")).toEqual([
    "failed",
    `${at("locked/lock.db")} is damaged → Delete it: it holds no data.`,
  ])
  const keys = (authJwks: string) => seen("open", "keys", { auth: "token", authJwks })
  expect(await keys(at("nowhere"))).toEqual(["failed", expect.stringContaining("nowhere, is not there: name a file")])
  expect(await keys(`http://127.0.0.1:${nobodysPort}/jwks`)).toEqual([
    "failed",
    expect.stringMatching(/^no keys come from \S+: ECONNREFUSED → Check AUTH_JWKS, and whether/),
  ])
  writeFileSync(at("keys.json"), '{"keys": []}')
  expect((await keys(at("keys.json")))[0]).toBe("ok")
  const backups = { backupEvery: 60_000, backupDir: at("backups") }
  expect(await seen("open", "backup", backups)).toEqual(["warning", expect.stringContaining("there is none in")])
  expect(await seen("open", "backup", { ...backups, backupDir: at("keys.json") })).toEqual([
    "failed",
    `${at("keys.json")} is not a folder → Set BACKUP_DIR to one that Warren may write to.`,
  ])
  mkdirSync(at("backups"))
  writeFileSync(at("backups/warren-2026-01-01T00-00-00Z.db"), "")
  expect(await seen("open", "backup", backups)).toEqual([
    "failed",
    expect.stringMatching(/^the latest in \S+backups is of 2026-01-01T00:00:00Z →/),
  ])
  const recent = join(at("backups"), nameOf(Date.now() - 90_000))
  writeFileSync(recent, "")
  expect(await seen("open", "backup", backups)).toEqual([
    "warning",
    expect.stringMatching(
      /^the latest in \S+backups is of \S+, on the disk of the data, and what takes one takes both →/,
    ),
  ])
  expect(await seen("open", "backup", { ...backups, backupDir: at("file/backups") })).toEqual([
    "failed",
    expect.stringMatching(/file\/backups is not a folder → Set BACKUP_DIR to one that Warren may write to\.$/),
  ])
  const away = { backupEvery: 60_000, backupDir: "s3://nowhere/backups" }
  expect(await seen("open", "backup", away)).toEqual(["failed", expect.stringContaining("s3://nowhere/backups cannot")])

  const { stdout, status } = await runProcess(["doctor", "--data-dir", at("damaged"), "--port", `${nobodysPort}`])
  expect(stdout).toMatch(/^FAILED {3}data +warren\.db is damaged/m)
  expect(status).toBe(1)
  const mistaken = await runProcess(["doctor"], { AUTH: "maybe" })
  expect([mistaken.status, mistaken.stdout]).toEqual([
    1,
    expect.stringMatching(/^FAILED {3}settings +AUTH=maybe is wrong/),
  ])
})

test("what a proxy does wrong is seen from outside, each with its remedy", async () => {
  await using app = await startTestApp({ allowedOrigins: ["*"] })
  const outside = async (change: Change, resolve = async () => "198.51.100.1") => {
    using proxy = badProxy(app.url, change)
    return new Map((await outsideChecks(proxy.url, patience, resolve)).map((check) => [check.name, check]))
  }
  const seenAs =
    (address: string, isBelieved = false) =>
    (request: Request) => {
      if (!request.url.endsWith("/address")) return undefined
      return Response.json({ address: isBelieved ? (request.headers.get("x-forwarded-for") ?? address) : address })
    }
  const plain = await outside(() => undefined)
  expect(plain.get("origin")).toMatchObject({ verdict: "warning", told: "pages of any site may connect" })
  // This proxy passes no upgrade.
  expect(plain.get("websocket")).toMatchObject({ verdict: "failed", remedy: expect.stringContaining("Upgrade") })
  expect(plain.get("polling")?.verdict).toBe("ok")
  expect(plain.get("uploads")).toMatchObject({ verdict: "ok", told: "files of 25 MB come through" })
  const narrow = await outside(({ headers }) =>
    Number(headers.get("content-length")) > 1_000_000 ? new Response("", { status: 413 }) : undefined,
  )
  expect(narrow.get("uploads")).toMatchObject({
    verdict: "failed",
    told: "the proxy refuses files of 25 MB, which the server takes",
  })
  const counting = (bytesMax: number) => async (request: Request) => {
    if (request.method !== "PATCH") return undefined
    let bytes = 0
    for await (const piece of request.body ?? []) {
      bytes += piece.byteLength
      if (bytes > bytesMax) return new Response("", { status: 413 })
    }
    return new Response("", { status: 404 })
  }
  expect((await outside(counting(256_000))).get("uploads")?.verdict).toBe("failed")
  expect((await outside(counting(25_000_000))).get("uploads")).toMatchObject({ told: "files of 25 MB come through" })
  expect((await outside(seenAs("10.0.0.7"))).get("proxy")).toMatchObject({
    verdict: "failed",
    told: "the server sees 10.0.0.7, the proxy's address, in place of its visitors'",
  })
  expect((await outside(seenAs("10.0.0.7"), async () => "10.0.0.1")).get("proxy")?.verdict).toBe("ok")
  expect((await outside(seenAs("198.51.100.9", true))).get("proxy")).toMatchObject({
    verdict: "failed",
    told: "whoever writes an X-Forwarded-For of their own is taken for that address",
  })
  expect((await outside(seenAs("198.51.100.9"))).get("proxy")?.verdict).toBe("ok")
  const refusing = await outside((request) =>
    request.headers.has("origin") ? new Response("", { status: 403 }) : undefined,
  )
  expect(refusing.get("origin")).toMatchObject({
    verdict: "failed",
    remedy: expect.stringMatching(/^Set PUBLIC_URL=http/),
  })
  const late = await outside((request) =>
    request.url.endsWith("/healthz") ? new Response("", { headers: { Date: new Date(0).toUTCString() } }) : undefined,
  )
  expect(late.get("clock there")).toMatchObject({ verdict: "warning", told: expect.stringContaining("differs") })
  const old = await outside((request) =>
    request.url.endsWith("/asyncapi.json") ? Response.json({ info: { version: "0.0.1" } }) : undefined,
  )
  expect(old.get("version there")).toMatchObject({
    verdict: "warning",
    told: expect.stringMatching(/^0\.0\.1, and this/),
  })
  const other = await outside(() => new Response("Welcome to nginx!"))
  expect([...other.values()]).toMatchObject([{ name: "address", verdict: "failed" }])
  const steering = await outside((request) =>
    request.url.endsWith("/asyncapi.json")
      ? Response.json({ info: { version: `\u001b[2J${"x".repeat(1_000)}` } })
      : undefined,
  )
  expect(steering.get("version there")?.told).toMatch(/^\\u\{1b\}\[2Jx{200,300}…, and this/)
  const unending = await outside((request) =>
    request.url.endsWith("/readyz")
      ? new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) }))
      : undefined,
  )
  expect([...unending.values()]).toMatchObject([{ verdict: "failed", told: expect.stringMatching(/^something else/) }])
  const nobody = await outsideChecks(`http://127.0.0.1:${nobodysPort}`, patience)
  expect(nobody).toMatchObject([{ verdict: "failed", told: expect.stringContaining("cannot be reached") }])
})

test("what fails for a moment has not failed: a server that is not ready, a page that is refused, an answer that does not come", async () => {
  await using app = await startTestApp()
  const once = (isMeant: (request: Request) => boolean, answer: () => Response) => {
    let times = 0
    return (request: Request) => (isMeant(request) && ++times === 1 ? answer() : undefined)
  }
  const isTo = (place: string) => (request: Request) => request.url.includes(place)
  const busy = () => Response.json({ status: "not ready", reasons: ["The server is busy."] }, { status: 503 })
  const failing = {
    address: once(isTo("/readyz"), busy),
    origin: once(isTo("polling"), busy),
    polling: once((request) => isTo("polling")(request) && !request.headers.has("origin"), busy),
  }
  for (const [name, change] of Object.entries(failing)) {
    using proxy = badProxy(app.url, change)
    const found = await outsideChecks(proxy.url, patience)
    expect(found.find((check) => check.name === name)?.verdict, name).toBe("ok")
  }
  using proxy = badProxy(app.url, once(isTo("/readyz"), busy))
  const config = { ...readConfig({}, {}), port: Number(new URL(proxy.url).port), dataDir: app.dataDir }
  const found = await localChecks({ ...config, host: "127.0.0.1" }, Date.now(), patience)
  expect(found.find(({ name }) => name === "server")).toMatchObject({ verdict: "ok" })
})

type Change = (request: Request) => Response | undefined | Promise<Response | undefined>

/** Passes plain requests on, but for those that it answers itself. */
function badProxy(url: string, change: Change) {
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url)
      const headers = new Headers(request.headers)
      for (const name of ["upgrade", "connection", "host", "accept-encoding", "content-length"]) headers.delete(name)
      const answer = (await change(request)) ?? (await fetch(url + pathname + search, { headers }))
      // What it says of an encoding is undone by now.
      return new Response(answer.body, { status: answer.status, headers: keptHeaders(answer) })
    },
  })
  return { url: server.url.origin, [Symbol.dispose]: () => void server.stop(true) }
}

function keptHeaders({ headers }: Response): Record<string, string> {
  const date = headers.get("date")
  return date === null ? {} : { Date: date }
}
