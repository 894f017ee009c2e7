/**
 * Lets some files of this tab upload at a time, from any message: the server accepts only so many per person, and
 * refuses the others. The rest wait in their order.
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
    // Called once, however it ends: it may be over before it can be stopped, or because it was stopped.
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
