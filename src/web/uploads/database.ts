/**
 * A connection to the browser's database. It is opened when needed, and again when it was refused, closed or did not
 * answer: a browser closes it when it is short of space or clears a page's data; another tab waits for it to be closed
 * before it changes the tables, and opening may hang behind such a tab.
 */
interface Connection {
  close(): void
}

interface Door<C extends Connection> {
  /** `onEnd` has to be called when the connection is closed, or must be. */
  readonly open: (onEnd: () => void) => Promise<C>
  readonly wait: (ms: number) => Promise<void>
}

/** A slow disk opens it within this time; after it, the page does without. */
const openMs = 5_000

export class Database<C extends Connection> {
  readonly #door: Door<C>
  #opened: Promise<C> | undefined

  constructor(door: Door<C>) {
    this.#door = door
  }

  /** Rejects if the browser refuses. What fails on an old connection is repeated once on a new one. */
  async use<T>(work: (connection: C) => Promise<T>): Promise<T> {
    const known = this.#opened
    if (known !== undefined) {
      try {
        return await work(await known)
      } catch {
        this.#leave(known)
      }
    }
    this.#opened ??= this.#open()
    const opened = this.#opened
    try {
      return await work(await opened)
    } catch (cause) {
      this.#leave(opened)
      throw cause
    }
  }

  #open(): Promise<C> {
    const opening = this.#door.open(() => this.#leave(opened))
    const late = this.#door.wait(openMs).then(() => {
      throw new Error("The browser's database does not open.")
    })
    const opened = Promise.race([opening, late])
    // A connection that comes too late is not awaited any more.
    opened.catch(() => opening.then(close, ignore))
    return opened
  }

  /** What is in progress in it is completed. */
  #leave(opened: Promise<C>): void {
    if (this.#opened === opened) this.#opened = undefined
    opened.then(close, ignore)
  }
}

const close = (connection: Connection): void => connection.close()
const ignore = (): void => {}
