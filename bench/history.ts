/**
 * How a page from the middle of a room's history costs more as the file grows, and how
 * long a server with such a file takes to listen. Both are Warren's own figures.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SignJWT } from "jose"
import { ask } from "../src/load/ask.ts"
import { Client } from "../src/load/client.ts"
import { type Contender, type Running, start } from "./contenders.ts"
import { judgeMost, type Row } from "./results.ts"
import { type Seeded, seed } from "./seed.ts"
import { factor, median } from "./stats.ts"
import { usageOf } from "./usage.ts"
import type { Plan } from "./workloads.ts"

const pageLength = 50
const readersCount = 40
const secret = "of the benchmark alone, 32 bytes or more"
const nobody = { event: () => {}, closed: () => {} }

export async function measureHistory(warren: Contender, plan: Plan): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "warren-bench-"))
  try {
    process.stderr.write(`Filling a file with ${plan.messages.toLocaleString("en")} messages.\n`)
    const large = await seed(warren, join(folder, "large"), 100, plan.messages)
    const small = await seed(warren, join(folder, "small"), 10, 1_000)
    // Whoever served known users from a folder does not go back to unknown ones.
    const started = await startRow(warren, large.dataDir, plan)
    return [await pageRow(warren, small, large, plan), started]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Pages {
  readonly cpuPerPage: number
  readonly p50Ms: number
}

async function pageRow(
  warren: Contender,
  small: Seeded,
  large: Seeded,
  { rounds, windowMs, messages }: Plan,
): Promise<Row> {
  const readers = [await openReaders(warren, small), await openReaders(warren, large)] as const
  try {
    for (const reader of readers) await readPages(reader, windowMs)
    const [ofSmall, ofLarge]: [Pages[], Pages[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      ofSmall.push(await readPages(readers[0], windowMs))
      ofLarge.push(await readPages(readers[1], windowMs))
    }
    return describePages(ofSmall, ofLarge, messages)
  } finally {
    for (const { server } of readers) await server.stop()
  }
}

interface Readers {
  readonly server: Running
  readonly readers: readonly Reader[]
  readonly messagesPerRoom: number
}

interface Reader {
  readonly client: Client
  readonly roomId: string | undefined
}

/** Known users, since what one user may read in a second is bounded: one alone would be made to wait. */
async function openReaders(warren: Contender, { dataDir, roomIds, messagesPerRoom }: Seeded): Promise<Readers> {
  const environment = { ...warren.environment, AUTH: "token", AUTH_SECRET: secret }
  const server = await start({ ...warren, environment }, dataDir)
  const readers = Array.from({ length: readersCount }, async (_, n) => {
    const roomId = roomIds[n % roomIds.length]
    const client = await Client.connect(server.url, nobody, { auth: { token: await tokenOf(`reader ${n}`) } })
    await ask(client, "join_room", { roomId, username: `Reader ${n}` })
    return { client, roomId }
  })
  return { server, readers: await Promise.all(readers), messagesPerRoom }
}

function tokenOf(userId: string): Promise<string> {
  const claims = new SignJWT().setProtectedHeader({ alg: "HS256" }).setSubject(userId).setExpirationTime("1h")
  return claims.sign(new TextEncoder().encode(secret))
}

/** Pages of 50 from the middle of each reader's room in turn, one at a time. */
async function readPages({ server, readers, messagesPerRoom }: Readers, durationMs: number): Promise<Pages> {
  const before = messagesPerRoom / 2 + pageLength / 2 + 1
  const times: number[] = []
  const { cpuMs } = usageOf(server.pid)
  const deadline = performance.now() + durationMs
  while (performance.now() < deadline) {
    const askedMs = performance.now()
    const { client, roomId } = readers[times.length % readers.length] as Reader
    const { messages } = await ask(client, "get_history", { roomId, before, limit: pageLength })
    times.push(performance.now() - askedMs)
    if (messages.length !== pageLength || messages.at(-1)?.seq !== before - 1) throw new Error("A page is wrong.")
  }
  return { cpuPerPage: ((usageOf(server.pid).cpuMs - cpuMs) * 1_000) / times.length, p50Ms: median(times) }
}

function describePages(small: readonly Pages[], large: readonly Pages[], messages: number): Row {
  const pick = (pages: readonly Pages[], figure: keyof Pages) => pages.map((page) => page[figure])
  const growth = factor(pick(large, "cpuPerPage"), pick(small, "cpuPerPage"))
  return {
    key: "history",
    title: `A page of ${pageLength} from the middle of ${messages.toLocaleString("en")} messages: CPU, against that of 1,000`,
    unit: "µs",
    figures: { warren: median(pick(large, "cpuPerPage")) },
    judgements: [judgeMost("its own with 1,000", growth, "×", 1.3, 2)],
    details: {
      warren: {
        cpuPerPageOf1000: median(pick(small, "cpuPerPage")),
        p50Ms: median(pick(large, "p50Ms")),
        p50MsOf1000: median(pick(small, "p50Ms")),
      },
    },
  }
}

async function startRow(warren: Contender, dataDir: string, { starts, messages }: Plan): Promise<Row> {
  build(warren)
  const binary = { ...warren, command: [join(warren.cwd, "dist/warren")] }
  const [source, compiled]: [Start[], Start[]] = [[], []]
  for (let n = 0; n < starts; n++) {
    source.push(await timeStart(warren, dataDir))
    compiled.push(await timeStart(binary, dataDir))
  }
  return {
    key: "start",
    title: `From the start to listening, with ${messages.toLocaleString("en")} messages`,
    unit: "ms",
    figures: { warren: medianOf(source, "ms") },
    judgements: [
      judgeMost("from source", medianOf(source, "ms"), "ms", 120, undefined),
      judgeMost("as a binary", medianOf(compiled, "ms"), "ms", 50, undefined),
    ],
    details: { warren: { sourceCpuMs: medianOf(source, "cpuMs"), binaryCpuMs: medianOf(compiled, "cpuMs") } },
  }
}

/** By the clock, and in CPU, which a busy machine does not stretch as much. */
interface Start {
  readonly ms: number
  readonly cpuMs: number
}

async function timeStart(contender: Contender, dataDir: string): Promise<Start> {
  const server = await start(contender, dataDir)
  const { cpuMs } = usageOf(server.pid)
  await server.stop()
  return { ms: server.startMs, cpuMs }
}

function medianOf(starts: readonly Start[], figure: keyof Start): number {
  return median(starts.map((start) => start[figure]))
}

function build({ cwd }: Contender): void {
  const { success, stderr } = Bun.spawnSync([process.execPath, "run", "build"], { cwd })
  if (!success) throw new Error(`The binary could not be built: ${stderr}`)
}
