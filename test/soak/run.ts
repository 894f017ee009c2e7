/**
 * `bun run soak [--minutes 10] [--people 100] [--parts 10]`: a day of a team in ten minutes,
 * against one server. Prints what it held after each part, and what was not as it should be;
 * the exit status is 1 then. Ended early, it says what it saw so far, and 130.
 */
import { parseArgs } from "node:util"
import { liveADay } from "./day.ts"
import { judge, type Part } from "./judge.ts"

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    people: { type: "string", default: "100" },
    parts: { type: "string", default: "10" },
  },
})
const [minutes, people, parts] = [values.minutes, values.people, values.parts].map(Number)
if (!(Number(minutes) > 0 && Number(people) > 1 && Number(parts) > 1)) {
  console.error("Name numbers: --minutes 10 --people 100 --parts 10.")
  process.exit(78)
}
process.exit(await run(Number(minutes), Number(people), Number(parts)))

async function run(minutes: number, people: number, parts: number): Promise<number> {
  console.log(row(["part", "actions", "sends", "p50 ms", "p99 ms", "max ms", "MB", "descriptors", "timers", "log"]))
  const partMs = (minutes * 60_000) / parts
  const day = await liveADay({
    people,
    parts,
    partMs,
    pauseMs: 400,
    onPart: (part, number) => console.log(rowOf(part, number)),
  })
  const findings = [...day.wrong.slice(0, 20), ...judge(day.parts, { isMeasured: true })]
  console.log("")
  for (const finding of findings) console.log(`- ${finding}`)
  console.log(
    findings.length === 0
      ? "As at the beginning: nothing grew, nothing was lost or told twice."
      : "Not as it should be.",
  )
  return findings.length === 0 ? 0 : 1
}

function rowOf({ actions, sends, rssBytes, descriptors, timers, logLines }: Part, number: number): string {
  const ms = [sends.p50Ms, sends.p99Ms, sends.maxMs].map((value) => value.toFixed(1))
  return row([number, actions, sends.count, ...ms, (rssBytes / 1e6).toFixed(0), descriptors, timers, logLines])
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell) => `${cell}`.padStart(11)).join("")
}
