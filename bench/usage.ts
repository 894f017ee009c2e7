/**
 * What the operating system says a process has used: CPU of all its threads, user and system, and resident memory.
 * The thread of the search index is counted apart, on Linux: nobody waits for it.
 */
import { readdirSync, readFileSync } from "node:fs"

export interface Usage {
  readonly cpuMs: number
  /** Of that index; no part of the former. */
  readonly indexMs: number
  readonly rssBytes: number
}

const ticksPerSecond = process.platform === "linux" ? Number(run("getconf", "CLK_TCK")) : 0
const pageBytes = process.platform === "linux" ? Number(run("getconf", "PAGESIZE")) : 0

/** CPU comes in steps of 10 ms, so a window should hold a second of it. */
export function usageOf(pid: number): Usage {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid)
}

/** As Bun calls a thread that a program starts. */
const threadName = "Worker"

/** Fields 14, 15 and 24 of proc(5)'s stat: utime, stime, rss. The name before them may hold spaces. */
function fromProc(pid: number): Usage {
  const { cpuMs, rssBytes } = readStat(`/proc/${pid}/stat`)
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => readStat(`/proc/${pid}/task/${thread}/stat`))
  const indexMs = threads.filter(({ name }) => name === threadName).reduce((sum, thread) => sum + thread.cpuMs, 0)
  return { cpuMs: cpuMs - indexMs, indexMs, rssBytes }
}

function readStat(path: string) {
  const stat = readFileSync(path, "latin1")
  const end = stat.lastIndexOf(") ")
  const fields = stat.slice(end + 2).split(" ")
  const [utime, stime, rss] = [fields[11], fields[12], fields[21]].map(Number) as [number, number, number]
  const name = stat.slice(stat.indexOf("(") + 1, end)
  return { name, cpuMs: ((utime + stime) * 1_000) / ticksPerSecond, rssBytes: rss * pageBytes }
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
  return { cpuMs: seconds * 1_000, indexMs: 0, rssBytes: Number(rssKb) * 1_024 }
}

function run(...command: string[]): string {
  return Bun.spawnSync(command).stdout.toString()
}
