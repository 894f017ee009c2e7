/** A new store of each kind that needs no other program, as the suites of test/store open it. */
import { MemoryStore } from "../../src/store/memory.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { temporaryFolder } from "./folder.ts"

const options = { pendingMax: 10_000, onFailure: console.error, address: () => "http://here.example" }

export async function inMemory() {
  const store = new MemoryStore(options)
  return { store, [Symbol.asyncDispose]: () => store.close() }
}

/** In a folder of its own. */
export async function onSqlite() {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path, options)
  return {
    store,
    path: folder.path,
    [Symbol.asyncDispose]: async () => {
      await store.close()
      folder[Symbol.dispose]()
    },
  }
}
