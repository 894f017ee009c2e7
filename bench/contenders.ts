/**
 * Who is measured, and how each is started: as a process of its own that says in one
 * JSON line on stdout where it listens.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { allocatorSettings } from "../src/cli/allocator.ts"
import { reasonOf } from "../src/observe/operator-error.ts"
import { clusterPeer, installNodePeer, type NodePeer, type PeerSource, sqlitePeer } from "./install.ts"

export type ContenderKey = "bare" | "earlier" | "warren" | "stock" | "one" | "three" | "node"

export interface Contender {
  readonly key: ContenderKey
  readonly label: string
  readonly command: readonly string[]
  readonly cwd: string
  readonly environment: Readonly<Record<string, string>>
  /** Left out, it is one server without engines. */
  readonly together?: Together
  /** Members are told messages in different orders where several servers get some at once, and that is let pass. */
  readonly reorders?: boolean
}

/** Several servers, and what they share. */
interface Together {
  readonly servers: number
  readonly needsPostgres: boolean
  readonly needsRedis: boolean
}

/** One that cannot take part, and why: it is named in the results, not hidden. */
export interface Absentee {
  readonly key: ContenderKey
  readonly label: string
  readonly reason: string
}

export interface Running {
  readonly url: string
  readonly pid: number
  /** From the start of the process to the line that says where it listens. */
  readonly startMs: number
  /** At once, and with its data. */
  readonly stop: () => Promise<void>
}

export const root = join(import.meta.dir, "..")
const bun = process.execPath

const quiet = { RATE_LIMITS: "off", LOG_LEVEL: "error" }

/** As `bun run start` starts it. */
export const warren: Contender = {
  key: "warren",
  label: "Warren",
  command: [bun, "src/main.ts"],
  cwd: root,
  environment: { ...quiet, ...allocatorSettings },
}

const stock: Contender = {
  ...warren,
  key: "stock",
  label: "Warren, stock adapter",
  command: [bun, "bench/peers/stock.ts"],
}

/** As it was at some commit, which is checked out there: it chose nothing about the allocator. */
export function earlierAt(commit: string, cwd: string): Contender {
  return { ...warren, key: "earlier", label: `Warren at ${commit}`, cwd, environment: quiet }
}

const three: Together = { servers: 3, needsPostgres: true, needsRedis: true }

/** Without the index of all messages that each server has for itself: the one on Node has none either. */
const unindexed: Contender = { ...warren, environment: { ...warren.environment, SEARCH: "off" } }
const alone: Together = { servers: 1, needsPostgres: true, needsRedis: false }

/** Warren on a file, on PostgreSQL, and as several. */
export const warrens: readonly Contender[] = [
  { ...unindexed, label: "Warren on SQLite" },
  { ...unindexed, key: "one", label: "Warren on PostgreSQL", together: alone },
  { ...unindexed, key: "three", label: "three Warrens", together: three },
]

/** With Warren's allocator, so that the difference is Warren's. */
export const bare: Contender = {
  key: "bare",
  label: "bare Bun.serve",
  command: [bun, "bench/peers/bare.ts"],
  cwd: root,
  environment: allocatorSettings,
}

interface Found {
  readonly present: Contender[]
  readonly absent: Absentee[]
  readonly peer?: NodePeer
}

/** The one on Node is installed first, unless nobody asks for it. */
export async function findContenders({ isNodeAsked }: { readonly isNodeAsked: boolean }): Promise<Found> {
  const ours = [bare, warren, stock]
  return isNodeAsked ? withNode(ours, "Node, socket.io, better-sqlite3", sqlitePeer) : { present: ours, absent: [] }
}

export function findTogether(): Promise<Found> {
  return withNode(warrens, "three on Node, redis-adapter, pg", clusterPeer, three)
}

async function withNode(
  ours: readonly Contender[],
  label: string,
  source: PeerSource,
  together?: Together,
): Promise<Found> {
  try {
    const peer = await installNodePeer(source)
    const { command, cwd } = peer
    const node: Contender = {
      key: "node",
      label,
      command,
      cwd,
      environment: { NODE_ENV: "production" },
      ...(together && { together, reorders: true }),
    }
    return { present: [...ours, node], absent: [], peer }
  } catch (error) {
    const reason = reasonOf(error)
    return { present: [...ours], absent: [{ key: "node", label, reason }] }
  }
}

/** Starts it with a folder of its own, unless one is given, which then stays. */
export async function start(contender: Contender, dataDir?: string): Promise<Running> {
  const folder = dataDir ?? mkdtempSync(join(tmpdir(), "warren-bench-"))
  const startedMs = performance.now()
  const child = Bun.spawn([...contender.command], {
    cwd: contender.cwd,
    env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", DATA_DIR: folder, ...contender.environment },
    stdout: "pipe",
    stderr: "inherit",
  })
  const { url } = JSON.parse(await firstLine(child.stdout, contender.label)) as { url: string }
  const startMs = performance.now() - startedMs
  const stop = async () => {
    child.kill("SIGKILL")
    await child.exited
    if (dataDir === undefined) rmSync(folder, { recursive: true, force: true })
  }
  return { url, pid: child.pid, startMs, stop }
}

async function firstLine(stream: ReadableStream<Uint8Array>, label: string): Promise<string> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true })
    const end = text.indexOf("\n")
    if (end !== -1) return text.slice(0, end)
  }
  throw new Error(`${label} ended before it listened: ${text}`)
}
