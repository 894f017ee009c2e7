/** Keeps account of what this process has started and not ended: timers, and errors that nobody caught. */
export class Ledger implements Disposable {
  readonly fatal: unknown[] = []
  readonly #restore: (() => void)[] = []
  readonly #timers = new Set<unknown>()

  constructor() {
    const note = (error: unknown) => void this.fatal.push(error)
    process.on("uncaughtException", note).on("unhandledRejection", note)
    this.#restore.push(() => process.off("uncaughtException", note).off("unhandledRejection", note))
    this.#watch("setTimeout", "clearTimeout", true)
    this.#watch("setInterval", "clearInterval", false)
  }

  /** Started since, and neither over nor cleared. */
  get timers(): number {
    return this.#timers.size
  }

  [Symbol.dispose]() {
    for (const restore of this.#restore) restore()
  }

  #watch(start: "setTimeout" | "setInterval", clear: "clearTimeout" | "clearInterval", endsByItself: boolean): void {
    const original = { start: globalThis[start], clear: globalThis[clear] }
    const begin = (callback: (...args: unknown[]) => void, ...rest: [number?, ...unknown[]]) => {
      const timer = (original.start as typeof setTimeout)(
        (...args: unknown[]) => {
          if (endsByItself) this.#timers.delete(timer)
          callback(...args)
        },
        ...(rest as [number]),
      )
      this.#timers.add(timer)
      return timer
    }
    const end = (timer: never) => {
      this.#timers.delete(timer)
      original.clear(timer)
    }
    Object.assign(globalThis, { [start]: begin, [clear]: end })
    this.#restore.push(() => Object.assign(globalThis, { [start]: original.start, [clear]: original.clear }))
  }
}
