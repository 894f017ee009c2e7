import { configureSync, resetSync } from "@logtape/logtape"

/** What the server in this process logs from now on: each line's message, and all that is said with it. */
export function recordLog() {
  const messages: string[] = []
  const records: string[] = []
  configureSync({
    sinks: {
      record: (record) => {
        messages.push(record.message.join(""))
        records.push(Bun.inspect(record, { depth: 20 }))
      },
    },
    loggers: [
      { category: "warren", lowestLevel: "debug", sinks: ["record"] },
      { category: ["logtape", "meta"], sinks: [] },
    ],
  })
  return { messages, records, [Symbol.dispose]: resetSync }
}
