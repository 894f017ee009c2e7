import { join } from "node:path"

const root = join(import.meta.dir, "../..")

export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  /** The server's own, also when another program runs it. */
  readonly pid: number
  /** From the start of the process to the line that says that it listens. */
  readonly readyMs: number
  /** The JSON line it printed when it listened. */
  readonly summary: Record<string, unknown>
  /** The exit status, once it has ended. */
  readonly exited: Promise<number>
  /** Sends the signal, SIGTERM unless told otherwise, and waits for the exit status. Once it has ended it does nothing. */
  stop(signal?: NodeJS.Signals): Promise<number>
}

export const sourceCommand: readonly string[] = [process.execPath, join(root, "src/main.ts")]

interface ProcessOptions {
  readonly command?: readonly string[]
  readonly cwd?: string
  /** Where its log goes: to the test's own standard error, or into a file. */
  readonly stderr?: "inherit" | Bun.BunFile
  readonly guard?: ProcessGuard
}

/** Ends what it is told of where its starter cannot do so itself. Ctrl-C in this terminal is no business of what it guards. */
export interface ProcessGuard {
  readonly process: (started: { readonly pid: number; readonly exited: Promise<unknown> }) => void
  readonly folder: (path: string) => void
}

/** The server as a user starts it, in a process of its own, once it listens. */
export async function startProcess(
  environment: Record<string, string>,
  { command = sourceCommand, cwd = root, stderr = "inherit", guard }: ProcessOptions = {},
): Promise<ServerProcess> {
  const startedMs = performance.now()
  const child = Bun.spawn([...command], {
    cwd,
    env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", LOG_LEVEL: "error", ...environment },
    stdout: "pipe",
    stderr,
    detached: guard !== undefined,
  })
  guard?.process(child)
  const summary = JSON.parse(await firstLine(child.stdout))
  const pid: number = summary.pid ?? child.pid
  const readyMs = performance.now() - startedMs
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (child.exitCode === null && child.signalCode === null) process.kill(pid, signal)
    return child.exited
  }
  return {
    url: summary.url,
    pid,
    readyMs,
    summary,
    exited: child.exited,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop("SIGKILL")),
  }
}

/** What a command that takes more than a second says on a slow machine, which is no matter of what it is run for. */
const progress = /^(Copying|Checking|Checking the copy|Exporting|Importing|Reading): \d+ %.*\n/gm

/** What a command prints, without its progress, and its exit status, for one that ends by itself. */
export async function runProcess(
  args: readonly string[],
  environment: Record<string, string> = {},
  { command = sourceCommand, cwd = root }: { command?: readonly string[]; cwd?: string } = {},
) {
  const env = { PATH: process.env["PATH"], ...environment }
  const child = Bun.spawn([...command, ...args], { cwd, env, stdout: "pipe", stderr: "pipe" })
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  return { stdout, stderr: stderr.replaceAll(progress, ""), status }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true })
    const end = text.indexOf("\n")
    if (end !== -1) return text.slice(0, end)
  }
  throw new Error(`A server ended before it listened${text === "" ? "" : `: ${text}`}.`)
}
