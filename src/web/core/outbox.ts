/**
 * What was written in a room and is not known to be stored yet, in the order it was written.
 *
 * Each message has its id from the start, so that sending it again is harmless, and it
 * leaves only when the room shows it or the person takes it back. The browser keeps each
 * under a key of its own, so that no tab overwrites another's; whoever finds it sends it.
 * It has no clock and no connection: the sender decides when to send.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { isRecord, isString, type Kept, type KeptChange } from "./kept.ts"
import type { MessageType, SharedFile } from "./wire.ts"

export interface Pending {
  readonly id: string
  readonly type: MessageType
  readonly content: string
  /** They are on the server already. */
  readonly files?: readonly SharedFile[]
  /** When it was written, by this browser's clock; later than all that was written before. */
  readonly atMs: number
  /** Why it was not accepted; without a reason it waits to be sent. */
  readonly refusal?: string
}

export class Outbox {
  readonly #kept: Kept
  readonly #beginning: () => string
  readonly #entries = signal<readonly Pending[]>([])
  readonly #notKept = new Set<string>()

  /** Whose it is may change: nothing is sent in the name of another. */
  constructor(roomId: string, kept: Kept, userId: () => string) {
    this.#kept = kept
    this.#beginning = () => `outbox.${userId()}.${roomId}.`
    this.adopt()
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

  /** Whether closing the page would lose some of it. */
  get isAtRisk(): boolean {
    return this.#notKept.size > 0
  }

  add(pending: Pending): void {
    this.#entries.value = [...this.#entries.value, pending]
    this.#keep(pending)
  }

  remove(id: string): void {
    if (this.find(id) === undefined) return
    this.#drop(id)
    this.#kept.write(this.#beginning() + id, undefined)
  }

  refuse(id: string, refusal: string): void {
    this.#replace(id, (pending) => ({ ...pending, refusal }))
  }

  /** Sends it again, by the same id. */
  again(id: string): void {
    this.#replace(id, withoutRefusal)
  }

  clear(): void {
    for (const { id } of this.#entries.value) this.remove(id)
  }

  /** Leaves what the last person wrote to whom it belongs, and takes what this one wrote. */
  reload(): void {
    this.#entries.value = []
    this.#notKept.clear()
    this.adopt()
  }

  /** Takes what other tabs wrote and did not send. */
  adopt(): void {
    const beginning = this.#beginning()
    const found = this.#kept.keys(beginning).flatMap((key) => {
      const pending = this.#kept.read(key, isPending)
      return pending?.id === key.slice(beginning.length) && this.find(pending.id) === undefined ? [pending] : []
    })
    if (found.length > 0) this.#entries.value = [...this.#entries.value, ...found].sort((a, b) => a.atMs - b.atMs)
  }

  /** Follows another tab in what is in both. Whether it is news to this one. */
  keptElsewhere({ key, isRemoval }: KeptChange): boolean {
    const beginning = this.#beginning()
    if (!key.startsWith(beginning)) return false
    const id = key.slice(beginning.length)
    if (this.find(id) === undefined) return !isRemoval
    const pending = this.#kept.read(key, isPending)
    if (isRemoval) this.#drop(id)
    else if (pending?.id === id) this.#become(id, pending)
    return false
  }

  #replace(id: string, change: (pending: Pending) => Pending): void {
    const pending = this.find(id)
    if (pending === undefined) return
    const changed = change(pending)
    this.#become(id, changed)
    this.#keep(changed)
  }

  #become(id: string, changed: Pending): void {
    this.#entries.value = this.#entries.value.map((pending) => (pending.id === id ? changed : pending))
  }

  #drop(id: string): void {
    this.#entries.value = this.#entries.value.filter((pending) => pending.id !== id)
    this.#notKept.delete(id)
  }

  #keep(pending: Pending): void {
    if (this.#kept.write(this.#beginning() + pending.id, pending)) this.#notKept.delete(pending.id)
    else this.#notKept.add(pending.id)
  }
}

function withoutRefusal({ refusal: _, ...pending }: Pending): Pending {
  return pending
}

function isPending(value: unknown): value is Pending {
  if (!isRecord(value)) return false
  const { id, type, content, atMs, refusal, files } = value
  const isWhole = isString(id) && isString(content) && (type === "text" || type === "image") && Number.isFinite(atMs)
  return isWhole && (files === undefined || Array.isArray(files)) && (refusal === undefined || isString(refusal))
}
