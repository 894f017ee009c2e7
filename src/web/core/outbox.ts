/**
 * What was written in a room and is not known to be stored yet, in the order it was written.
 *
 * Each message has its id from the start, so that sending it again is harmless, and it
 * leaves only when the room shows it or the person takes it back. It outlives a reload of
 * the page. It has no clock and no connection: the sender decides when to send.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { isRecord, isString, type Kept } from "./kept.ts"
import type { MessageType } from "./wire.ts"

export interface Pending {
  readonly id: string
  readonly type: MessageType
  readonly content: string
  /** When it was written, by this browser's clock. */
  readonly atMs: number
  /** Why it was not accepted; without a reason it waits to be sent. */
  readonly refusal?: string
}

export class Outbox {
  readonly #kept: Kept
  readonly #key: string
  readonly #entries = signal<readonly Pending[]>([])

  constructor(roomId: string, kept: Kept) {
    this.#kept = kept
    this.#key = `outbox.${roomId}`
    this.#entries.value = kept.read(this.#key, isEntries) ?? []
  }

  get entries(): ReadonlySignal<readonly Pending[]> {
    return this.#entries
  }

  find(id: string): Pending | undefined {
    return this.#entries.value.find((pending) => pending.id === id)
  }

  /** The one to send now. */
  get next(): Pending | undefined {
    return this.#entries.value.find(({ refusal }) => refusal === undefined)
  }

  add(pending: Pending): void {
    this.#become([...this.#entries.value, pending])
  }

  remove(id: string): void {
    if (this.#entries.value.some((pending) => pending.id === id)) {
      this.#become(this.#entries.value.filter((pending) => pending.id !== id))
    }
  }

  refuse(id: string, refusal: string): void {
    this.#become(this.#entries.value.map((pending) => (pending.id === id ? { ...pending, refusal } : pending)))
  }

  /** Sends it again, by the same id. */
  again(id: string): void {
    this.#become(this.#entries.value.map((pending) => (pending.id === id ? withoutRefusal(pending) : pending)))
  }

  clear(): void {
    this.#become([])
  }

  #become(entries: readonly Pending[]): void {
    this.#entries.value = entries
    this.#kept.write(this.#key, entries.length === 0 ? undefined : entries)
  }
}

function withoutRefusal({ refusal: _, ...pending }: Pending): Pending {
  return pending
}

function isEntries(value: unknown): value is Pending[] {
  return Array.isArray(value) && value.every(isPending)
}

function isPending(value: unknown): value is Pending {
  if (!isRecord(value)) return false
  const { id, type, content, atMs } = value
  return isString(id) && isString(content) && (type === "text" || type === "image") && typeof atMs === "number"
}
