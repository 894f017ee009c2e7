/**
 * The log: one line per event on standard error, as JSON unless a person is watching.
 * It may go to a full disk or to a reader that is gone: what cannot be written is
 * counted, and told once it can be again.
 */
import { configureSync, getAnsiColorFormatter, getLogger, jsonLinesFormatter, type LogRecord } from "@logtape/logtape"
import { codeOf, OperatorError } from "./operator-error.ts"
import { visible } from "./visible.ts"

export const logLevels = ["debug", "info", "warning", "error"] as const
type LogLevel = (typeof logLevels)[number]

/** Silent until `configureLog` is called, so that tests and imports say nothing. */
export const log = getLogger("warren")

/** Calls back with the error when the text could not be written. */
export type Write = (text: string, written: (error?: Error | null) => void) => void

const writeToStderr: Write = (text, written) => process.stderr.write(text, written)

export function configureLog(
  level: LogLevel,
  { isTerminal, write = writeToStderr }: { isTerminal: boolean; write?: Write },
): void {
  const format = isTerminal ? formatForPeople : formatAsJson
  let lost = 0
  const sink = (record: LogRecord) => {
    write(format(record), (error) => {
      if (error) lost++
      else if (lost > 0) {
        const lines = lost
        lost = 0
        log.warn("{lines} lines of the log could not be written before this one.", { lines })
      }
    })
  }
  configureSync({
    reset: true,
    sinks: { stderr: sink },
    loggers: [
      { category: "warren", lowestLevel: level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  })
}

/** The formatter writes an error in a message as the JSON of an object without fields, so messages are made whole here. */
function formatAsJson(record: LogRecord): string {
  const message = record.message.map((part, index) => (index % 2 === 0 ? part : inSentence(part))).join("")
  return jsonLinesFormatter({ ...record, message: [message] })
}

function inSentence(value: unknown): string {
  if (typeof value === "string") return value
  return value instanceof Error ? summaryOf(value) : (JSON.stringify(value) ?? String(value))
}

const formatForPeople = getAnsiColorFormatter({
  value: (value, inspect) => (value instanceof Error ? storyOf(value) : inspect(value)),
})

function storyOf(error: Error): string {
  if (error instanceof OperatorError) return visible(error.message)
  const [, ...frames] = error.stack?.split("\n    at ") ?? []
  const story = [summaryOf(error), ...frames].map(visible).join("\n    at ")
  return error.cause instanceof Error ? `${story}\n  because of ${storyOf(error.cause)}` : story
}

/** "TypeError: x is not a function", "SQLiteError: disk I/O error (SQLITE_IOERR)", or the sentence that was written for people. */
function summaryOf(error: Error): string {
  if (error instanceof OperatorError) return error.message
  const code = codeOf(error)
  return `${error.name}: ${error.message}${code === undefined ? "" : ` (${code})`}`
}
