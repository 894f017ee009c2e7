/**
 * A day of a team, compressed: people come and go, send, edit, delete, react, search, read
 * and upload, against one server process. After each part all go, and what the server then
 * still holds is taken down. Everything that anybody was told goes through the checker of
 * deliveries, so a server that is flat because it does nothing does not pass.
 */
import { join } from "node:path"
import { allocatorSettings } from "../../src/cli/allocator.ts"
import { DeliveryCheck } from "../../src/load/delivery/delivery-check.ts"
import { Latencies } from "../../src/load/histogram.ts"
import { createRooms, readRooms } from "../../src/load/rooms.ts"
import { temporaryFolder } from "../support/folder.ts"
import { type ServerProcess, startProcess } from "../support/process.ts"
import { until } from "../support/until.ts"
import type { Part } from "./judge.ts"
import { Person } from "./person.ts"
import type { Holding } from "./probe.ts"

interface DayOptions {
  readonly people: number
  readonly parts: number
  readonly partMs: number
  /** Between two actions of one person, on average. */
  readonly pauseMs: number
  readonly onPart: (part: Part, number: number) => void
}

export interface Day {
  readonly parts: readonly Part[]
  /** What was wrong in what clients were told, or is stored. */
  readonly wrong: readonly string[]
}

const peoplePerRoom = 12
const sampleEveryMs = 250
/** Unchanged for so many samples, it is at rest: longer than what a server keeps for those who may come back. */
const restingSamples = 28

export async function liveADay(options: DayOptions): Promise<Day> {
  using folder = temporaryFolder()
  const [logFile, probe] = [join(folder.path, "log"), join(folder.path, "probe")]
  const main = join(import.meta.dir, "../../src/main.ts")
  const command = [process.execPath, "--preload", join(import.meta.dir, "probe.ts"), main]
  const environment = {
    DATA_DIR: join(folder.path, "data"),
    RATE_LIMITS: "off",
    LOG_LEVEL: "info",
    SOAK_PROBE: probe,
    // A server whose runtime was given flags leaves them alone.
    ...allocatorSettings,
  }
  await using server = await startProcess(environment, { command, stderr: Bun.file(logFile) })
  const check = new DeliveryCheck()
  const rooms = await createRooms(server.url, Math.ceil(options.people / peoplePerRoom))
  const people = Array.from({ length: options.people }, (_, number) => {
    const roomId = rooms[number % rooms.length] ?? ""
    return new Person({ url: server.url, roomId, userId: `person ${number}`, number, check })
  })
  const parts: Part[] = []
  let logLines = 0
  for (let number = 1; number <= options.parts; number++) {
    const sends = new Latencies()
    const actions = await livePart(people, options, sends)
    const held = await atRest(probe, parts[0])
    const lines = (await Bun.file(logFile).text()).split("\n").length - 1
    parts.push({ ...held, actions, sends: sends.percentiles(), logLines: lines - logLines })
    logLines = lines
    options.onPart(parts.at(-1) as Part, number)
  }
  const wrong = await wrongWith(server, people, check, rooms)
  return { parts, wrong }
}

async function livePart(people: readonly Person[], { partMs, pauseMs }: DayOptions, sends: Latencies): Promise<number> {
  const endMs = performance.now() + partMs
  const counts = await Promise.all(people.map((person) => person.live({ endMs, pauseMs, sends })))
  for (const person of people) person.leave()
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Once it holds no more than after the first part; else, once it lets go of nothing any more. */
async function atRest(probe: string, first: Holding | undefined): Promise<Holding> {
  let before = await sample(probe)
  for (let same = 0; same < restingSamples && !isWithin(before, first); ) {
    await Bun.sleep(sampleEveryMs)
    const now = await sample(probe)
    same = now.descriptors === before.descriptors && now.timers === before.timers ? same + 1 : 0
    before = now
  }
  return before
}

function isWithin({ descriptors, timers }: Holding, first: Holding | undefined): boolean {
  return first !== undefined && descriptors <= first.descriptors && timers <= first.timers
}

async function sample(unix: string): Promise<Holding> {
  return (await (await fetch("http://localhost/", { unix })).json()) as Holding
}

async function wrongWith(
  server: ServerProcess,
  people: readonly Person[],
  check: DeliveryCheck,
  rooms: readonly string[],
): Promise<string[]> {
  for (const person of people) person.come()
  await until("all are back", () => people.every(({ isIn }) => isIn))
  const stored = await readRooms(server.url, rooms)
  const anomalies = check.verdict(stored).map(({ kind, detail }) => `${kind}: ${detail}`)
  const refused = people.flatMap(({ refusals }) => refusals)
  for (const person of people) person.leave()
  return [...anomalies, ...refused]
}
