/**
 * Messages and changes of a room that may not be stored yet, in the order they were made.
 *
 * Each has its id from the start, so sending it again is harmless. It leaves only when the room shows it or the person
 * takes it back. The browser stores each under a key of its own, so no tab overwrites another's; whichever tab finds it
 * sends it. The outbox has no clock and no connection: the sender decides when to send.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"
import type { Kept, KeptChange } from "./kept.ts"
import { isChange, isQueued, type Pending, type PendingChange } from "./pending.ts"

type Entry = Pending | PendingChange

export class Outbox {
  readonly #kept: Kept
  readonly #beginning: () => string
  readonly #entries = signal<readonly Entry[]>([])
  readonly #notKept = new Set<string>()

  /** The user may change: nothing is sent in the name of another. */
  constructor(roomId: string, kept: Kept, userId: () => string) {
    this.#kept = kept
    this.#beginning = () => `outbox.${userId()}.${roomId}.`
    this.adopt()
  }

  /** The messages. */
  readonly entries: ReadonlySignal<readonly Pending[]> = computed(() =>
    this.#entries.value.filter((entry): entry is Pending => !isChange(entry)),
  )

  readonly changes: ReadonlySignal<readonly PendingChange[]> = computed(() => this.#entries.value.filter(isChange))

  /** Of a message. */
  find(id: string): Pending | undefined {
    return this.entries.value.find((pending) => pending.id === id)
  }

  /** When the last entry was written. */
  get lastMs(): number {
    return this.#entries.value.at(-1)?.atMs ?? 0
  }

  /** The entry to send now. */
  get next(): Entry | undefined {
    return this.#entries.value.find(
      (entry) => entry.refusal === undefined && !("awaitsFiles" in entry && entry.awaitsFiles),
    )
  }

  /** Whether something is to be sent, now or once its files have arrived. */
  get isWaiting(): boolean {
    return this.#entries.value.some(({ refusal }) => refusal === undefined)
  }

  /** Whether closing the page would lose some of it. */
  get isAtRisk(): boolean {
    return this.#notKept.size > 0
  }

  add(pending: Entry): void {
    this.#entries.value = [...this.#entries.value, pending]
    this.#keep(pending)
  }

  remove(id: string): void {
    if (!this.#has(id)) return
    this.#drop(id)
    this.#kept.write(this.#beginning() + id, undefined)
  }

  /** It was refused, or its files have arrived. */
  amend(id: string, news: Pick<Pending, "refusal" | "files" | "awaitsFiles">): void {
    this.#replace(id, (pending) => ({ ...pending, ...news }))
  }

  /** Sends it again, by the same id. */
  again(id: string): void {
    this.#replace(id, withoutRefusal)
  }

  clear(): void {
    for (const { id } of this.#entries.value) this.remove(id)
  }

  /** Keeps the last user's entries for that user, and loads those of the new one. */
  reload(): void {
    this.#entries.value = []
    this.#notKept.clear()
    this.adopt()
  }

  /** Takes over what other tabs wrote and did not send. */
  adopt(): void {
    const beginning = this.#beginning()
    const found = this.#kept.keys(beginning).flatMap((key) => {
      const pending = this.#kept.read(key, isQueued)
      return pending?.id === key.slice(beginning.length) && !this.#has(pending.id) ? [pending] : []
    })
    if (found.length > 0) this.#entries.value = [...this.#entries.value, ...found].sort((a, b) => a.atMs - b.atMs)
  }

  /** Applies another tab's change to entries that both have. Returns whether it is new to this one. */
  keptElsewhere({ key, isRemoval }: KeptChange): boolean {
    const beginning = this.#beginning()
    if (!key.startsWith(beginning)) return false
    const id = key.slice(beginning.length)
    if (!this.#has(id)) return !isRemoval
    const pending = this.#kept.read(key, isQueued)
    if (isRemoval) this.#drop(id)
    else if (pending?.id === id) this.#become(id, pending)
    return false
  }

  #has(id: string): boolean {
    return this.#entries.peek().some((entry) => entry.id === id)
  }

  #replace(id: string, change: (entry: Entry) => Entry): void {
    const pending = this.#entries.value.find((entry) => entry.id === id)
    if (pending === undefined) return
    const changed = change(pending)
    this.#become(id, changed)
    this.#keep(changed)
  }

  #become(id: string, changed: Entry): void {
    this.#entries.value = this.#entries.value.map((pending) => (pending.id === id ? changed : pending))
  }

  #drop(id: string): void {
    this.#entries.value = this.#entries.value.filter((pending) => pending.id !== id)
    this.#notKept.delete(id)
  }

  #keep(pending: Entry): void {
    if (this.#kept.write(this.#beginning() + pending.id, pending)) this.#notKept.delete(pending.id)
    else this.#notKept.add(pending.id)
  }
}

function withoutRefusal({ refusal: _, ...entry }: Entry): Entry {
  return entry
}
