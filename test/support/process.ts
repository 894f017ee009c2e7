import { join } from "node:path"

const root = join(import.meta.dir, "../..")

export interface ServerProcess extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** The JSON line it printed when it listened. */
  readonly summary: Record<string, unknown>
  /** Sends the signal, SIGTERM unless told otherwise, and waits for the exit status. */
  stop(signal?: NodeJS.Signals): Promise<number>
}

export const sourceCommand: readonly string[] = [process.execPath, join(root, "src/main.ts")]

/** The server as a user starts it, in a process of its own, once it listens. */
export async function startProcess(
  environment: Record<string, string>,
  { command = sourceCommand, cwd = root }: { command?: readonly string[]; cwd?: string } = {},
): Promise<ServerProcess> {
  const child = Bun.spawn([...command], {
    cwd,
    env: { PATH: process.env["PATH"], HOST: "127.0.0.1", PORT: "0", LOG_LEVEL: "error", ...environment },
    stdout: "pipe",
    stderr: "inherit",
  })
  const summary = JSON.parse(await firstLine(child.stdout))
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    child.kill(signal)
    return child.exited
  }
  return {
    url: summary.url,
    pid: child.pid,
    summary,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop("SIGKILL")),
  }
}

/** What a command prints and its exit status, for one that ends by itself. */
export async function runProcess(
  args: readonly string[],
  environment: Record<string, string> = {},
  { command = sourceCommand, cwd = root }: { command?: readonly string[]; cwd?: string } = {},
) {
  const env = { PATH: process.env["PATH"], ...environment }
  const child = Bun.spawn([...command, ...args], { cwd, env, stdout: "pipe", stderr: "pipe" })
  const [stdout, stderr, status] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited])
  return { stdout, stderr, status }
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true })
    const end = text.indexOf("\n")
    if (end !== -1) return text.slice(0, end)
  }
  throw new Error(`It ended before it listened: ${text}`)
}
