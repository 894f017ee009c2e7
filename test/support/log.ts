import { messageOf, tellLogTo } from "../../src/observe/log.ts"

/** What the server in this process logs from now on: each line's message, and all that is said with it. */
export function recordLog() {
  const messages: string[] = []
  const records: string[] = []
  tellLogTo((record) => {
    messages.push(messageOf(record, String))
    records.push(Bun.inspect(record, { depth: 20 }))
  })
  return { messages, records, [Symbol.dispose]: () => tellLogTo(undefined) }
}
