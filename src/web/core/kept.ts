/**
 * What the browser keeps for the page: JSON under keys that begin with "warren.".
 *
 * A browser may forbid storage or be out of space, and anybody may have written there:
 * reading then gives nothing, writing does nothing, and the page works until it is closed.
 */
export interface KeyValue {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export class Kept {
  readonly #storage: KeyValue | undefined

  /** Takes a function since the mere mention of `localStorage` throws where it is forbidden. */
  constructor(storage: () => KeyValue) {
    this.#storage = attempt(storage)
  }

  /** `undefined` when there is nothing, or nothing of the expected shape. */
  read<T>(key: string, isExpected: (value: unknown) => value is T): T | undefined {
    const value: unknown = attempt(() => JSON.parse(this.#storage?.getItem(prefix + key) ?? "undefined"))
    return isExpected(value) ? value : undefined
  }

  /** `undefined` removes it. */
  write(key: string, value: unknown): void {
    attempt(() => {
      if (value === undefined) this.#storage?.removeItem(prefix + key)
      else this.#storage?.setItem(prefix + key, JSON.stringify(value))
    })
  }
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
