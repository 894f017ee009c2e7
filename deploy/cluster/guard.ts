/**
 * Ends what another process has started, and removes its folders, once that process is gone
 * without having done so itself (`kill -9`): then its end of the pipe closes. It is started
 * by this file's function, and is this file's program.
 */
import { rm } from "node:fs/promises"
import type { ProcessGuard } from "../../test/support/process.ts"

/** A line of what the guard is told. */
type Told = { readonly begun: number } | { readonly ended: number } | { readonly folder: string }

interface Guard extends ProcessGuard, Disposable {}

/** What has not ended after so long is killed. */
const patienceMs = 10_000

export function startGuard(): Guard {
  const child = Bun.spawn([process.execPath, import.meta.path], {
    stdio: ["pipe", "ignore", "inherit"],
    // Ctrl-C is for who started it.
    detached: true,
  })
  const tell = (told: Told) => {
    child.stdin.write(`${JSON.stringify(told)}\n`)
    child.stdin.flush()
  }
  return {
    process: ({ pid, exited }) => {
      tell({ begun: pid })
      // Its number may be another's from then on.
      void exited.then(() => tell({ ended: pid }))
    },
    folder: (path) => tell({ folder: path }),
    [Symbol.dispose]: () => child.kill("SIGKILL"),
  }
}

async function guard(): Promise<void> {
  const [pids, folders] = [new Set<number>(), new Set<string>()]
  // The last line may be torn.
  for (const line of (await Bun.stdin.text()).split("\n").slice(0, -1)) {
    const told: Told = JSON.parse(line)
    if ("begun" in told) pids.add(told.begun)
    else if ("ended" in told) pids.delete(told.ended)
    else folders.add(told.folder)
  }
  // What was started later uses what was started before it.
  for (const pid of [...pids].reverse()) await end(pid)
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
}

/** Where nobody waits for a process that has ended, it still seems to be there: it is not waited for for ever. */
async function end(pid: number): Promise<void> {
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    const startedMs = performance.now()
    isSent(pid, signal)
    while (isSent(pid, 0) && performance.now() - startedMs < patienceMs) await Bun.sleep(50)
  }
}

function isSent(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

if (import.meta.main) await guard()
