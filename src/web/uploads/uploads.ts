/**
 * The files that somebody sends to one room: each uploading, arrived or refused. Some
 * upload at a time. What the network cut, or the server may accept a little later, is
 * retried automatically; what it refuses waits for the person. It needs no browser: the
 * function that sends the bytes is passed in.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { laterLimits } from "../core/later-limits.ts"
import type { SharedFile } from "../core/wire.ts"

export interface Source {
  readonly name: string
  readonly size: number
  readonly type: string
}

/** The outcome of sending it. */
export type Arrival =
  | { readonly kind: "arrived"; readonly file: SharedFile }
  /** Without a reason, the network failed. `isPassing`: it may be accepted a little later. */
  | { readonly kind: "failed"; readonly reason: string | undefined; readonly isPassing?: boolean }
  /** It would be refused again. */
  | { readonly kind: "tooLarge" }

export type UploadState =
  | { readonly kind: "waiting" }
  /** From 0 to 1. */
  | { readonly kind: "going"; readonly share: number }
  /** Set for a file of a message that was taken back: nobody has its bytes any more. */
  | { readonly kind: "gone" }
  | Arrival

export interface Upload<S extends Source> {
  readonly key: number
  readonly source: S
  readonly alt: string
  readonly state: UploadState
}

/** Sends the bytes. Returns how to stop, after which `done` is not called. */
export type Carry<S extends Source> = (
  source: S,
  progress: (share: number) => void,
  done: (arrival: Arrival) => void,
) => () => void

export const atOnce = 3

export class Uploads<S extends Source> {
  readonly #carry: Carry<S>
  readonly #list = signal<readonly Upload<S>[]>([])
  readonly #stops = new Map<number, () => void>()
  #nextKey = 1

  constructor(carry: Carry<S>) {
    this.#carry = carry
  }

  get list(): ReadonlySignal<readonly Upload<S>[]> {
    return this.#list
  }

  /** Whether nothing keeps the message from being sent, now or once all have arrived. */
  get isPromising(): boolean {
    const { value } = this.#list
    return value.length > 0 && !value.some(({ state }) => isHopeless(state))
  }

  get isReady(): boolean {
    return this.#list.value.length > 0 && this.#list.value.every(({ state }) => state.kind === "arrived")
  }

  /** Files that arrived, with their alternative texts. */
  get files(): readonly SharedFile[] {
    return this.#list.value.flatMap(({ state, alt }) => {
      if (state.kind !== "arrived") return []
      const words = alt.trim()
      return [words === "" ? state.file : { ...state.file, alt: words }]
    })
  }

  /** As many as one message takes, with their alternative texts; returns whether those were all. */
  add(sources: readonly S[], words: readonly string[] = []): boolean {
    const room = laterLimits.filesPerMessageMax - this.#list.value.length
    const added = sources.slice(0, room).map((source, i): Upload<S> => {
      return { key: this.#nextKey++, source, alt: words[i] ?? "", state: { kind: "waiting" } }
    })
    this.#list.value = [...this.#list.value, ...added]
    this.#go()
    return added.length === sources.length
  }

  /** Adds the files of a message that was taken back, before the others. */
  restore(returned: readonly Omit<Upload<S>, "key">[]): void {
    const restored = returned.map((upload) => ({ ...upload, key: this.#nextKey++ }))
    this.#list.value = [...restored, ...this.#list.value]
    for (const { key } of this.#list.value.slice(laterLimits.filesPerMessageMax)) this.remove(key)
    this.#go()
  }

  describe(key: number, alt: string): void {
    this.#change(key, (upload) => ({ ...upload, alt }))
  }

  remove(key: number): void {
    this.#stops.get(key)?.()
    this.#stops.delete(key)
    this.#list.value = this.#list.value.filter((upload) => upload.key !== key)
    this.#go()
  }

  again(key: number): void {
    this.#become(key, { kind: "waiting" })
    this.#go()
  }

  /** There is a network again. */
  resume(): void {
    for (const { key, state } of this.#list.value) {
      if (isPassing(state)) this.#become(key, { kind: "waiting" })
    }
    this.#go()
  }

  clear(): void {
    for (const { key } of this.#list.value) this.remove(key)
  }

  #go(): void {
    for (const { key, source, state } of this.#list.value) {
      if (this.#stops.size >= atOnce) return
      if (state.kind === "waiting") this.#start(key, source)
    }
  }

  #start(key: number, source: S): void {
    this.#become(key, { kind: "going", share: 0 })
    const progress = (share: number) => this.#become(key, { kind: "going", share })
    const done = (arrival: Arrival) => {
      this.#stops.delete(key)
      this.#become(key, arrival)
      this.#go()
    }
    this.#stops.set(key, this.#carry(source, progress, done))
  }

  #become(key: number, state: UploadState): void {
    this.#change(key, (upload) => ({ ...upload, state }))
  }

  #change(key: number, change: (upload: Upload<S>) => Upload<S>): void {
    this.#list.value = this.#list.value.map((upload) => (upload.key === key ? change(upload) : upload))
  }
}

/** Whether it is retried automatically. */
export function isPassing(state: UploadState): boolean {
  return state.kind === "failed" && (state.reason === undefined || state.isPassing === true)
}

/** Only the person can do something about it. */
export function isHopeless(state: UploadState): boolean {
  return state.kind === "tooLarge" || state.kind === "gone" || (state.kind === "failed" && !isPassing(state))
}
