/**
 * `bun run bench --cluster`: what a message and a delivery cost several servers, all of them together, beside one on
 * SQLite and beside what one would write instead. The database's CPU, and Redis's, are rows of their own.
 */
import { Crowd } from "../src/load/crowd.ts"
import { drive } from "../src/load/drive.ts"
import type { Contender } from "./contenders.ts"
import { deploy } from "./deploy.ts"
import { type Judgement, judgeLeast, judgeMost, medians, type Row, type Samples } from "./results.ts"
import { factor, median } from "./stats.ts"
import { detailsOf, type Session, samplesOf, talkWith } from "./talk.ts"
import { fineCpuOf } from "./usage.ts"
import { contentBytes, type Plan, type Talk } from "./workloads.ts"

const unjudged = { goal: {}, gate: {} }

const crowdedRoom: Talk = {
  key: "cluster-crowded",
  title: "One room of 500, 4 senders × 4 in flight",
  rooms: 1,
  clients: 500,
  pace: { kind: "in flight", senders: 4, each: 4 },
  figure: "per delivery",
  ...unjudged,
}

const oneAtATime: Talk = {
  ...crowdedRoom,
  key: "cluster-one",
  title: "One room of 500, one message at a time",
  pace: { kind: "in flight", senders: 1, each: 1 },
}

const teamRooms: Talk = {
  key: "cluster-team",
  title: "50 rooms of 20, 50 senders, one message each in flight",
  rooms: 50,
  clients: 1_000,
  pace: { kind: "in flight", senders: 50, each: 1 },
  figure: "per message",
  ...unjudged,
}

const [deliveryGoal, messageGoal, nodeGoal, bystanderGoalUs] = [1.5, 2, 3, 1]

export function togetherSteps(contenders: readonly Contender[], plan: Plan) {
  return [
    { keys: [crowdedRoom.key], measure: () => measureDeliveries(crowdedRoom, contenders, plan) },
    { keys: [oneAtATime.key], measure: () => measureDeliveries(oneAtATime, contenders, plan) },
    { keys: [teamRooms.key], measure: () => measureMessages(contenders, plan) },
    { keys: ["cluster-index"], measure: () => measureIndexes(contenders, plan) },
    { keys: ["cluster-bystander"], measure: () => measureBystander(contenders, plan) },
  ]
}

async function measureDeliveries(talk: Talk, contenders: readonly Contender[], plan: Plan): Promise<Row[]> {
  const sessions = await talkWith(talk, contenders, plan)
  return [rowOf(talk, "CPU per delivery", sessions, samplesOf(sessions, "cpuPerDelivery"), deliveryGoal)]
}

async function measureMessages(contenders: readonly Contender[], plan: Plan): Promise<Row[]> {
  const sessions = await talkWith(teamRooms, contenders, plan)
  const engine = (key: string, title: string, samples: Samples): Row => ({
    key,
    title: `The same: ${title}`,
    unit: "µs",
    figures: medians(samples),
    judgements: [],
    details: {},
  })
  return [
    rowOf(teamRooms, "CPU per message", sessions, samplesOf(sessions, "cpuPerMessage"), messageGoal),
    engine(
      "cluster-compile",
      "of that, the threads that compile JavaScript (Bun's only)",
      samplesOf(sessions, "compilePerMessage"),
    ),
    engine("cluster-postgres", "PostgreSQL's CPU per message", samplesOf(sessions, "postgresPerMessage")),
    engine("cluster-redis", "Redis's CPU per message", samplesOf(sessions, "redisPerMessage")),
  ]
}

