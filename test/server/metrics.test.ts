/** What /metrics tells, to whom, and that the dashboard and the alerts of deploy/ ask for what there is. */
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { exposition } from "../../src/observe/exposition.ts"
import { Histogram } from "../../src/observe/histogram.ts"
import { startTestApp } from "../support/app.ts"
import { createRoom, joined } from "../support/client.ts"
import { untilClosed } from "../support/raw.ts"

const token = "a-token-of-the-test-that-is-long-enough"
const listener = { host: "127.0.0.1", port: 0 }

test("each metric counts what it says, with labels of few values and nobody's id", async () => {
  await using app = await startTestApp({ metricsAddress: listener })
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  await using bob = await joined(app.url, room, "bob")
  for (const content of ["one", "two"]) await ann.ask("send_message", { roomId: room.id, userId: "ann", content })
  await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "" })
  await bob.messages(2)

  const { text, values } = await scrape(app.metricsUrl ?? "")
  expect(values.get("warren_connections")).toBe(2)
  expect(values.get("warren_messages_total")).toBe(2)
  expect(values.get('warren_requests_total{event="join_room"}')).toBe(2)
  expect(values.get('warren_refusals_total{code="ERR_VALIDATION"}')).toBe(1)
  // Two messages to two people; who came was told to who was there.
  expect(values.get("warren_deliveries_total")).toBeGreaterThanOrEqual(4)
  expect(values.get("warren_broadcasts_total")).toBeGreaterThanOrEqual(2)
  expect(values.get("warren_store_up")).toBe(1)
  expect(values.get("warren_store_queue")).toBe(0)
  expect(values.get("warren_store_commands_total")).toBeGreaterThanOrEqual(5)
  expect(values.get("warren_store_commit_seconds_count")).toBeGreaterThanOrEqual(4)
  expect(values.get("warren_store_batch_seconds_count")).toBeGreaterThanOrEqual(4)
  expect(values.get('warren_store_batch_seconds_bucket{le="+Inf"}')).toBe(
    values.get("warren_store_batch_seconds_count"),
  )
  expect(values.get("process_resident_memory_bytes")).toBeGreaterThan(10_000_000)
  expect(values.get("warren_disk_free_bytes")).toBeGreaterThan(0)
  expect(values.has("warren_search_behind")).toBe(true)
  expect([values.has("warren_bus_up"), values.has("warren_backup_timestamp_seconds")]).toEqual([false, false])
  for (const secret of [room.id, "ann", "bob"]) expect(text).not.toContain(`"${secret}"`)
})

