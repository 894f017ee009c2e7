/**
 * The log: one line per event on standard error, as JSON unless a person is watching. It
 * may go to a full disk or a closed pipe: lines that cannot be written are counted, and
 * reported once writing works again.
 */
import { codeOf, OperatorError } from "./operator-error.ts"
import { visible, visibleInJson, visibleLines } from "./visible.ts"

export const logLevels = ["debug", "info", "warning", "error"] as const
type LogLevel = (typeof logLevels)[number]

interface LogRecord {
  readonly level: LogLevel
  readonly at: Date
  /** It names properties in braces: "Backed up {messages} messages". */
  readonly text: string
  readonly properties: Readonly<Record<string, unknown>>
}

/** Receives everything logged from now on. */
type Sink = (record: LogRecord) => void

type Tell = (text: string, properties?: LogRecord["properties"]) => void

let sink: Sink | undefined

/** Silent until `configureLog` is called, so tests and imports log nothing. */
export const log = {
  info: telling("info"),
  warn: telling("warning"),
  error: telling("error"),
} as const satisfies Record<string, Tell>

/** Without a destination nothing is logged. */
export function tellLogTo(next: Sink | undefined): void {
  sink = next
}

/** Calls back with the error when the text could not be written. */
export type Write = (text: string, written: (error?: Error | null) => void) => void

const writeToStderr: Write = (text, written) => process.stderr.write(text, written)

export function configureLog(
  lowest: LogLevel,
  { isTerminal, write = writeToStderr }: { isTerminal: boolean; write?: Write },
): void {
  const format = orBare(isTerminal ? formatForPeople : formatAsJson)
  let lost = 0
  tellLogTo((record) => {
    if (logLevels.indexOf(record.level) < logLevels.indexOf(lowest)) return
    write(`${format(record)}\n`, (error) => {
      if (error) lost++
      else if (lost > 0) {
        const lines = lost
        lost = 0
        log.warn("{lines} lines of the log could not be written before this one.", { lines })
      }
    })
  })
}

/** Logging never fails: what cannot be shown, such as an error whose message throws, is left out. */
function orBare(format: (record: LogRecord) => string): typeof format {
  return (record) => {
    try {
      return format(record)
    } catch {
      return format({ ...record, properties: {} })
    }
  }
}

function telling(level: LogLevel): Tell {
  return (text, properties = {}) => sink?.({ level, at: new Date(), text, properties })
}

/** The text with its properties in their places. */
export function messageOf({ text, properties }: LogRecord, show: (value: unknown) => string): string {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(properties, name) ? show(properties[name]) : whole))
}

const jsonLevels = { debug: "DEBUG", info: "INFO", warning: "WARN", error: "ERROR" } as const satisfies Names

function formatAsJson(record: LogRecord): string {
  const { level, at, properties } = record
  const line = { "@timestamp": at, level: jsonLevels[level], message: messageOf(record, inSentence), logger: "warren" }
  return visibleInJson(jsonOf({ ...line, properties }) ?? JSON.stringify(line))
}

function inSentence(value: unknown): string {
  if (typeof value === "string") return value
  return value instanceof Error ? summaryOf(value) : (jsonOf(value) ?? String(value))
}

/** Undefined for values without JSON. An error that is its own cause is shown once. */
function jsonOf(value: unknown): string | undefined {
  const told = new Set<Error>()
  try {
    return JSON.stringify(value, (_, inner) => {
      if (!(inner instanceof Error)) return inner
      if (told.has(inner)) return summaryOf(inner)
      told.add(inner)
      return fieldsOf(inner)
    })
  } catch {
    return undefined
  }
}

/** The JSON of an error is an empty object. */
function fieldsOf(error: Error): object {
  const { name, message, stack, cause } = error
  const errors = error instanceof AggregateError ? error.errors : undefined
  return Object.assign({ name, message, stack, cause, errors }, error)
}

const dim = "\u001b[2m"
const bold = "\u001b[1m"
const plain = "\u001b[0m"
const levelsForPeople = {
  debug: "\u001b[34mDBG",
  info: "\u001b[32mINF",
  warning: "\u001b[33mWRN",
  error: "\u001b[31mERR",
} as const satisfies Names

type Names = Record<LogLevel, string>

function formatForPeople(record: LogRecord): string {
  const time = record.at.toISOString().replace("T", " ").replace("Z", " +00")
  const level = `${bold}${levelsForPeople[record.level]}${plain}`
  return `${dim}${time}${plain} ${level} ${dim}warren:${plain} ${messageOf(record, forPeople)}`
}

function forPeople(value: unknown): string {
  if (typeof value === "string") return visible(value)
  return value instanceof Error ? storyOf(value) : visibleLines(Bun.inspect(value))
}

function storyOf(error: Error, told: ReadonlySet<unknown> = new Set()): string {
  if (error instanceof OperatorError) return visible(error.message)
  const [, ...frames] = error.stack?.split("\n    at ") ?? []
  const story = [summaryOf(error), ...frames].map(visible).join("\n    at ")
  const { cause } = error
  const known = new Set([...told, error])
  const isNew = cause instanceof Error && !known.has(cause)
  return isNew ? `${story}\n  because of ${storyOf(cause, known)}` : story
}

/** "TypeError: x is not a function", "SQLiteError: disk I/O error (SQLITE_IOERR)", or the sentence that was written for people. */
function summaryOf(error: Error): string {
  if (error instanceof OperatorError) return error.message
  const code = codeOf(error)
  return `${error.name}: ${error.message}${code === undefined ? "" : ` (${code})`}`
}
