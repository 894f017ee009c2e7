/**
 * Notices that the process has run out of file descriptors. New connections then wait in
 * the kernel, which reports them in every turn of the event loop: without this, the process
 * burns a core silently. So it is logged now and then, and every turn pauses briefly until
 * a descriptor is free.
 */
import { closeSync, openSync } from "node:fs"
import { devNull } from "node:os"
import { log } from "./log.ts"
import { isOutOfDescriptors } from "./operator-error.ts"

const lookIntervalMs = 500
const logIntervalMs = 60_000
/** Long compared with a turn, so the process mostly rests; short compared with what people notice. */
const pauseMs = 4

interface DescriptorParts {
  readonly elapsedMs: () => number
  /** Whether one more file can be opened. */
  readonly isOneFree: () => boolean
  readonly pause: () => void
  readonly nextTurn: (call: () => void) => void
}

const systemParts: DescriptorParts = {
  elapsedMs: () => performance.now(),
  isOneFree: canOpen,
  pause: () => Bun.sleepSync(pauseMs),
  nextTurn: (call) => setImmediate(call),
}

/** Returns how to stop. */
export function watchDescriptors(): () => void {
  const look = descriptorLook(systemParts)
  const timer = setInterval(look, lookIntervalMs)
  return () => clearInterval(timer)
}

/** The work of each check. */
export function descriptorLook({ elapsedMs, isOneFree, pause, nextTurn }: DescriptorParts): () => void {
  let isOut = false
  let loggedMs = -Infinity
  const turn = () => {
    if (isOneFree()) {
      isOut = false
      return
    }
    pause()
    nextTurn(turn)
  }
  return () => {
    if (isOneFree()) return
    if (elapsedMs() - loggedMs >= logIntervalMs) {
      log.error("No file descriptor is free, so nobody new can connect: raise the limit (ulimit -n, LimitNOFILE).")
      loggedMs = elapsedMs()
    }
    if (isOut) return
    isOut = true
    nextTurn(turn)
  }
}

/** Whether this many more files can be opened: Bun ends the process if it has none left for a thread's program. */
export function areDescriptorsFree(count: number): boolean {
  const opened: number[] = []
  try {
    while (opened.length < count) opened.push(openSync(devNull, "r"))
    return true
  } catch {
    return false
  } finally {
    for (const descriptor of opened) closeSync(descriptor)
  }
}

function canOpen(): boolean {
  try {
    closeSync(openSync(devNull, "r"))
    return true
  } catch (error) {
    return !isOutOfDescriptors(error)
  }
}
