/**
 * The files of waiting messages, in the browser's database: up to a number of bytes, all files of a message or none. A
 * browser may store nothing for a page, or delete it: then the files are missing.
 */
import { systemClock } from "../core/clock.ts"
import { Database } from "./database.ts"
import type { KeptFile, Shelf } from "./kept-file.ts"

/** Of all messages. */
const shelfBytesMax = 50_000_000

const table = "files"
const byMessage = "outboxKey"

export function browserShelf(): Shelf<File> {
  const database = new Database({ open, wait: systemClock.wait })
  const on = <T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => Promise<T>): Promise<T | undefined> =>
    database.use((opened) => within(opened, mode, work)).catch(() => undefined)
  const all = (store: IDBObjectStore): Promise<KeptFile<File>[]> => answered(store.getAll())
  return {
    keep: async (files) => {
      const isKept = await on("readwrite", async (store) => {
        const bytes = [...(await all(store)), ...files].reduce((sum, { source }) => sum + source.size, 0)
        if (bytes > shelfBytesMax) return false
        for (const file of files) store.put(file)
        return true
      })
      return isKept === true
    },
    of: (key) => on("readonly", (store) => answered(store.index(byMessage).getAll(key))),
    find: (id) => on("readonly", (store) => answered<KeptFile<File> | undefined>(store.get(id))),
    note: (id, change) =>
      on("readwrite", async (store) => {
        const known: KeptFile<File> | undefined = await answered(store.get(id))
        if (known !== undefined) store.put({ ...known, ...change })
      }),
    drop: (key) =>
      on("readwrite", async (store) => {
        for (const id of await answered(store.index(byMessage).getAllKeys(key))) store.delete(id)
      }),
    keys: async () => {
      const kept = (await on("readonly", all)) ?? []
      return [...new Set(kept.map(({ outboxKey }) => outboxKey))]
    },
  }
}

async function open(onEnd: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open("warren", 1)
  request.onupgradeneeded = () => {
    request.result.createObjectStore(table, { keyPath: "id" }).createIndex(byMessage, byMessage)
  }
  const database = await answered(request)
  database.onclose = onEnd
  database.onversionchange = onEnd
  return database
}

async function within<T>(
  database: IDBDatabase,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction(table, mode, { durability: "strict" })
  const isOver = over(transaction)
  const result = await work(transaction.objectStore(table))
  await isOver
  return result
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

function over(transaction: IDBTransaction): Promise<void> {
  const isOver = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
  // Its error is reported where it is awaited, which may be never.
  isOver.catch(() => {})
  return isOver
}
