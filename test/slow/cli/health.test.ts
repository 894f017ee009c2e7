import { expect, test } from "bun:test"
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startTestApp } from "../../support/app.ts"
import { stoppedClock } from "../../support/clock.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { nobodysPort } from "../../support/port.ts"
import { runProcess } from "../../support/process.ts"
import { until } from "../../support/until.ts"

test("health tells whether a server is ready, with its warnings, by a line, by JSON, and by its status", async () => {
  using folder = temporaryFolder()
  const { clock, pass } = stoppedClock()
  const backupDir = join(folder.path, "backups")
  await using app = await startTestApp({ backupEvery: 60_000, backupDir }, clock)
  const { port } = new URL(app.url)
  expect(await runProcess(["health"], { PORT: port, HOST: "127.0.0.1" })).toEqual({
    stdout: `${app.url} is ready.\n`,
    stderr: "",
    status: 0,
  })
  await until(
    "there is a backup",
    () => existsSync(backupDir) && readdirSync(backupDir).some((name) => name.startsWith("warren-")),
  )
  rmSync(backupDir, { recursive: true })
  writeFileSync(backupDir, "")
  pass(200_000)
  const warned = await runProcess(["health", "--url", app.url, "--json"])
  expect([warned.status, JSON.parse(warned.stdout)]).toEqual([
    0,
    { url: app.url, status: "ready", warnings: [expect.stringContaining("one is due every 1 min")] },
  ])
})

test("where nobody answers, or somebody else does, it says so and ends with 1; a wrong address is a mistake", async () => {
  const nobody = await runProcess(["health", "--port", `${nobodysPort}`, "--timeout", "2s"])
  expect([nobody.status, nobody.stderr]).toEqual([1, ""])
  expect(nobody.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+ is unreachable\. It does not answer: ECONNREFUSED\.\n$/)
  const failing = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => Response.json({ status: "not ready", reasons: ["The disk is full."] }, { status: 503 }),
  })
  expect(await runProcess(["health", "--url", failing.url.origin])).toEqual({
    stdout: `${failing.url.origin} is not ready. The disk is full.\n`,
    stderr: "",
    status: 1,
  })
  await failing.stop(true)
  expect(await runProcess(["health", "--url", "chat.example.com"])).toMatchObject({
    stderr: "--url must be an http:// or https:// address, such as https://chat.example.com.\n",
    status: 78,
  })
})

test("a certificate that is not taken is told with what to do, and is taken once its authority is named", async () => {
  using folder = temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  await Bun.$`openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -out ${at("own.pem")} -keyout ${at("own.key")}
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -out ${at("site.csr")} -keyout ${at("site.key")}
    openssl x509 -req -days 2 -copy_extensions copy -in ${at("site.csr")} -CA ${at("own.pem")} -CAkey ${at("own.key")} -CAcreateserial -out ${at("site.pem")}`.quiet()
  const serve = (certificate: string, key: string) =>
    Bun.serve({
      ...{ port: 0, hostname: "127.0.0.1" },
      tls: { cert: readFileSync(at(certificate), "utf8"), key: readFileSync(at(key), "utf8") },
      fetch: () => Response.json({ status: "ready" }),
    })
  using alone = serve("own.pem", "own.key")
  using half = serve("site.pem", "site.key")
  const health = async ({ port }: { port?: number | undefined }, environment: Record<string, string> = {}) =>
    (await runProcess(["health", "--url", `https://localhost:${port}`], environment)).stdout
  expect(await health(alone)).toContain(
    "its certificate is of no authority that is known here: name yours by NODE_EXTRA_CA_CERTS=FILE (DEPTH_ZERO_SELF_SIGNED_CERT).",
  )
  expect(await health(half)).toContain("give the proxy the whole chain (fullchain.pem)")
  expect(await health(half, { NODE_EXTRA_CA_CERTS: at("own.pem") })).toEndWith(" is ready.\n")
}, 120_000)

test("what a stranger answers is spelled out and cut, and no more of it is read than Warren would say", async () => {
  const reason = `\u001b]0;owned\u0007\u009b2J${"x".repeat(1_000)}`
  const unending = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) })
  using stranger = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }): Response =>
      url.endsWith("/readyz") && isTalking
        ? Response.json({ status: "not ready", reasons: Array(1_000).fill(reason) }, { status: 503 })
        : new Response(unending()),
  })
  const { origin } = stranger.url
  let isTalking = true
  const talking = await runProcess(["health", "--url", origin])
  expect([talking.status, talking.stderr]).toEqual([1, ""])
  expect(talking.stdout).toStartWith(`${origin} is not ready. \\u{1b}]0;owned\\u{7}\\u{9b}2Jxxx`)
  expect(talking.stdout.length).toBeLessThan(8_000)
  const json = await runProcess(["health", "--url", origin, "--json"])
  for (const { stdout } of [talking, json])
    expect(
      [...stdout.trimEnd()].filter((character) => character < " " || (character > "~" && character !== "…")),
    ).toEqual([])
  isTalking = false
  expect(await runProcess(["health", "--url", origin, "--timeout", "60s"])).toEqual({
    stdout: `${origin} is not ready. Something else than Warren answers there (200).\n`,
    stderr: "",
    status: 1,
  })
})