/** Each server has an index of all messages, which reads them of the database: what that costs there, and in the threads. */
async function measureIndexes(contenders: readonly Contender[], plan: Plan): Promise<Row[]> {
  const three = contenders.find(({ key }) => key === "three")
  if (three === undefined) return []
  const { SEARCH: _, ...environment } = three.environment
  const indexed = { ...three, label: "three Warrens with search", environment }
  const [have, lack] = (await talkWith(teamRooms, [indexed, three], plan)).map(({ rounds }) => rounds)
  if (have === undefined || lack === undefined) return []
  const [withIndex, without] = [have, lack].map((rounds) => rounds.map((round) => round.postgresPerMessage))
  return [
    {
      key: "cluster-index",
      title: "The same with a search index on each server: PostgreSQL's CPU per message",
      unit: "µs",
      figures: { three: median(withIndex ?? []) },
      judgements: [
        judgeMost("without", factor(withIndex ?? [], without ?? []), "×", undefined, undefined),
        judgeMost("their threads", median(have.map((round) => round.indexPerMessage)), "µs", undefined, undefined),
      ],
      details: {},
    },
  ]
}

function rowOf(
  { key, title }: Talk,
  figure: string,
  sessions: readonly Session[],
  samples: Samples,
  goal: number,
): Row {
  return {
    key,
    title: `${title}: ${figure}`,
    unit: "µs",
    figures: medians(samples),
    judgements: judge(samples, goal),
    details: Object.fromEntries(sessions.map(({ contender, rounds }) => [contender.key, detailsOf(rounds)])),
  }
}

function judge({ warren, one, three, node }: Samples, goal: number): Judgement[] {
  return [
    ...(warren && one ? [judgeMost("SQLite's, on PostgreSQL", factor(one, warren), "×", goal, undefined)] : []),
    ...(warren && three ? [judgeMost("SQLite's, by three", factor(three, warren), "×", goal, undefined)] : []),
    ...(three && node
      ? [judgeLeast("cheaper than Node, three by three", factor(node, three), nodeGoal, undefined)]
      : []),
  ]
}

/** As many messages as a server takes, so that they are more than what it does anyway. */
const manyMessages: Talk = { ...teamRooms, pace: { kind: "in flight", senders: 50, each: 8 } }

/** A server with people in a room of their own, while others talk at another server, beside the same time in silence. */
async function measureBystander(contenders: readonly Contender[], plan: Plan): Promise<Row[]> {
  const three = contenders.find(({ key }) => key === "three")
  if (three === undefined || process.platform !== "linux") return []
  const deployed = await deploy(three)
  try {
    const [first, second = first] = deployed.urls
    const [, pid = 0] = deployed.pids
    const talkers = await Crowd.gather({ ...manyMessages, urls: [first] })
    const bystanders = await Crowd.gather({ urls: [second], rooms: 5, clients: 100 })
    const rounds: number[] = []
    // The first is the warm-up.
    for (let round = 0; round <= plan.rounds; round++) {
      const silence = await spent(pid, () => Bun.sleep(plan.windowMs * 2))
      talkers.restart()
      let acked = 0
      const talk = await spent(pid, async () => {
        const durationMs = plan.windowMs * 2
        const result = await drive(talkers, { pace: manyMessages.pace, durationMs, contentBytes })
        if (!result.drained || result.acked === 0) throw new Error("The bystander's neighbours were not heard.")
        acked = result.acked
      })
      if (round > 0) rounds.push((talk.cpuUs - (silence.cpuUs * talk.elapsedMs) / silence.elapsedMs) / acked)
    }
    for (const crowd of [talkers, bystanders]) crowd.close()
    return [
      {
        key: "cluster-bystander",
        title: "A message in a room that a server has no members of: that server's CPU",
        unit: "µs",
        figures: { three: median(rounds) },
        judgements: [judgeMost("each", median(rounds), "µs", bystanderGoalUs, undefined)],
        details: {},
      },
    ]
  } finally {
    await deployed.stop()
  }
}

async function spent(pid: number, during: () => Promise<void>): Promise<{ cpuUs: number; elapsedMs: number }> {
  const [cpuUs, startedMs] = [fineCpuOf(pid), performance.now()]
  await during()
  return { cpuUs: fineCpuOf(pid) - cpuUs, elapsedMs: performance.now() - startedMs }
}
