import { bunPublish } from "../../src/broadcast/bun-publish.ts"
import { Chat } from "../../src/chat/chat.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import { Files } from "../../src/files/files.ts"
import { ResumableUploads } from "../../src/files/resumable.ts"
import { Thumbnails } from "../../src/files/thumbnails.ts"
import { Vault } from "../../src/files/vault.ts"
import { StorageFailures } from "../../src/observe/storage-failures.ts"
import { startServer } from "../../src/server/server.ts"
import { newMessageId, newRoomId } from "./ids.ts"
import { newIncidents } from "./incidents.ts"

/** The server on a store of the test's, which closes that itself, and on other parts that it gives. */
export function serve(store: ChatStore, given: Partial<Parameters<typeof startServer>[0]> = {}) {
  const clock = { epochMs: Date.now, elapsedMs: () => performance.now() }
  const incidents = newIncidents(clock)
  const vault = new Vault("/nowhere")
  const files = new Files({
    store,
    vault,
    thumbnails: new Thumbnails(),
    bytesMax: 0,
    freeShare: () => 1,
    epochMs: Date.now,
  })
  const server = startServer({
    host: "127.0.0.1",
    port: 0,
    chat: new Chat({ store, newRoomId, newMessageId, listsRooms: true, listsUsers: true }),
    store,
    files,
    uploads: new ResumableUploads({ files, vault, ...clock }),
    failures: new StorageFailures(incidents, clock.elapsedMs),
    incidents,
    clock,
    broadcasting: bunPublish(),
    publicUrl: undefined,
    allowedOrigins: [],
    trustedProxies: [],
    byToken: undefined,
    auth: "open",
    version: "0.0.0",
    accounts: undefined,
    isLimited: true,
    ...given,
  })
  return { ...server, [Symbol.asyncDispose]: () => server.close() }
}
