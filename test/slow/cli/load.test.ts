import { expect, test } from "bun:test"
import { startTestApp } from "../../support/app.ts"
import { nobodysPort } from "../../support/port.ts"
import { runProcess } from "../../support/process.ts"

const small = ["--clients", "6", "--rooms", "2", "--rate", "50", "--seconds", "1"]

test("load talks on a server, judges what it delivered, and says so", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const { stdout, stderr, status } = await runProcess(["load", app.url, ...small, "--check"])

  expect(stderr).toBe("")
  // A busy machine ends it a little later.
  const [, sent, acked, deliveries] =
    /^Sent {8}(\d+) messages in .*; (\d+) acked, (\d+) deliveries$/m.exec(stdout) ?? []
  expect(Number(sent)).toBeGreaterThanOrEqual(50)
  expect([acked, Number(deliveries)]).toEqual([sent, 3 * Number(sent)])
  expect(stdout).toMatch(/^Ack {9}p50 .* ms, p99 .* ms, p99\.9 .* ms, max .* ms$/m)
  expect(stdout).toContain("Delivery    everything that was sent is stored, and was delivered once, whole and in order")
  expect(stdout).toEndWith("Verdict     sound\n")
  expect(status).toBe(0)
})

test("load --json says the same for programs; unchecked, it says nothing of anomalies", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const { stdout, status } = await runProcess(["load", app.url, ...small, "--json"])
  const result = JSON.parse(stdout)

  expect(result).toMatchObject({ clients: 6, rooms: 2, rate: 50, seconds: 1, verdict: "sound", drained: true })
  expect(result.acked).toBe(result.sent)
  expect(result.ack.count).toBe(result.sent)
  expect(result).not.toHaveProperty("anomalies")
  expect(status).toBe(0)
})

test("load makes no more rooms than it has people to talk there", async () => {
  await using app = await startTestApp({ rateLimits: "off" })
  const { stdout, stderr, status } = await runProcess(["load", app.url, ...small, "--rooms", "10", "--json"])
  expect(stderr).toBe("")
  expect(JSON.parse(stdout)).toMatchObject({ rooms: 6, verdict: "sound" })
  expect(JSON.parse(stdout).sent).toBeGreaterThanOrEqual(50)
  expect(status).toBe(0)
})

test("load tells by code what a server's limits refused", async () => {
  await using app = await startTestApp()
  const pace = ["--clients", "1", "--rooms", "1", "--rate", "200", "--seconds", "1"]
  const { stdout, status } = await runProcess(["load", app.url, ...pace, "--check"])

  expect(stdout).toMatch(/^Refused\n {2}ERR_RATE_LIMITED \d{3} times$/m)
  expect(stdout).toContain("Delivery    everything")
  expect(status).toBe(0)
})

test("load tells a mistake, or a server that is not there, in a sentence", async () => {
  expect(await runProcess(["load", "localhost", "--clients", "0"])).toEqual({
    stdout: "",
    stderr: "localhost is wrong: it must be a server's address such as http://127.0.0.1:3000\n",
    status: 78,
  })
  expect(await runProcess(["load", "--clients", "0", "--rate", "fast"])).toEqual({
    stdout: "",
    stderr:
      "--clients 0 is wrong: it must be a whole number from 1 to 50000.\n" +
      "--rate fast is wrong: it must be a whole number from 1 to 1000000.\n",
    status: 78,
  })
  const url = `http://127.0.0.1:${nobodysPort}`
  const { stderr, status } = await runProcess(["load", url])
  expect(stderr).toBe(`No server answers at ${url} (ECONNREFUSED): start it, or give the address: warren load URL\n`)
  expect(status).toBe(1)
})
