/** A process that writes into a room as fast as it may, and prints the id of each message that was acknowledged. */
import { writeSync } from "node:fs"
import { ChatError } from "../../src/contract/errors.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { openPostgresStore } from "../../src/store/postgres/open.ts"
import { newMessageId, user } from "./ids.ts"

const [url = "", roomId = ""] = process.argv.slice(2)
const store = await openPostgresStore(url, { pendingMax: 1_000, onFailure: console.error })

function write(): void {
  const sent = { id: newMessageId(), chosen: false, type: "text", content: "x", at: Date.now() } as const
  store.submit({ kind: "send", roomId: roomId as RoomId, userId: user("ann"), ...sent }, (outcome) => {
    if (!(outcome instanceof ChatError)) writeSync(1, `${sent.id}\n`)
    write()
  })
}

for (let i = 0; i < 8; i++) write()
