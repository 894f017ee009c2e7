/**
 * What the browser stores for the page: JSON under keys that begin with "warren.".
 *
 * A browser may forbid storage or be out of space, and anybody may have written there. Then
 * reading returns nothing, writing does nothing, and the page works until it is closed. So
 * a missing value does not mean that somebody removed it: a removal is told.
 */
export interface KeyValue {
  readonly length: number
  key(index: number): string | null
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

/** What another tab did. */
export interface KeptChange {
  readonly key: string
  readonly isRemoval: boolean
}

export class Kept {
  readonly #storage: KeyValue | undefined

  /** Takes a function, since the mere mention of `localStorage` throws where it is forbidden. */
  constructor(storage: () => KeyValue) {
    this.#storage = attempt(storage)
  }

  /** `undefined` when there is nothing, or nothing of the expected shape. */
  read<T>(key: string, isExpected: (value: unknown) => value is T): T | undefined {
    const value: unknown = attempt(() => JSON.parse(this.#storage?.getItem(prefix + key) ?? "undefined"))
    return isExpected(value) ? value : undefined
  }

  /** `undefined` removes it. Returns whether the browser did so. */
  write(key: string, value: unknown): boolean {
    const isDone = attempt(() => {
      if (value === undefined) this.#storage?.removeItem(prefix + key)
      else this.#storage?.setItem(prefix + key, JSON.stringify(value))
      return this.#storage !== undefined
    })
    return isDone ?? false
  }

  /** The keys with this prefix. */
  keys(beginning: string): string[] {
    const storage = this.#storage
    const all = attempt(() => Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? ""))
    return (all ?? []).filter((key) => key.startsWith(prefix + beginning)).map((key) => key.slice(prefix.length))
  }
}

/** The change of a `storage` event, if it concerns this page. */
export function changeOf(event: {
  readonly key: string | null
  readonly newValue: string | null
}): KeptChange | undefined {
  if (!event.key?.startsWith(prefix)) return undefined
  return { key: event.key.slice(prefix.length), isRemoval: event.newValue === null }
}

const prefix = "warren."

export const isString = (value: unknown): value is string => typeof value === "string"

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}
