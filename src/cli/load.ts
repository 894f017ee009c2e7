/** `warren load`: simulated users talk on a server; what it delivers is measured and, with --check, verified. */
import * as v from "valibot"
import { configError } from "../config.ts"
import { type Anomaly, anomalyKinds } from "../load/delivery/observation.ts"
import type { Progress } from "../load/drive.ts"
import type { LoadResult } from "../load/load.ts"
import { codeOf, OperatorError, reasonOf } from "../observe/operator-error.ts"
import { visibleJson } from "../observe/visible.ts"
import { wholeNumber } from "../setting-values.ts"
import { shown } from "./answer.ts"
import type { Arguments, Command } from "./command.ts"
import { interruptible } from "./interruptible.ts"

export const loadCommand: Command = {
  wordsMax: 1,
  run: load,
  summary: "Let simulated users talk on a server, and measure it.",
  usage: ["load [URL] [FLAGS]"],
  about: [
    "It makes rooms of its own on the server at URL (http://127.0.0.1:3000 by default). Without RATE_LIMITS=off there, the server refuses what is above its limits, and this counts it.",
    "The exit status is 0 when everything was answered and delivered, and with --check when no delivery was wrong.",
  ],
  flags: [
    { name: "clients", value: "N", help: "Users. [default 100]" },
    { name: "rooms", value: "N", help: "Rooms they are spread over, no more than there are users. [default 10]" },
    { name: "rate", value: "N", help: "Messages a second, of all together. [default 100]" },
    { name: "seconds", value: "N", help: "How long they talk. [default 10]" },
    { name: "changes", help: "Edit, react and delete too: every fourth message is a change." },
    { name: "check", help: "Look whether each message came once, whole and in order." },
    { name: "json", help: "Print the result as one line of JSON." },
  ],
  examples: [
    [
      "Half a minute of 200 people, checked",
      "warren load http://127.0.0.1:3000 --clients 200 --rate 50 --seconds 30 --check",
    ],
  ],
}

const urlDefault = "http://127.0.0.1:3000"
const numbers = {
  clients: { initial: "100", schema: wholeNumber(1, 50_000) },
  rooms: { initial: "10", schema: wholeNumber(1, 10_000) },
  rate: { initial: "100", schema: wholeNumber(1, 1_000_000) },
  seconds: { initial: "10", schema: wholeNumber(1, 86_400) },
} as const

const anomaliesShownMax = 10

/** Exit status 0 when everything was answered and delivered; 1 when something was not. */
async function load({ positionals, flags, switches }: Arguments): Promise<number> {
  const url = readUrl(positionals[0] ?? urlDefault)
  const wanted = readNumbers(flags)
  // Somebody has to be in each, to talk there.
  const rooms = Math.min(wanted.rooms, wanted.clients)
  const options = { url, ...wanted, rooms, check: switches.has("check"), ...changing(switches) }
  // Imported here, so that a server's start does not load it.
  const { runLoad } = await import("../load/load.ts")
  const result = await interruptible("Interrupted before anybody talked.", (signal) =>
    runLoad({ ...options, signal, onProgress: showProgress }),
  ).catch(explain(url))
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K")
  const verdict = verdictOf(result)
  const text = switches.has("json") ? visibleJson({ ...options, ...result, verdict }) : summary(result, verdict)
  process.stdout.write(`${text}\n`)
  return verdict === "sound" ? 0 : 1
}

const changeEvery = 4

function changing(switches: Arguments["switches"]): { readonly changeEvery?: number } {
  return switches.has("changes") ? { changeEvery } : {}
}

type Verdict = "sound" | "anomalies" | "incomplete"

/** Refusals are answers like any other, unless there was no other. */
function verdictOf({ anomalies = [], drained, losses, acked }: LoadResult): Verdict {
  if (anomalies.length > 0) return "anomalies"
  return drained && losses.length === 0 && acked > 0 ? "sound" : "incomplete"
}

