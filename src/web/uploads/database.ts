/**
 * A connection to the browser's own database. It is made when it is needed, and made anew when it was refused,
 * closed or not answered: a browser closes it when it is short of space or clears what a page keeps, another tab
 * waits for it to be let go of before it changes the tables, and behind such a tab an open may hang.
 */
interface Connection {
  close(): void
}

interface Door<C extends Connection> {
  /** `onEnd` is to be called when the connection is closed, or is to be. */
  readonly open: (onEnd: () => void) => Promise<C>
  readonly wait: (ms: number) => Promise<void>
}

/** A disk that is slow opens it within this; who waits for longer does without. */
const openMs = 5_000

export class Database<C extends Connection> {
  readonly #door: Door<C>
  #opened: Promise<C> | undefined

  constructor(door: Door<C>) {
    this.#door = door
  }

  /** Rejects where the browser says no. What fails on a connection of before is done once more on a new one. */
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
    // One that comes after all is not waited for any more.
    opened.catch(() => opening.then(close, ignore))
    return opened
  }

  /** What is under way in it comes to its end. */
  #leave(opened: Promise<C>): void {
    if (this.#opened === opened) this.#opened = undefined
    opened.then(close, ignore)
  }
}

const close = (connection: Connection): void => connection.close()
const ignore = (): void => {}
