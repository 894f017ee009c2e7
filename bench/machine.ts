/** On what, and with what, the figures were measured. No names of hosts, no paths. */
import { arch, cpus, platform, totalmem } from "node:os"
import { version } from "../package.json"

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
}

export function describeMachine(): Machine {
  const cores = cpus()
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
  }
}

export function describeVersions(peer: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { warren: version, bun: Bun.version, ...peer }
}
