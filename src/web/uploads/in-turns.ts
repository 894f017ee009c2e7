/**
 * Lets some files of this tab go at a time, of whichever message: the server takes only so many of one person, and
 * refuses the others. Who waits goes in the order in which they came.
 */
import type { Carry, Source } from "./uploads.ts"

export function inTurns<S extends Source>(carry: Carry<S>, atOnce: number): Carry<S> {
  const waiting = new Set<() => void>()
  let going = 0
  const next = () => {
    const [begin] = waiting
    if (begin === undefined || going >= atOnce) return
    waiting.delete(begin)
    going++
    begin()
  }
  const ended = () => {
    going--
    next()
  }
  return (source, progress, done) => {
    let stop: (() => void) | undefined
    const begin = () => {
      stop = carry(source, progress, (arrival) => {
        stop = undefined
        done(arrival)
        ended()
      })
    }
    waiting.add(begin)
    next()
    return () => {
      waiting.delete(begin)
      if (stop === undefined) return
      stop()
      stop = undefined
      ended()
    }
  }
}
