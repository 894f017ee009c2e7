import { spyOn } from "bun:test"

/** Stands in for the intervals that are begun meanwhile: they run when their test says so. */
export class Intervals implements Disposable {
  #running: { readonly ms: number; readonly run: () => void; isHolding: boolean }[] = []
  readonly #restore: (() => void)[] = []

  constructor() {
    const begun = spyOn(globalThis, "setInterval").mockImplementation(((run: () => void, ms: number) => {
      const timer = { ms, run, isHolding: true, unref: () => (timer.isHolding = false) }
      this.#running.push(timer)
      return timer
    }) as never)
    const ended = spyOn(globalThis, "clearInterval").mockImplementation(((timer: unknown) => {
      this.#running = this.#running.filter((one) => one !== timer)
    }) as never)
    this.#restore.push(
      () => begun.mockRestore(),
      () => ended.mockRestore(),
    )
  }

  /** How long each lasts, in milliseconds, of those that were not ended. */
  get running(): number[] {
    return this.#running.map(({ ms }) => ms)
  }

  /** Whether one of them keeps the process alive. */
  get isHolding(): boolean {
    return this.#running.some(({ isHolding }) => isHolding)
  }

  /** Lets each come once. */
  pass(): void {
    for (const { run } of this.#running) run()
  }

  [Symbol.dispose]() {
    for (const restore of this.#restore) restore()
  }
}
