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
  return (source, progress, done) => {
    let isGoing = false
    let stop = () => {}
    // Once, however it ends: it may be over before there is a way to stop it, or because it is stopped.
    const end = (last: () => void) => {
      if (!isGoing) return
      isGoing = false
      last()
      going--
      next()
    }
    const begin = () => {
      isGoing = true
      stop = carry(source, progress, (arrival) => end(() => done(arrival)))
    }
    waiting.add(begin)
    next()
    return () => {
      waiting.delete(begin)
      end(() => stop())
    }
  }
}
