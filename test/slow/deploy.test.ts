/** The samples of deploy/: a conversation through each proxy, and the unit as systemd itself judges it. */
import { describe, expect, test } from "bun:test"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Check } from "../../src/cli/doctor/check.ts"
import { createEngine } from "../../src/server/engine/engine.ts"
import { connect, createRoom, everyTransport, joined } from "../support/client.ts"
import { noise, uploaded } from "../support/files.ts"
import { temporaryFolder } from "../support/folder.ts"
import { pngOf } from "../support/pictures.ts"
import { freePort } from "../support/port.ts"
import { runProcess, sourceCommand, startProcess } from "../support/process.ts"
import { missing, testUnless, tracingMissing } from "../support/programs.ts"
import { proxies, publicUrl, startProxy } from "../support/proxies.ts"
import { until } from "../support/until.ts"

const timeoutMs = 120_000
const deploy = join(import.meta.dir, "../../deploy")
const engine = createEngine()
/** Neither side gives a quiet connection up before this. */
const quietMsMax = engine.opts.pingInterval + engine.opts.pingTimeout

for (const proxy of proxies) {
  const testProxy = testUnless(proxy.missing)
  describe(`behind ${proxy.name}`, () => {
    testProxy(
      "[CONN1] [AUTH3] clients hold a conversation over every transport, and pages of other sites are refused",
      async () => {
        await using site = await startSite(proxy)
        const room = await createRoom(site.url, site.options)
        for (const transports of everyTransport) {
          await using ann = await joined(site.url, room, "ann", transports, site.options)
          await using bob = await joined(site.url, room, "bob", transports, site.options)
          const content = `${transports} ${"ü".repeat(3_900)}`
          expect(await ann.ask("send_message", { roomId: room.id, userId: "ann", content })).toMatchObject({ ok: true })
          expect(await bob.messages(1)).toMatchObject([{ content }])
          await bob.ask("send_message", { roomId: room.id, userId: "bob", content: "heard" })
          expect(await ann.messages(2)).toMatchObject([{ content }, { content: "heard" }])
        }
        const elsewhere = { ...site.options, extraHeaders: { Origin: "https://elsewhere.example" } }
        for (const transports of everyTransport) {
          await expect(connect(site.url, transports, { ...elsewhere, reconnection: false })).rejects.toThrow()
        }
      },
      timeoutMs,
    )

    testProxy(
      "[CONN3] clients come back by themselves when the server behind it is started again",
      async () => {
        await using site = await startSite(proxy)
        const room = await createRoom(site.url, site.options)
        const clients = await Promise.all(
          everyTransport.map((transports) => connect(site.url, transports, site.options)),
        )
        await site.restart()
        await until("everybody is back", () => clients.every(({ socket }) => socket.connected))
        for (const client of clients) {
          const join = { roomId: room.id, userId: "ann", username: "Ann", since: 0 }
          expect(await client.ask("join_room", join)).toMatchObject({ ok: true, room: { id: room.id } })
          await client[Symbol.asyncDispose]()
        }
      },
      timeoutMs,
    )

    testProxy(
      "[FILE1] the largest file that is allowed comes through whole, and in pieces",
      async () => {
        await using site = await startSite(proxy)
        const described = await fetch(`${site.server().url}/api/server`)
        const { fileBytesMax } = (await described.json()) as { readonly fileBytesMax: number }
        const bytes = noise(fileBytesMax)
        const tls = { rejectUnauthorized: false }
        const file = await uploaded(site.url, bytes, { tls })
        const room = await createRoom(site.url, site.options)
        await using ann = await joined(site.url, room, "ann", ["websocket"], site.options)
        const message = { roomId: room.id, userId: "ann", files: [file.id] }
        expect(await ann.ask("send_message", message)).toMatchObject({ ok: true })
        const back = await fetch(`${site.url}${file.url}`, { tls })
        expect(Bun.SHA256.hash(await back.bytes(), "hex")).toBe(Bun.SHA256.hash(bytes, "hex"))

        const begin = { "Upload-Length": `${fileBytesMax}` }
        const begun = await fetch(`${site.url}/uploads?name=again.bin`, { method: "POST", headers: begin, tls })
        const place = `${site.url}${begun.headers.get("location")}`
        const cut = new AbortController()
        const patch = (offset: number, body: Uint8Array | ReadableStream, signal?: AbortSignal) =>
          fetch(place, {
            method: "PATCH",
            body: body as never,
            headers: pieceAt(offset),
            tls,
            ...(signal && { signal }),
          })
        const first = bytes.subarray(0, 2_000_000)
        const failing = patch(0, startOf(first), cut.signal).catch(() => "cut")
        const kept = async () => Number((await fetch(place, { method: "HEAD", tls })).headers.get("upload-offset"))
        await until("what was sent is kept before the rest comes", async () => (await kept()) === first.length)
        cut.abort()
        expect(await failing).toBe("cut")
        const goOn = () => patch(first.length, bytes.subarray(first.length))
        let ended = await goOn()
        // A proxy takes a moment to see that the first request was cut, and to say so.
        await until("the server knows that the first was cut", async () => {
          if (ended.status !== 409) return true
          ended = await goOn()
          return false
        })
        expect(await ended.json()).toMatchObject({ ok: true, file: { bytes: fileBytesMax } })
      },
      timeoutMs,
    )

    testProxy(
      "the doctor finds nothing wrong with the way through it",
      async () => {
        await using site = await startSite(proxy)
        const environment = { DATA_DIR: site.dataDir, NODE_TLS_REJECT_UNAUTHORIZED: "0" }
        const { stdout } = await runProcess(["doctor", "--url", site.url, "--json"], environment)
        const { checks } = JSON.parse(stdout) as { checks: Check[] }
        const there = checks.slice(checks.findIndex(({ name }) => name === "address"))
        expect(there.filter(({ verdict }) => verdict !== "ok")).toEqual([])
        expect(there.map(({ name }) => name)).toContain("uploads")
      },
      timeoutMs,
    )

    testProxy(
      "no log of it tells a sid, neither of a request that is answered nor of one that fails",
      async () => {
        await using site = await startSite(proxy)
        const poll = (query: string, request = {}) =>
          fetch(`${site.url}/socket.io/?EIO=4&transport=polling${query}`, {
            tls: { rejectUnauthorized: false },
            ...request,
          })
        const { sid } = JSON.parse((await (await poll("")).text()).slice(1))
        expect((await poll(`&sid=${sid}`, { method: "POST", body: "40" })).status).toBe(200)
        await site.server().stop()
        expect((await poll(`&sid=${sid}`)).status).toBe(502)
        await until("the failure is logged", () => site.log().includes("502"))
        expect(site.log()).toContain("/socket.io/")
        expect(site.log()).not.toContain(sid)
      },
      timeoutMs,
    )
  })
}

