import { readFileSync } from "node:fs"

/** What a process has in memory now, in MB. Linux tells it in /proc, elsewhere `ps` does. */
export function residentMb(pid: number): number {
  if (process.platform !== "linux") {
    return Number(Bun.spawnSync(["ps", "-o", "rss=", "-p", String(pid)]).stdout.toString()) / 1024
  }
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return Number(kilobytes) / 1024
}
