/**
 * One message whose files are being uploaded, from the first check until it may be sent: what the network cut is sent
 * again, what the server refuses is for the person to decide, and progress is recorded for the next tab.
 */
import { effect, untracked } from "@preact/signals-core"
import type { Pending } from "../core/pending.ts"
import { laterTexts } from "../texts/texts.ts"
import { isPassing, type Upload, type UploadState, type Uploads } from "./uploads.ts"

interface ParcelOptions<S extends File> {
  readonly uploads: Uploads<S>
  /** Its current state; `undefined` once it was taken back, or sent by another tab. */
  readonly pending: () => Pending | undefined
  readonly isOnline: () => boolean
  readonly wait: (ms: number) => Promise<void>
  readonly refuse: (reason: string) => void
  readonly onStep: (list: readonly Upload<S>[]) => void
}

const pauseMaxMs = 30_000

/** Resolves when all have arrived, or when nobody waits any more, to whether it is to be sent. */
export function arrival<S extends File>(options: ParcelOptions<S>): Promise<boolean> {
  const { uploads } = options
  return new Promise((resolve) => {
    const next = stepsOf(options)
    const stop = effect(() => {
      const pending = options.pending()
      const list = uploads.list.value
      const isOnline = options.isOnline()
      const isOver = pending === undefined || !pending.awaitsFiles || uploads.isReady
      untracked(() => {
        options.onStep(list)
        if (!isOver) return next(pending, list, isOnline)
        queueMicrotask(() => stop())
        resolve(pending !== undefined && pending.awaitsFiles === true)
      })
    })
  })
}

function stepsOf<S extends File>({ uploads, refuse, wait }: ParcelOptions<S>) {
  let isRefused = false
  let isPausing = false
  let cuts = 0
  return (pending: Pending, list: readonly Upload<S>[], isOnline: boolean): void => {
    const refused = list.filter(({ state }) => reasonOf(state) !== undefined)
    const reason = refused.map(({ state }) => reasonOf(state)).at(0)
    if (reason !== undefined && pending.refusal === undefined) {
      // It was refused, but no longer is: the person wants to try again.
      const isAgain = isRefused
      isRefused = !isAgain
      if (!isAgain) refuse(reason)
      else for (const { key } of refused) uploads.again(key)
    } else if (isOnline && !isPausing && list.some(({ state }) => isPassing(state))) {
      isPausing = true
      void wait(Math.min(500 * 2 ** cuts++, pauseMaxMs)).then(() => {
        isPausing = false
        uploads.resume()
      })
    }
  }
}

/** Why it is not retried automatically. */
function reasonOf(state: UploadState): string | undefined {
  if (state.kind === "tooLarge") return laterTexts().files.oneTooLarge
  return state.kind === "failed" && !isPassing(state) ? state.reason : undefined
}