test("every line is one that Prometheus reads, and each name has its help and its type once", async () => {
  await using app = await startTestApp({ metricsAddress: listener })
  const { text } = await scrape(app.metricsUrl ?? "")
  const sample = /^[a-z_]+(\{([a-z]+="(\\.|[^"\\])*",?)+\})? (\d+(\.\d+)?(e[+-]?\d+)?)$/
  const wrong = text
    .trimEnd()
    .split("\n")
    .filter((line) => !/^# (HELP|TYPE) [a-z_]+ \S/.test(line) && !sample.test(line))
  expect(wrong).toEqual([])
  const typed = [...text.matchAll(/^# TYPE (\S+) (counter|gauge|histogram)$/gm)].map(([, name]) => name)
  expect(new Set(typed).size).toBe(typed.length)
  expect(text).toEndWith("\n")
})

test("what a label holds cannot end it, and a histogram counts each time in the bounds above it", () => {
  const histogram = new Histogram([0.1, 1])
  for (const seconds of [0.05, 0.1, 0.5, 7]) histogram.add(seconds)
  expect(
    exposition([
      { name: "a", help: "A.", type: "gauge", read: () => [{ labels: { l: 'x"\\\n' }, value: 1 }] },
      { name: "h", help: "H.", type: "histogram", read: () => histogram },
    ]),
  ).toBe(
    `# HELP a A.\n# TYPE a gauge\na{l="x\\"\\\\\\n"} 1\n# HELP h H.\n# TYPE h histogram\nh_bucket{le="0.1"} 2\nh_bucket{le="1"} 3\nh_bucket{le="+Inf"} 4\nh_sum 7.65\nh_count 4\n`,
  )
})

test("without a setting nobody reads them; on the server's port a token does; the listener has that path alone", async () => {
  await using closed = await startTestApp()
  expect((await fetch(`${closed.url}/metrics`)).status).toBe(404)
  await using app = await startTestApp({ metricsToken: token, metricsAddress: listener })
  const url = `${app.url}/metrics`
  const statusWith = async (Authorization?: string) =>
    (await fetch(url, { headers: Authorization === undefined ? {} : { Authorization } })).status
  expect(await statusWith()).toBe(401)
  expect(await statusWith("Bearer wrong")).toBe(401)
  expect(await statusWith(`Basic ${token}`)).toBe(401)
  expect(await statusWith(`Bearer ${token}`)).toBe(200)
  const own = app.metricsUrl ?? ""
  expect((await fetch(own)).status).toBe(401)
  expect((await fetch(own.replace("/metrics", "/"))).status).toBe(404)
  const authorized = { headers: { Authorization: `Bearer ${token}` } }
  expect((await fetch(own, { ...authorized, method: "POST" })).status).toBe(405)
  expect((await fetch(own, authorized)).headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8")
  await app.stop()
  await expect(fetch(own, authorized)).rejects.toThrow()
})

test("an alert on what increases sees the first time as well: its series is there before", async () => {
  await using app = await startTestApp({ metricsAddress: listener })
  const { values } = await scrape(app.metricsUrl ?? "")
  const { groups } = Bun.YAML.parse(textOf("alerts.yml")) as { groups: { rules: { expr: string }[] }[] }
  const increasing = groups
    .flatMap(({ rules }) => rules.map(({ expr }) => expr))
    .flatMap((expr) => [...expr.matchAll(/(?:increase|rate)\((warren_[a-z_]+(?:\{[^}]*\})?)\[/g)])
    .map(([, series = ""]) => series)
  expect(increasing).toContain('warren_refusals_total{code="ERR_INTERNAL"}')
  const isThere = (series: string) => values.has(series) || values.has(`${series.replace("_bucket", "_count")}`)
  expect(increasing.filter((series) => !isThere(series))).toEqual([])
})

test("the dashboard and the alerts ask for metrics that exist, and for nothing else", async () => {
  await using app = await startTestApp({ metricsAddress: listener })
  const { text } = await scrape(app.metricsUrl ?? "")
  const there = new Set(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].flatMap(([, name = "", type]) =>
      type === "histogram" ? ["bucket", "sum", "count"].map((part) => `${name}_${part}`) : [name],
    ),
  )
  const dashboard = JSON.parse(textOf("grafana.json")) as { panels: { targets: { expr: string }[] }[] }
  const alerts = Bun.YAML.parse(textOf("alerts.yml")) as { groups: { rules: { alert: string; expr: string }[] }[] }
  const expressions = [
    ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
  ]
  expect(expressions.length).toBeGreaterThan(25)
  const named = new Set(expressions.flatMap((expression) => expression.match(/\b(warren|process)_\w+/g) ?? []))
  expect([...named].filter((name) => !there.has(name))).toEqual([])
  // And nothing is measured that nobody looks at.
  const base = (name: string) => name.replace(/_(bucket|sum|count)$/, "")
  const looked = new Set([...named].map(base))
  expect([...there].map(base).filter((name) => !looked.has(name) && name !== "warren_build_info")).toEqual([])
})

test("what docs/operating.md gives Prometheus is of the job that the alerts ask for, at the listener that it shows", async () => {
  const text = await Bun.file(join(import.meta.dir, "../../docs/operating.md")).text()
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(text) ?? []
  const [, target = ""] = /^METRICS_ADDRESS=(\S+) warren$/m.exec(text) ?? []
  expect(Bun.YAML.parse(yaml)).toEqual({
    scrape_configs: [{ job_name: "warren", static_configs: [{ targets: [target] }] }],
  })
  expect(textOf("alerts.yml")).toContain('up{job="warren"}')
})

test("[ERR2] [LIM1] its own listener reads no host that a URL would take long to read, nor many requests at once", async () => {
  await using app = await startTestApp({ metricsAddress: listener })
  const url = app.metricsUrl ?? ""
  const marks = "%CC%87".repeat(1_000) + "%CC%A3".repeat(1_000)
  for (const host of [`a${marks}`, "a".repeat(254), "a b"])
    expect(await untilClosed(url, `GET /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
  const flood = await untilClosed(url, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1_000))
  expect(flood.match(/HTTP\/1\.1 200 /g)?.length ?? 0).toBeLessThanOrEqual(4)
  expect((await fetch(url)).status).toBe(200)
})

function textOf(name: string): string {
  return readFileSync(join(import.meta.dir, "../../deploy/monitoring", name), "utf8")
}

async function scrape(url: string) {
  const text = await (await fetch(url)).text()
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))
  const values = new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]),
  )
  return { text, values }
}
