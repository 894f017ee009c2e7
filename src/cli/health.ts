/** `warren health`: whether the server on this machine can take messages, for containers and scripts. */
import { configError } from "../config.ts"
import { visibleJson } from "../observe/visible.ts"
import { urlHost } from "../server/listen.ts"
import { durationMs } from "../setting-values.ts"
import { fieldsIn, shown } from "./answer.ts"
import type { Arguments, Command } from "./command.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { whyUnanswered } from "./unanswered.ts"

const timeoutDefault = "5s"
/** Warren never has that many. */
const reasonsShownMax = 20

export const healthCommand: Command = {
  run: health,
  summary: "Ask a running server whether it can take messages.",
  usage: ["health [--url URL] [--timeout TIME] [--json]"],
  about: [
    "It asks /readyz of the server that these settings would start, and prints one line. The exit status is the verdict: 0 when it is ready, also with warnings; 1 when it is not, or does not answer.",
  ],
  flags: [
    { name: "url", value: "URL", help: "Ask this server instead." },
    { name: "timeout", value: "TIME", help: `How long it may take to answer. [default ${timeoutDefault}]` },
    jsonFlag,
  ],
  settings: ["host", "port"],
  examples: [
    ["As the health check of a container", "warren health --timeout 3s"],
    ["Of a server elsewhere", "warren health --url https://chat.example.com"],
  ],
}

interface Verdict {
  readonly status: "ready" | "not ready" | "unreachable"
  readonly reasons?: readonly string[]
  readonly warnings?: readonly string[]
}

async function health({ flags, switches }: Arguments): Promise<number> {
  const timeoutMs = durationMs(flags["timeout"] ?? timeoutDefault)
  if (timeoutMs === undefined) throw configError(["--timeout must be a time such as 3s (s, m, h, d)."])
  const url = urlOf(flags)
  const verdict = await ask(url, timeoutMs)
  const { status, reasons = [], warnings = [] } = verdict
  const told = [`${url} is ${status}.`, ...reasons, ...warnings.map((warning) => `Warning: ${warning}`)].join(" ")
  process.stdout.write(`${switches.has("json") ? visibleJson({ url, ...verdict }) : told}\n`)
  return status === "ready" ? 0 : 1
}

function urlOf(flags: Arguments["flags"]): string {
  const given = flags["url"]
  if (given !== undefined) {
    if (!/^https?:\/\//.test(given) || !URL.canParse(given))
      throw configError(["--url must be an http:// or https:// address, such as https://chat.example.com."])
    return new URL(given).origin
  }
  const { host, port } = ownConfig(flags)
  return `http://${urlHost(host)}:${port}`
}

async function ask(url: string, timeoutMs: number): Promise<Verdict> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" })
    return verdictOf(response.status, await fieldsIn(response))
  } catch (cause) {
    return { status: "unreachable", reasons: [`It does not answer: ${whyUnanswered(cause)}.`] }
  }
}

function verdictOf(status: number, said: Readonly<Record<string, unknown>>): Verdict {
  const [reasons, warnings] = [said["reasons"], said["warnings"]].map(textsIn)
  if (status === 200 && said["status"] === "ready") return { status: "ready", ...(warnings && { warnings }) }
  if (said["status"] === "not ready") return { status: "not ready", reasons: reasons ?? [`It answered ${status}.`] }
  return { status: "not ready", reasons: [`Something else than Warren answers there (${status}).`] }
}

function textsIn(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value
    .slice(0, reasonsShownMax)
    .filter((item) => typeof item === "string")
    .map(shown)
}
