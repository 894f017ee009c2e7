/** What the operating system says a process has used: CPU of all its threads, user and system, and resident memory. */
import { readFileSync } from "node:fs"

export interface Usage {
  readonly cpuMs: number
  readonly rssBytes: number
}

const ticksPerSecond = process.platform === "linux" ? Number(run("getconf", "CLK_TCK")) : 0
const pageBytes = process.platform === "linux" ? Number(run("getconf", "PAGESIZE")) : 0

/** CPU comes in steps of 10 ms, so a window should hold a second of it. */
export function usageOf(pid: number): Usage {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid)
}

/** Fields 14, 15 and 24 of proc(5)'s stat: utime, stime, rss. The name before them may hold spaces. */
function fromProc(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
  const fields = stat.slice(stat.lastIndexOf(") ") + 2).split(" ")
  const [utime, stime, rss] = [fields[11], fields[12], fields[21]].map(Number) as [number, number, number]
  return { cpuMs: ((utime + stime) * 1_000) / ticksPerSecond, rssBytes: rss * pageBytes }
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
  return { cpuMs: seconds * 1_000, rssBytes: Number(rssKb) * 1_024 }
}

function run(...command: string[]): string {
  return Bun.spawnSync(command).stdout.toString()
}
