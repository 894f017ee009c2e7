/**
 * What the operating system says a process has used: CPU of all its threads, user and system, and resident memory.
 * The thread of the search index is counted apart, on Linux: nobody waits for it.
 */
import { readdirSync, readFileSync } from "node:fs"

export interface Usage {
  readonly cpuMs: number
  /** Of that index; no part of the former. */
  readonly indexMs: number
  /** Of the threads that compile JavaScript, on Linux; a part of the first. */
  readonly compileMs: number
  readonly rssBytes: number
}

const ticksPerSecond = process.platform === "linux" ? Number(run("getconf", "CLK_TCK")) : 0
const pageBytes = process.platform === "linux" ? Number(run("getconf", "PAGESIZE")) : 0

/** CPU comes in steps of 10 ms, so a window should hold a second of it. */
export function usageOf(pid: number): Usage {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid)
}

export function sumOf(usages: readonly Usage[]): Usage {
  const total = (of: keyof Usage) => usages.reduce((sum, usage) => sum + usage[of], 0)
  return {
    cpuMs: total("cpuMs"),
    indexMs: total("indexMs"),
    compileMs: total("compileMs"),
    rssBytes: total("rssBytes"),
  }
}

/** CPU of a program that works by processes of its own, as PostgreSQL does. On Linux, those that ended are in it. */
export function withChildren(pid: number): number {
  const children = run("pgrep", "-P", String(pid)).split("\n").filter(Boolean).map(Number)
  const living = children.reduce((sum, child) => sum + cpuOrNone(child), usageOf(pid).cpuMs)
  return living + (process.platform === "linux" ? readStat(`/proc/${pid}/stat`).endedMs : 0)
}

/** A connection's process may end at any moment. */
function cpuOrNone(pid: number): number {
  try {
    return usageOf(pid).cpuMs
  } catch {
    return 0
  }
}

/** CPU in microseconds of all threads but the index's, in steps much smaller than a tick. Linux only. */
export function fineCpuOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`)
  return threads
    .filter((path) => readStat(`${path}/stat`).name !== threadName)
    .reduce((sum, path) => sum + Number(readFileSync(`${path}/schedstat`, "latin1").split(" ")[0]) / 1_000, 0)
}

/** As Bun calls a thread that a program starts. */
const threadName = "Worker"
/** And those that compile what runs often. */
const compilerNames = ["JITWorker", "JSCWarmUp"]

/** Fields 14 to 17 and 24 of proc(5)'s stat: utime, stime, those of children that ended, rss. The name before them may hold spaces. */
function fromProc(pid: number): Usage {
  const { cpuMs, rssBytes } = readStat(`/proc/${pid}/stat`)
  const threads = readdirSync(`/proc/${pid}/task`).flatMap((thread) => statOrNone(`/proc/${pid}/task/${thread}/stat`))
  const of = (names: readonly string[]) =>
    threads.filter(({ name }) => names.includes(name)).reduce((sum, thread) => sum + thread.cpuMs, 0)
  const indexMs = of([threadName])
  return { cpuMs: cpuMs - indexMs, indexMs, compileMs: of(compilerNames), rssBytes }
}

/** A thread may end between its being listed and being read. What it used is in the process's own figure. */
function statOrNone(path: string) {
  try {
    return [readStat(path)]
  } catch {
    return []
  }
}

function readStat(path: string) {
  const stat = readFileSync(path, "latin1")
  const end = stat.lastIndexOf(") ")
  const fields = stat.slice(end + 2).split(" ")
  const ticks = (place: number) => (Number(fields[place]) * 1_000) / ticksPerSecond
  const name = stat.slice(stat.indexOf("(") + 1, end)
  return {
    name,
    cpuMs: ticks(11) + ticks(12),
    endedMs: ticks(13) + ticks(14),
    rssBytes: Number(fields[21]) * pageBytes,
  }
}

/** `ps` writes the time as [[dd-]hh:]mm:ss.cc. */
function fromPs(pid: number): Usage {
  const [time = "0", rssKb = "0"] = run("ps", "-o", "time=,rss=", "-p", String(pid)).trim().split(/\s+/)
  const seconds = time.split(/[:-]/).reduceRight(
    ({ sum, unit, place }, part) => ({
      sum: sum + Number(part) * unit,
      unit: unit * (place === 2 ? 24 : 60),
      place: place + 1,
    }),
    { sum: 0, unit: 1, place: 0 },
  ).sum
  return { cpuMs: seconds * 1_000, indexMs: 0, compileMs: 0, rssBytes: Number(rssKb) * 1_024 }
}

function run(...command: string[]): string {
  return Bun.spawnSync(command).stdout.toString()
}