test("each proxy gives up an idle connection to the server before the server closes it", () => {
  const { idleTimeout } = engine.handler()
  const textOf = (name: string) => readFileSync(join(deploy, name), "utf8")
  for (const seconds of [
    /upstream warren \{[^}]*keepalive_timeout (\d+)s;/.exec(textOf("nginx.conf"))?.[1],
    /transport http \{\s*keepalive (\d+)s/.exec(textOf("Caddyfile"))?.[1],
  ])
    expect(Number(seconds)).toBeLessThanOrEqual(idleTimeout - 5)
})

test("nginx waits longer for a quiet connection than the server and its clients do", () => {
  expect(quietMsMax).toBe(25_000 + 20_000)
  const waits = [...readFileSync(join(deploy, "nginx.conf"), "utf8").matchAll(/proxy_(read|send)_timeout (\d+)s;/g)]
  expect(waits.map(([, which]) => which)).toEqual(["read", "send"])
  for (const [, , seconds] of waits) expect(Number(seconds) * 1_000).toBeGreaterThan(quietMsMax)
})

describe("the unit of systemd", () => {
  const testUnit = testUnless(missing("systemd-analyze", "systemd"))

  testUnit(
    "is free of mistakes, and leaves little exposed",
    async () => {
      using unit = installedUnit()
      const verified = Bun.spawnSync(["systemd-analyze", "verify", unit.path])
      expect([verified.stderr.toString(), verified.exitCode]).toEqual(["", 0])
      // Of 10.0, where 0.0 is a service that can do nothing; below 2.0 systemd calls it OK.
      const rated = Bun.spawnSync(["systemd-analyze", "security", "--offline=true", "--threshold=20", unit.path])
      expect(rated.exitCode, rated.stdout.toString()).toBe(0)
      console.log(rated.stdout.toString().trim().split("\n").at(-1))
    },
    timeoutMs,
  )

  test("may write to every folder of its own that the documents name, and a purge tells that each is kept", () => {
    const folders = /^StateDirectory=(.+)$/m.exec(readFileSync(join(deploy, "warren.service"), "utf8"))?.[1]?.split(" ")
    const documents = readFileSync(join(deploy, "../docs/operating.md"), "utf8")
    const named = [...documents.matchAll(/\/var\/lib\/(?:private\/)?(warren[a-z-]*)/g)].map(([, name]) => name)
    expect(new Set(named)).toEqual(new Set(folders))
    const purge = readFileSync(join(deploy, "release/debian/postrm"), "utf8")
    for (const folder of folders ?? []) expect(purge).toContain(` /var/lib/${folder} `)
  })

  testUnless(missing("systemd-analyze", "systemd") ?? tracingMissing())(
    "allows every system call that the server makes",
    async () => {
      using folder = temporaryFolder()
      const trace = join(folder.path, "trace")
      const command = ["strace", "-f", "-qq", "-e", "signal=none", "-o", trace, ...sourceCommand]
      const server = await startProcess({ DATA_DIR: join(folder.path, "data") }, { command })
      for (const transports of everyTransport) {
        const room = await createRoom(server.url)
        await using ann = await joined(server.url, room, "ann", transports)
        await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "hi" })
      }
      // Its thumbnail is drawn by a process of its own.
      expect((await uploaded(server.url, pngOf(900, 600))).thumbnailUrl).toBeDefined()
      await server.stop()

      const made = [...readFileSync(trace, "latin1").matchAll(/^\d+ +(\w+)\(/gm)].map(([, name = ""]) => name)
      const allowed = callsOf("@default", "@system-service")
      const denied = callsOf("@privileged")
      // Only root gives SQLite's files to the owner of the database, and the service is not root.
      denied.delete("fchown")
      expect(made.length).toBeGreaterThan(1_000)
      expect([...new Set(made)].filter((name) => !allowed.has(name) || denied.has(name))).toEqual([])
    },
    timeoutMs,
  )
})

