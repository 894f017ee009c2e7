/**
 * `bun run bench [--quick] [--gate] [--only KEY,…]`: measures Warren beside the limit of
 * its runtime and beside what one would write instead, in one run, and judges it.
 * `--crowd [--people 10000] [--idle 100000]` measures what many at once cost instead, and `--cluster` several servers on
 * PostgreSQL and Redis.
 * `--against COMMIT` measures Warren as it was then beside Warren as it is; the exit status is 1 where a row is worse.
 *
 * A full run without errors writes bench/results.json and bench/results.svg. The exit status is 1 when
 * anybody was wrong, or, with --gate, when a gate was missed.
 */
import { join } from "node:path"
import { reasonOf } from "../src/observe/operator-error.ts"
import { beside, checkOut, worse } from "./against.ts"
import { type Asked, checkKeys, readArguments } from "./arguments.ts"
import { measureChanges, measureUnread } from "./changes.ts"
import { chartOf } from "./chart.ts"
import { type Contender, findContenders, findTogether, warren } from "./contenders.ts"
import { idleKeys, measureGreatCrowd, measureIdle } from "./crowd.ts"
import { measureCrowd, measureGathering } from "./gather.ts"
import { measureHistory } from "./history.ts"
import { describeMachine, describeVersions } from "./machine.ts"
import { latencyTableOf, memoryTableOf, namesOf, type Report, reasonsOf, tableOf } from "./report.ts"
import type { Row } from "./results.ts"
import { measureIndex, measureTalk } from "./talk.ts"
import { togetherSteps } from "./together.ts"
import { fullPlan, type Plan, quickPlan, talks } from "./workloads.ts"

const flags = orEnd(() => {
  const asked = readArguments(process.argv.slice(2))
  const keys = chosenSteps([], asked.quick ? quickPlan : fullPlan, asked).flatMap((step) => step.keys)
  checkKeys(asked.only, keys)
  return asked
})

process.exit(await run())

async function run(): Promise<number> {
  const plan = flags.quick ? quickPlan : fullPlan
  const { against } = flags
  const earlier = against === undefined ? undefined : orEnd(() => checkOut(against))
  const { present, absent, peer } = earlier
    ? { present: [earlier.contender, warren], absent: [], peer: undefined }
    : await (flags.cluster ? findTogether() : findContenders({ isNodeAsked: !flags.crowd }))
  const { rows, errors } = await measure(present, plan).finally(() => earlier?.remove())
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    machine: describeMachine(),
    versions: describeVersions(peer?.versions),
    rounds: plan.rounds,
    contenders: namesOf(present),
    absent: reasonsOf(absent),
    rows,
    errors,
  }
  print(report)
  const isWhole = !flags.quick && !flags.only && !flags.crowd && !flags.cluster && !earlier
  if (isWhole && errors.length === 0) await write(report)
  const missed = rows.flatMap(({ judgements }) => judgements).filter(({ verdict }) => verdict === "missed")
  for (const { title } of worse(rows)) process.stdout.write(`Worse than before: ${title}.\n`)
  if (worse(rows).length > 0) return 1
  return errors.length > 0 || (flags.gate && missed.length > 0) ? 1 : 0
}

/** Ends the run with a sentence where something is wrong with what was asked. */
function orEnd<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    process.stderr.write(`${reasonOf(error)}\n`)
    process.exit(64)
  }
}

/** What fails costs its rows, not the run. */
async function measure(contenders: readonly Contender[], plan: Plan): Promise<{ rows: Row[]; errors: string[] }> {
  const rows: Row[] = []
  const errors: string[] = []
  for (const { keys, measure } of chosenSteps(contenders, plan, flags)) {
    if (flags.only && !keys.some((key) => flags.only?.includes(key))) continue
    process.stderr.write(`Measuring ${keys.join(" and ")}.\n`)
    try {
      rows.push(...(await measure()))
    } catch (error) {
      errors.push(reasonOf(error))
    }
  }
  return { rows, errors }
}

function chosenSteps(contenders: readonly Contender[], plan: Plan, asked: Asked) {
  if (asked.cluster) return togetherSteps(contenders, plan)
  return asked.crowd ? crowdSteps(contenders, plan, asked) : stepsOf(contenders, plan)
}

function stepsOf(contenders: readonly Contender[], plan: Plan) {
  const talking = talks.map((talk) => ({
    keys: [talk.key],
    measure: async () => [await measureTalk(talk, contenders, plan)],
  }))
  return [
    ...talking,
    { keys: ["join", "idle"], measure: () => measureGathering(contenders, plan) },
    { keys: ["index"], measure: () => alone((one) => measureIndex([one], plan)) },
    { keys: ["edit", "reaction", "read"], measure: () => alone((one) => measureChanges(one, plan)) },
    { keys: ["unread"], measure: () => alone((one) => measureUnread(one, plan)) },
    { keys: ["crowd"], measure: () => alone((one) => measureCrowd([one], plan)) },
    { keys: ["history", "start"], measure: () => alone((one) => measureHistory(one, plan)) },
  ]

  /** What is measured of Warren alone: of the earlier one too, as far as it could do it. */
  async function alone(measure: (contender: Contender) => Promise<Row[]>): Promise<Row[]> {
    const earlier = contenders.find(({ key }) => key === "earlier")
    if (earlier === undefined) return measure(warren)
    const was = await measure({ ...earlier, key: "warren" }).catch(() => [])
    return beside(await measure(warren), was)
  }
}

/** Beside the limit alone: the others are measured with fewer. */
function crowdSteps(contenders: readonly Contender[], { rounds, crowd }: Plan, { people, idle }: Asked) {
  const plan = { rounds, ...crowd, people: people ?? crowd.people, idle: idle ?? crowd.idle }
  const both = contenders.filter(({ key }) => key !== "stock" && key !== "node")
  return [
    {
      keys: ["crowd-join", "crowd-joining", "crowd-again", "crowd-kept", "crowd-delivery", "crowd-all"],
      measure: () => measureGreatCrowd(both, plan),
    },
    ...(plan.idle > 0 ? [{ keys: idleKeys, measure: () => measureIdle(both, plan) }] : []),
  ]
}

function print(report: Report): void {
  const { machine, versions, rounds, absent, errors } = report
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  process.stdout.write(
    [
      tableOf(report),
      latencyTableOf(report),
      memoryTableOf(report),
      `Medians of ${rounds} interleaved rounds; factors are medians of each round's own. CPU is user and system, of the servers alone.`,
      `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; ${software.join(", ")}; ${report.date}.`,
      ...Object.values(absent).map((reason) => `Absent: ${reason}`),
      ...errors.map((error) => `ERROR: ${error}`),
    ]
      .filter((part) => part !== "")
      .join("\n\n")
      .concat("\n"),
  )
}

async function write(report: Report): Promise<void> {
  await Bun.write(join(import.meta.dir, "results.json"), `${JSON.stringify(report, null, 2)}\n`)
  await Bun.write(join(import.meta.dir, "results.svg"), chartOf(report))
}
