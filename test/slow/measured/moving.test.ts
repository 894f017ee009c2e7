/**
 * A large workspace moves in, a second time without doubling, out as lines, and in again. CI looks at what comes;
 * SLACK_MESSAGES=1000000 also at how long it takes, in some four minutes.
 */
import { expect, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "../../support/folder.ts"
import { runProcess } from "../../support/process.ts"
import { storedZipOf } from "../../support/zip.ts"

const whole = process.env["SLACK_MESSAGES"]
const messages = Number(whole ?? 20_000)
const [rooms, people, dayMessages] = [50, 200, 50]
/** For a million: on a machine that does nothing else. */
const secondsMax = { first: 60, again: 15 }
const ids = (kind: string, count: number) => Array.from({ length: count }, (_, n) => `${kind}${n}`)
const users = ids("U", people)

test(`${messages} messages of Slack come once, and the same from an export`, async () => {
  using folder = temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  writeFileSync(at("slack.zip"), storedZipOf(workspace()))
  const slack = ["import", "slack", at("slack.zip"), "--data-dir", at("data")]
  const first = await timed(...slack)
  expect(first.report).toMatchObject({ rooms, users: people, added: messages, known: 0 })
  const again = await timed(...slack)
  expect(again.report).toMatchObject({ added: 0, known: messages })

  const out = await timed("export", at("out.ndjson"), "--data-dir", at("data"))
  const back = await timed("import", at("out.ndjson"), "--data-dir", at("new"))
  // A folder begins with General where a server begins it; an import brings what was exported.
  for (const { report } of [out, back]) expect(report).toMatchObject({ rooms, messages, missing: 0 })
  await timed("export", at("again.ndjson"), "--data-dir", at("new"))
  expect(await sumOf(at("again.ndjson"))).toBe(await sumOf(at("out.ndjson")))
  const told = { first, again, out, back }
  console.log(
    Object.entries(told)
      .map(([name, { seconds }]) => `${name} ${seconds.toFixed(1)} s`)
      .join(", "),
  )
  if (whole === undefined) return
  const share = messages / 1_000_000
  expect(first.seconds).toBeLessThan(secondsMax.first * share)
  expect(again.seconds).toBeLessThan(secondsMax.again * share)
}, 900_000)

/** People, rooms, and a file of each day of a room; every fifth message has something that hangs on it. */
function* workspace(): Generator<readonly [string, unknown]> {
  yield ["users.json", users.map((id) => ({ id, name: id.toLowerCase(), profile: { display_name: `Person ${id}` } }))]
  yield [
    "channels.json",
    ids("C", rooms).map((id) => ({ id, name: id.toLowerCase(), created: 1_600_000_000, members: users })),
  ]
  const daysOfRoom = messages / rooms / dayMessages
  for (let room = 0; room < rooms; room++) {
    for (let day = 0; day < daysOfRoom; day++)
      yield [`c${room}/day-${`${day}`.padStart(6, "0")}.json`, dayOf(room, day)]
  }
}

function dayOf(room: number, day: number): unknown[] {
  const tsOf = (n: number) => `${1_600_000_000 + day * 86_400 + n * 60}.${`${room}`.padStart(6, "0")}`
  return Array.from({ length: dayMessages }, (_, n) => ({
    ...{ type: "message", user: users[(room + day + n) % people], ts: tsOf(n) },
    text: `What people say in a sentence or two, number ${n} of day ${day}.`,
    ...(n % 20 === 5 && { thread_ts: tsOf(n - 5) }),
    ...(n % 20 === 10 && { reactions: [{ name: "+1", users: users.slice(0, 3), count: 3 }] }),
    ...(n % 20 === 15 && { edited: { user: users[0], ts: tsOf(n + 1) } }),
  }))
}

async function timed(...args: readonly string[]) {
  const startedMs = performance.now()
  const { stdout, stderr, status } = await runProcess([...args, "--json"])
  expect(status, stderr).toBe(0)
  return { report: JSON.parse(stdout), seconds: (performance.now() - startedMs) / 1_000 }
}

/** Of all lines but the first, which has the time of the export. */
async function sumOf(file: string): Promise<string> {
  return (await Bun.$`tail -n +2 ${file} | sha256sum`.text()).trim()
}
