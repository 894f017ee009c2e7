/** The parcels of this tab, with what only a browser has: its database, and a lock among its tabs. */
import type { Client } from "../core/client.ts"
import { Kept } from "../core/kept.ts"
import { carryBy, places } from "./carry.ts"
import { inTurns } from "./in-turns.ts"
import { Parcels } from "./parcels.ts"
import { browserShelf } from "./shelf.ts"
import { atOnce, type Carry } from "./uploads.ts"

const kept = new Kept(() => localStorage)
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
/** A tab that nobody looks at hears its clock once a minute. */
const silenceMs = 150_000
const tellMs = 5_000

let made: Parcels<File> | undefined
let carrying: Carry<File> | undefined

/** What all files of messages go through. */
export function carryOf(client: Client): Carry<File> {
  carrying ??= inTurns(
    carryBy(() => client.identity.token),
    atOnce,
  )
  return carrying
}

export function parcelsOf(client: Client): Parcels<File> {
  made ??= new Parcels<File>({
    client,
    kept,
    shelf: browserShelf(),
    clock: { epochMs: Date.now, wait },
    carry: carryOf(client),
    places,
    alone,
  })
  return made
}

/** Goes on with what an earlier tab could not send. */
export function followParcels(client: Client): void {
  const parcels = parcelsOf(client)
  addEventListener("beforeunload", (event) => parcels.isAtRisk && event.preventDefault())
  parcels.follow()
}

async function alone(name: string, work: () => Promise<void>): Promise<void> {
  const locks = navigator.locks as LockManager | undefined
  if (locks === undefined) await aloneByStorage(name, work)
  else await locks.request(name, work)
}

/** Pages without TLS have no locks. Two that begin in the same moment both carry it, and the message is still one. */
async function aloneByStorage(name: string, work: () => Promise<void>): Promise<void> {
  const key = `carried.${name}`
  while (Date.now() - (kept.read(key, isNumber) ?? 0) < silenceMs) await wait(tellMs)
  const tell = () => kept.write(key, Date.now())
  const end = () => kept.write(key, undefined)
  tell()
  const timer = setInterval(tell, tellMs)
  addEventListener("pagehide", end)
  try {
    await work()
  } finally {
    clearInterval(timer)
    removeEventListener("pagehide", end)
    end()
  }
}

const isNumber = (value: unknown): value is number => typeof value === "number"
