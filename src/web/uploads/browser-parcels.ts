/** The parcels of this tab, with what only a browser has: its database, and a lock shared by its tabs. */
import type { Client } from "../core/client.ts"
import { systemClock } from "../core/clock.ts"
import { Kept } from "../core/kept.ts"
import { attached } from "../files.ts"
import { aloneByKept } from "./alone.ts"
import { carryBy, places } from "./carry.ts"
import { inTurns } from "./in-turns.ts"
import { Parcels } from "./parcels.ts"
import { browserShelf } from "./shelf.ts"
import { atOnce, type Carry } from "./uploads.ts"

const kept = new Kept(() => localStorage)

let made: Parcels<File> | undefined
let carrying: Carry<File> | undefined

/** The queue that all files of messages go through. */
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
    clock: systemClock,
    carry: carryOf(client),
    places,
    alone,
  })
  return made
}

/** Continues what an earlier tab could not send. */
export function followParcels(client: Client): void {
  const parcels = parcelsOf(client)
  addEventListener("beforeunload", (event) => {
    // What is attached to a message that is being written is kept nowhere else.
    if (parcels.isAtRisk || attached.peek().size > 0) event.preventDefault()
  })
  parcels.follow()
}

async function alone(name: string, work: () => Promise<void>): Promise<void> {
  const locks = navigator.locks as LockManager | undefined
  if (locks === undefined) await byKept(name, work)
  else await locks.request(name, work)
}

const byKept = aloneByKept({
  kept,
  clock: systemClock,
  every: (ms, run) => {
    const timer = setInterval(run, ms)
    return () => clearInterval(timer)
  },
  onLeave: (run) => {
    addEventListener("pagehide", run)
    return () => removeEventListener("pagehide", run)
  },
})