function pieceAt(offset: number) {
  return { "Content-Type": "application/offset+octet-stream", "Upload-Offset": `${offset}` }
}

/** These bytes of a body, and no end. */
function startOf(bytes: Uint8Array): ReadableStream {
  return new ReadableStream({ start: (controller) => controller.enqueue(bytes) })
}

/** The proxy and the server behind it, with what a client needs to come through. */
async function startSite(proxy: (typeof proxies)[number]) {
  const folder = temporaryFolder()
  const [port, serverPort] = [await freePort(), await freePort()]
  const url = publicUrl(proxy, port)
  const environment = { DATA_DIR: folder.path, PORT: `${serverPort}`, PUBLIC_URL: url }
  let server = await startProcess(environment)
  const running = await startProxy(proxy, port, serverPort)
  return {
    url,
    dataDir: folder.path,
    server: () => server,
    log: running.log,
    // The certificate is of the test's own making.
    options: { rejectUnauthorized: false, extraHeaders: { Origin: url } },
    restart: async () => {
      await server.stop()
      server = await startProcess(environment)
    },
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** The unit with a program that is installed here: systemd looks whether there is one. */
function installedUnit() {
  const folder = temporaryFolder()
  const text = readFileSync(join(deploy, "warren.service"), "utf8")
  expect(text).toContain("/usr/local/bin/warren")
  expect(text).toMatch(/\[Unit\][^[]*^StartLimitIntervalSec=0$/m)
  const path = join(folder.path, "warren.service")
  writeFileSync(path, text.replace("/usr/local/bin/warren", process.execPath))
  return { path, [Symbol.dispose]: folder[Symbol.dispose] }
}

/** The system calls of systemd's groups, and of the groups in these. */
function callsOf(...groups: readonly string[]): Set<string> {
  const { stdout } = Bun.spawnSync(["systemd-analyze", "syscall-filter", "--no-pager", ...groups])
  const lines = stdout
    .toString()
    .split("\n")
    .map((line) => line.trim())
  const inner = lines.filter((line) => line.startsWith("@") && !groups.includes(line))
  const own = lines.filter((line) => /^\w+$/.test(line))
  return new Set([...own, ...(inner.length > 0 ? callsOf(...inner) : [])])
}
