/** The page's tabs with files on their way: what carries them, what a browser keeps of them, and its locks. The server is the real one. */
import type { KeyValue } from "../../src/web/core/kept.ts"
import { changeOf, Kept } from "../../src/web/core/kept.ts"
import type { SharedFile } from "../../src/web/core/wire.ts"
import type { KeptFile, Shelf } from "../../src/web/uploads/kept-file.ts"
import { Parcels } from "../../src/web/uploads/parcels.ts"
import { type Arrival, Uploads } from "../../src/web/uploads/uploads.ts"
import { uploaded } from "../support/files.ts"
import { showAllTexts } from "./all-texts.ts"
import { newStorage, openPage, type Page, type PageOptions, visit } from "./page.ts"

showAllTexts()

/** As a browser's database, for all its tabs. */
export function newShelf(bytesMax = 1_000): Shelf<File> & { readonly kept: Map<string, KeptFile<File>> } {
  const kept = new Map<string, KeptFile<File>>()
  const of = async (key: string) => [...kept.values()].filter(({ outboxKey }) => outboxKey === key)
  return {
    kept,
    of,
    find: async (id) => kept.get(id),
    keep: async (files) => {
      if (files.some(({ source }) => source.size > bytesMax)) return false
      for (const file of files) kept.set(file.id, file)
      return true
    },
    note: async (id, change) => {
      const known = kept.get(id)
      if (known !== undefined) kept.set(id, { ...known, ...change })
    },
    drop: async (key) => {
      for (const { id } of await of(key)) kept.delete(id)
    },
    keys: async () => [...new Set([...kept.values()].map(({ outboxKey }) => outboxKey))],
  }
}

/** As the locks of a browser; those of a tab that is gone are let go of. */
function newLocks() {
  const held = new Map<string, Promise<void>>()
  return {
    tab: () => {
      let leave = () => {}
      const left = new Promise<void>((resolve) => {
        leave = resolve
      })
      const alone = async (name: string, work: () => Promise<void>) => {
        const before = held.get(name)
        const mine = (before ?? Promise.resolve()).then(() => Promise.race([work(), left]))
        held.set(name, mine)
        await mine
      }
      return { alone, leave }
    },
  }
}

interface Going {
  readonly name: string
  readonly place: string | undefined
  readonly progress: (share: number) => void
  readonly arrive: () => Promise<void>
  readonly done: (arrival: Arrival) => void
  isStopped: boolean
}

export interface Browser {
  readonly storage: { readonly forBrowser: KeyValue; readonly forTab: KeyValue }
  readonly shelf: Shelf<File>
  readonly locks: ReturnType<typeof newLocks>
}

export const newBrowser = (shelf = newShelf()) => ({ storage: newStorage(), shelf, locks: newLocks() })

interface TabOptions extends Pick<PageOptions, "token"> {
  /** Instead of no time. */
  readonly wait?: (ms: number) => Promise<void>
  readonly epochMs?: () => number
}

/** In a room, joined. */
export async function openTab(url: string, roomId: string, browser: Browser, options: TabOptions = {}) {
  const { storage, shelf, locks } = browser
  const { wait = async () => {}, epochMs = Date.now, ...pageOptions } = options
  const page: Page = openPage(url, { storage, ...pageOptions })
  const going: Going[] = []
  const places = new WeakMap<File, string>()
  const { alone, leave } = locks.tab()
  const carry = (source: File, progress: Going["progress"], done: (arrival: Arrival) => void) => {
    const arrive = async () => {
      const headers = options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }
      const file = await uploaded(url, new Uint8Array(await source.arrayBuffer()), { name: source.name, headers })
      done({ kind: "arrived", file: file as unknown as SharedFile })
    }
    const one: Going = { name: source.name, place: places.get(source), progress, arrive, done, isStopped: false }
    going.push(one)
    return () => {
      one.isStopped = true
    }
  }
  const clock = { epochMs, wait }
  const kept = new Kept(() => storage.forBrowser)
  const parcels = new Parcels<File>({ client: page.client, kept, shelf, clock, carry, places, alone })
  parcels.follow()
  const room = await visit(page, roomId)
  const attach = (...names: string[]) => {
    const uploads = new Uploads<File>(carry)
    uploads.add(names.map((name) => new File([`bytes of ${name}`], name)))
    return uploads
  }
  const close = async () => {
    leave()
    await page.client.connection.close()
  }
  return { page, room, parcels, going, places, attach, close, [Symbol.asyncDispose]: close }
}

/**
 * What a browser keeps for all its tabs, as it is with a process for each: a tab sees what another kept only when it
 * is told so.
 */
export function toldStorage() {
  const all = new Map<string, string>()
  const tabs = new Set<{ readonly values: Map<string, string>; readonly tell: Page["client"]["keptElsewhere"] }>()
  let untold: (() => void)[] = []
  const apply = (values: Map<string, string>, key: string, value: string | null) =>
    value === null ? values.delete(key) : values.set(key, value)
  const open = () => {
    const values = new Map(all)
    const change = (key: string, newValue: string | null) => {
      apply(all, key, newValue)
      apply(values, key, newValue)
      untold.push(() => {
        for (const tab of tabs) {
          if (tab.values === values) continue
          apply(tab.values, key, newValue)
          tab.tell(changeOf({ key, newValue }))
        }
      })
    }
    const forBrowser: KeyValue = {
      get length() {
        return values.size
      },
      key: (index) => [...values.keys()][index] ?? null,
      getItem: (key) => values.get(key) ?? null,
      setItem: change,
      removeItem: (key) => change(key, null),
    }
    const follow = ({ client }: Page) => tabs.add({ values, tell: (told) => client.keptElsewhere(told) })
    return { storage: { ...newStorage(), forBrowser }, follow }
  }
  /** Every tab hears of what the others kept until now. */
  const deliver = () => {
    const now = untold
    untold = []
    for (const tell of now) tell()
  }
  return { all, open, deliver }
}
