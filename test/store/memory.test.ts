import { MemoryStore } from "../../src/store/memory.ts"
import { storeSuite } from "./store-suite.ts"

storeSuite("the store in memory", async () => {
  const store = new MemoryStore({ pendingMax: 1_000, onFailure: console.error })
  return { store, [Symbol.asyncDispose]: () => store.close() }
})
