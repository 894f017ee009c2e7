/**
 * One tab after the other by what the browser keeps for all of them, where there are no locks: on pages without TLS.
 * Two that begin in the same moment both do it, and the message that they carry is still one.
 */
import type { Clock } from "../core/clock.ts"
import type { Kept } from "../core/kept.ts"

interface Tab {
  readonly kept: Pick<Kept, "read" | "write">
  readonly clock: Pick<Clock, "epochMs" | "wait">
  /** Both return how to stop. */
  readonly every: (ms: number, run: () => void) => () => void
  readonly onLeave: (run: () => void) => () => void
}

/** A tab that nobody looks at hears its clock once a minute. */
const silenceMs = 150_000
const tellMs = 5_000

export function aloneByKept({ kept, clock, every, onLeave }: Tab) {
  return async (name: string, work: () => Promise<void>): Promise<void> => {
    const key = `carried.${name}`
    while (clock.epochMs() - (kept.read(key, isNumber) ?? 0) < silenceMs) await clock.wait(tellMs)
    const tell = () => kept.write(key, clock.epochMs())
    const end = () => kept.write(key, undefined)
    tell()
    const stops = [every(tellMs, tell), onLeave(end)]
    try {
      await work()
    } finally {
      for (const stop of stops) stop()
      end()
    }
  }
}

const isNumber = (value: unknown): value is number => typeof value === "number"
