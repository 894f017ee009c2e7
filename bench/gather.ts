/**
 * Sockets that connect and join: the CPU each costs, and the memory each keeps once it
 * is idle.
 *
 * Every round has servers of its own, so that memory is counted from the start and no
 * round inherits what the one before had made warm.
 */
import { Crowd } from "../src/load/crowd.ts"
import { type Contender, type ContenderKey, start } from "./contenders.ts"
import { before, compare, judgeMost, medians, type Row, type Samples, worseMax } from "./results.ts"
import { measureStages, type Stages } from "./stages.ts"
import { factor, median } from "./stats.ts"
import { usageOf } from "./usage.ts"
import type { Plan } from "./workloads.ts"

/** Of the sockets, in turn: 50 in each of a full run. */
const roomsSpread = 100
/** Until the garbage of joining is collected: no contender's memory falls by much after this. */
const settleMs = 3_000

interface Gathering {
  /** CPU, in microseconds. */
  readonly cpuPerSocket: number
  /** Resident, beyond what the process had when it listened. */
  readonly bytesPerSocket: number
}

export async function measureGathering(contenders: readonly Contender[], { rounds, sockets }: Plan): Promise<Row[]> {
  const entries = contenders.map((contender) => ({ contender, gatherings: [] as Gathering[] }))
  for (let round = 0; round < rounds; round++) {
    for (const { contender, gatherings } of entries) gatherings.push(await gather(contender, sockets, roomsSpread))
  }
  const stages: Partial<Record<ContenderKey, Stages>> = {}
  for (const contender of contenders) stages[contender.key] = await measureStages(contender, sockets, settleMs)
  const found = Object.fromEntries(entries.map(({ contender, gatherings }) => [contender.key, gatherings]))
  return [joinRow(found, sockets), idleRow(found, stages, sockets)]
}

/** All in one room, beside as many spread over rooms of a team's size: what it costs to be many. */
export async function measureCrowd(contenders: readonly Contender[], { rounds, sockets }: Plan): Promise<Row[]> {
  const warren = contenders.find(({ key }) => key === "warren")
  if (warren === undefined) return []
  const [crowded, spread]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    crowded.push((await gather(warren, sockets, 1)).cpuPerSocket)
    spread.push((await gather(warren, sockets, roomsSpread)).cpuPerSocket)
  }
  return [
    {
      key: "crowd",
      title: `Connect and join, ${sockets.toLocaleString("en")} sockets into one room: CPU per socket`,
      unit: "µs",
      figures: { warren: median(crowded) },
      judgements: [judgeMost(`rooms of ${sockets / roomsSpread}`, factor(crowded, spread), "×", 4, 4)],
      details: { warren: { spreadCpuPerSocket: median(spread) } },
    },
  ]
}

async function gather(contender: Contender, sockets: number, rooms: number): Promise<Gathering> {
  const server = await start(contender)
  try {
    const crowd = await Crowd.outside({ urls: [server.url], rooms, clients: sockets })
    const before = usageOf(server.pid)
    await crowd.enter()
    const after = usageOf(server.pid)
    await Bun.sleep(settleMs)
    const idle = usageOf(server.pid)
    if (crowd.losses[0]) throw new Error(`${contender.label} lost idle connections: ${crowd.losses[0]}`)
    crowd.close()
    return {
      cpuPerSocket: ((after.cpuMs - before.cpuMs) * 1_000) / sockets,
      bytesPerSocket: (idle.rssBytes - before.rssBytes) / sockets,
    }
  } finally {
    await server.stop()
  }
}

function joinRow(found: Partial<Record<ContenderKey, readonly Gathering[]>>, sockets: number): Row {
  const samples = pick(found, ({ cpuPerSocket }) => cpuPerSocket)
  return {
    key: "join",
    title: `Connect and join, ${sockets.toLocaleString("en")} sockets into ${roomsSpread} rooms: CPU per socket`,
    unit: "µs",
    figures: medians(samples),
    judgements: compare(samples, { limit: 2.5, node: 3 }, { limit: 3.5, node: 2 }),
    details: {},
  }
}

function idleRow(
  found: Partial<Record<ContenderKey, readonly Gathering[]>>,
  stages: Partial<Record<ContenderKey, Stages>>,
  sockets: number,
): Row {
  const samples = pick(found, ({ bytesPerSocket }) => bytesPerSocket / 1_024)
  const { earlier, warren, node } = samples
  return {
    key: "idle",
    title: `An idle joined connection, of ${sockets.toLocaleString("en")}: RSS`,
    unit: "KB",
    figures: medians(samples),
    judgements: [
      ...(warren && earlier ? [judgeMost(before, factor(warren, earlier), "×", undefined, worseMax)] : []),
      ...(warren ? [judgeMost("each", median(warren), "KB", undefined, 16)] : []),
      ...(warren && node ? [judgeMost("Node", factor(warren, node), "×", 0.7, 1)] : []),
    ],
    details: Object.fromEntries(Object.entries(stages).map(([key, stage]) => [key, { ...stage }])),
  }
}

function pick(
  found: Partial<Record<ContenderKey, readonly Gathering[]>>,
  figure: (gathering: Gathering) => number,
): Samples {
  return Object.fromEntries(Object.entries(found).map(([key, gatherings]) => [key, gatherings.map(figure)]))
}
