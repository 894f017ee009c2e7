/** The log: one line per event on standard error, as JSON unless a person is watching. */
import { ansiColorFormatter, configureSync, getLogger, jsonLinesFormatter } from "@logtape/logtape"

export const logLevels = ["debug", "info", "warning", "error"] as const
export type LogLevel = (typeof logLevels)[number]

/** Silent until `configureLog` is called, so that tests and imports say nothing. */
export const log = getLogger("warren")

export function configureLog(level: LogLevel, { isTerminal }: { isTerminal: boolean }): void {
  const format = isTerminal ? ansiColorFormatter : jsonLinesFormatter
  configureSync({
    reset: true,
    sinks: { stderr: (record) => process.stderr.write(format(record)) },
    loggers: [
      { category: "warren", lowestLevel: level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["stderr"] },
    ],
  })
}
