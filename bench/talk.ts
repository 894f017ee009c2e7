/**
 * One conversation, held with every contender in turn, round after round.
 *
 * The servers all run throughout and only one is talked to at a time, so that what
 * disturbs the machine disturbs them alike. A round is measured from its first send
 * until everybody has heard everything, and then checked: a fast wrong answer is an
 * error.
 */
import { Crowd } from "../src/load/crowd.ts"
import { type DriveResult, drive } from "../src/load/drive.ts"
import type { Contender } from "./contenders.ts"
import { type Deployed, deploy } from "./deploy.ts"
import { compare, judgeMost, medians, type Row, type Samples } from "./results.ts"
import { factor, median } from "./stats.ts"
import { contentBytes, type Plan, type Talk, talks } from "./workloads.ts"

export interface Session {
  readonly contender: Contender
  readonly deployed: Deployed
  readonly crowd: Crowd
  readonly rounds: Round[]
}

/** Of one round: CPU in microseconds, times in milliseconds. */
interface Round {
  readonly cpuPerDelivery: number
  readonly cpuPerMessage: number
  /** Of the thread of the search index, beside the others. */
  readonly indexPerMessage: number
  /** Of the threads that compile JavaScript, which is a part of the CPU. */
  readonly compilePerMessage: number
  readonly postgresPerMessage: number
  readonly redisPerMessage: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly p999Ms: number
  readonly messagesPerSecond: number
  readonly rssMb: number
}

/** Rejects when a contender is wrong. */
export async function measureTalk(talk: Talk, contenders: readonly Contender[], plan: Plan): Promise<Row> {
  return rowOf(talk, await talkWith(talk, contenders, plan))
}

/** What a message costs with the search index, beside what it costs without one. */
export async function measureIndex(contenders: readonly Contender[], plan: Plan): Promise<Row[]> {
  const warren = contenders.find(({ key }) => key === "warren")
  const talk = talks.find(({ figure }) => figure === "per message")
  if (warren === undefined || talk === undefined) return []
  const without = { ...warren, label: "Warren without an index", environment: { ...warren.environment, SEARCH: "off" } }
  const sessions = await talkWith(talk, [warren, without], plan)
  const [indexed, plain] = sessions.map(({ rounds }) => rounds.map(({ cpuPerMessage }) => cpuPerMessage))
  if (indexed === undefined || plain === undefined) return []
  const indexPerMessage = median(sessions[0]?.rounds.map((round) => round.indexPerMessage) ?? [])
  return [
    {
      key: "index",
      title: `${talk.title}, with the search index: CPU per message, its thread apart`,
      unit: "µs",
      figures: { warren: median(indexed) },
      judgements: [judgeMost("without an index", factor(indexed, plain), "×", 1.15, 1.15)],
      details: { warren: { withoutIndex: median(plain), indexPerMessage } },
    },
  ]
}

/** Everybody's rounds. Rejects when a contender is wrong. */
export async function talkWith(talk: Talk, contenders: readonly Contender[], plan: Plan): Promise<Session[]> {
  const sessions: Session[] = []
  try {
    for (const contender of contenders) sessions.push(await open(talk, contender))
    // Each server has to compile what it runs by itself, from what comes to it alone.
    for (const session of sessions) await hold(session, talk, plan.warmUpMs * session.deployed.pids.length)
    for (let round = 0; round < plan.rounds; round++) {
      for (const session of sessions) session.rounds.push(await hold(session, talk, plan.windowMs))
    }
    return sessions
  } finally {
    for (const { crowd, deployed } of sessions) {
      crowd.close()
      await deployed.stop()
    }
  }
}

async function open({ rooms, clients }: Talk, contender: Contender): Promise<Session> {
  const deployed = await deploy(contender)
  try {
    return { contender, deployed, crowd: await Crowd.gather({ urls: deployed.urls, rooms, clients }), rounds: [] }
  } catch (error) {
    await deployed.stop()
    throw new Error(`${contender.label} did not let the crowd in: ${error}`)
  }
}

async function hold({ contender, deployed, crowd }: Session, talk: Talk, durationMs: number): Promise<Round> {
  crowd.restart()
  const before = deployed.usage()
  const result = await drive(crowd, { pace: talk.pace, durationMs, contentBytes })
  const after = deployed.usage()
  check(contender, talk, crowd, result)
  const used = (of: "cpuMs" | "indexMs" | "compileMs" | "postgresMs" | "redisMs") => (after[of] - before[of]) * 1_000
  return {
    cpuPerDelivery: used("cpuMs") / result.deliveries,
    cpuPerMessage: used("cpuMs") / result.acked,
    indexPerMessage: used("indexMs") / result.acked,
    compilePerMessage: used("compileMs") / result.acked,
    postgresPerMessage: used("postgresMs") / result.acked,
    redisPerMessage: used("redisMs") / result.acked,
    p50Ms: result.ack.p50Ms,
    p99Ms: result.ack.p99Ms,
    p999Ms: result.ack.p999Ms,
    messagesPerSecond: (result.acked * 1_000) / result.elapsedMs,
    rssMb: after.rssBytes / 2 ** 20,
  }
}

function check(
  { label, reorders = false }: Contender,
  { title, rooms, clients, pace }: Talk,
  crowd: Crowd,
  result: DriveResult,
): void {
  const wrong = (what: string) => new Error(`${label} is wrong in "${title}": ${what}`)
  const [loss] = crowd.losses
  if (loss !== undefined) throw wrong(`${crowd.losses.length} connections were lost (${loss})`)
  if (!result.drained) throw wrong("not everybody heard everything in time")
  const anomalies = crowd.verdictAmongMembers().filter(({ kind }) => kind !== "reordered" || !reorders)
  if (anomalies[0])
    throw wrong(`${anomalies.length} anomalies, the first: ${anomalies[0].kind}, ${anomalies[0].detail}`)
  if (result.acked === 0 || result.acked !== result.sent) throw wrong(`${result.acked} of ${result.sent} were granted`)
  const others = clients / rooms - 1
  // Each message but the first of a room is typed: a true and a false, to the others.
  const typing = pace.kind === "rate" && pace.typing ? (result.sent - 2 * rooms) * 2 * others : 0
  if (result.typing < typing) throw wrong(`${result.typing} typing events were heard, not ${typing}`)
}

function rowOf(talk: Talk, sessions: readonly Session[]): Row {
  const { key, title, figure, goal, gate } = talk
  const samples = samplesOf(
    sessions,
    { "per delivery": "cpuPerDelivery", "per message": "cpuPerMessage", p99: "p99Ms" }[figure] as keyof Round,
  )
  return {
    key,
    title: figure === "p99" ? title : `${title}: CPU ${figure}`,
    unit: figure === "p99" ? "ms" : "µs",
    figures: medians(samples),
    judgements: compare(samples, goal, gate, figure === "p99" ? "faster" : "cheaper"),
    details: Object.fromEntries(sessions.map((session) => [session.contender.key, detailsOf(session.rounds)])),
  }
}

export function samplesOf(sessions: readonly Session[], figure: keyof Round): Samples {
  return Object.fromEntries(
    sessions.map(({ contender, rounds }) => [contender.key, rounds.map((round) => round[figure])]),
  )
}

export function detailsOf(rounds: readonly Round[]): Record<string, number> {
  const names = Object.keys(rounds[0] ?? {}) as (keyof Round)[]
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((round) => round[name]))]))
}