function showProgress({ elapsedMs, sent, acked, deliveries, ack }: Progress): void {
  if (!process.stderr.isTTY) return
  const seconds = Math.round(elapsedMs / 1_000)
  const parts = [`${seconds} s`, `${count(sent)} sent`, `${count(acked)} acked`, `${count(deliveries)} delivered`]
  process.stderr.write(`\r\u001b[K${parts.join(", ")}, p50 ${ms(ack.p50Ms)}, p99 ${ms(ack.p99Ms)}`)
}

function summary(result: LoadResult, verdict: Verdict): string {
  const { sent, acked, deliveries, elapsedMs, gatherMs, refused, losses, drained, anomalies, ack } = result
  const refusals = Object.entries(refused).map(([code, times]) => `  ${code} ${count(times)} times`)
  return [
    `Gathered    in ${ms(gatherMs)}`,
    `Sent        ${count(sent)} messages in ${ms(elapsedMs)}; ${count(acked)} acked, ${count(deliveries)} deliveries`,
    `Ack         p50 ${ms(ack.p50Ms)}, p99 ${ms(ack.p99Ms)}, p99.9 ${ms(ack.p999Ms)}, max ${ms(ack.maxMs)}`,
    ...(refusals.length > 0 ? ["Refused", ...refusals] : []),
    ...(losses[0] === undefined ? [] : [`Lost        ${count(losses.length)} connections: ${shown(losses[0])}`]),
    ...(drained ? [] : ["Unanswered  not everything was answered and delivered in time"]),
    ...(anomalies === undefined ? [] : [`Delivery    ${deliveryOf(anomalies)}`]),
    ...(anomalies ?? [])
      .slice(0, anomaliesShownMax)
      .map(({ kind, client = "store", detail }) => shown(`  ${kind}, ${client}: ${detail}`)),
    `Verdict     ${verdict}`,
  ].join("\n")
}

function deliveryOf(anomalies: readonly Anomaly[]): string {
  if (anomalies.length === 0) return "everything that was sent is stored, and was delivered once, whole and in order"
  const counts = Map.groupBy(anomalies, ({ kind }) => kind)
  return [...counts].map(([kind, found]) => `${count(found.length)} ${kind} (${anomalyKinds[kind]})`).join("; ")
}

function readNumbers(flags: Arguments["flags"]): Record<keyof typeof numbers, number> {
  const mistakes: string[] = []
  const entries = Object.entries(numbers).map(([flag, { initial, schema }]) => {
    const result = v.safeParse(schema, flags[flag] ?? initial, { abortEarly: true })
    if (!result.success) mistakes.push(`--${flag} ${flags[flag]} is wrong: it ${result.issues[0].message}.`)
    return [flag, result.output]
  })
  if (mistakes.length > 0) throw configError(mistakes)
  return Object.fromEntries(entries) as Record<keyof typeof numbers, number>
}

function readUrl(text: string): string {
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text
  throw configError([`${text} is wrong: it must be a server's address such as ${urlDefault}`])
}

function explain(url: string): (cause: unknown) => never {
  return (cause) => {
    if (cause instanceof OperatorError) throw cause
    const reason = reasonOf(cause)
    throw new OperatorError(
      isUnreachable(cause)
        ? `No server answers at ${url} (${codeOf(cause)}): start it, or give the address: warren load URL`
        : `The load on ${url} failed: ${shown(reason)}`,
      { cause },
    )
  }
}

function isUnreachable(cause: unknown): boolean {
  return /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|DNS_|FailedToOpenSocket|ConnectionRefused)/.test(
    codeOf(cause) ?? "",
  )
}

function count(value: number): string {
  return value.toLocaleString("en")
}

function ms(value: number): string {
  return value < 10_000
    ? `${Number(value.toPrecision(3)).toLocaleString("en")} ms`
    : `${count(Math.round(value / 1_000))} s`
}
