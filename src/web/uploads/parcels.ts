/**
 * Messages that were sent while their files were still uploading: each waits in the outbox,
 * and is sent when all of them have arrived. The browser stores the files, so the next tab
 * continues where this one was closed; of several tabs that know a message, only one
 * uploads its files.
 */
import { batch, effect, type ReadonlySignal, signal, untracked } from "@preact/signals-core"
import type { Client } from "../core/client.ts"
import type { Clock } from "../core/clock.ts"
import { isRecord, type Kept } from "../core/kept.ts"
import type { Pending } from "../core/pending.ts"
import type { Room } from "../core/room.ts"
import type { SharedFile } from "../core/wire.ts"
import { laterTexts } from "../texts/texts.ts"
import type { Shelf } from "./kept-file.ts"
import { arrival } from "./parcel.ts"
import { type Carry, type Upload, Uploads } from "./uploads.ts"

interface ParcelsOptions<S extends File> {
  readonly client: Pick<Client, "rooms" | "connection" | "identity">
  readonly kept: Kept
  readonly shelf: Shelf<S>
  readonly clock: Pick<Clock, "epochMs" | "wait">
  readonly carry: Carry<S>
  /** The address of the part of a file that the server has, as far as this tab knows. */
  readonly places: { readonly get: (source: S) => string | undefined; readonly set: (source: S, at: string) => unknown }
  /** Runs in one tab after the other, for one message. */
  readonly alone: (name: string, work: () => Promise<void>) => Promise<void>
}

/** The address of an unfinished upload. */
export const onItsWay = "unsent:"

/** The server removes files that no message holds after a day. */
const staleMs = 12 * 60 * 60 * 1000
/** News of another tab's storage come later than its release of the message. */
const heardMs = 1_000

export class Parcels<S extends File> {
  readonly #options: ParcelsOptions<S>
  /** Keys of messages that this tab uploads, or waits to upload. */
  readonly #carried = new Set<string>()
  readonly #sources = new Map<string, S>()
  readonly #shares = signal<ReadonlyMap<string, number>>(new Map())
  readonly #onlyHere = signal<ReadonlySet<string>>(new Set())
  /** Messages whose files are just being stored. */
  #keeping = 0

  constructor(options: ParcelsOptions<S>) {
    this.#options = options
  }

  /** The progress of each file, from 0 to 1. */
  get shares(): ReadonlySignal<ReadonlyMap<string, number>> {
    return this.#shares
  }

  /** Whether closing the page would lose some of them. */
  get isAtRisk(): boolean {
    return this.#keeping > 0 || this.#onlyHere.peek().size > 0
  }

  /** Files that the browser does not store: they are lost when this tab is closed. */
  get onlyHere(): ReadonlySignal<ReadonlySet<string>> {
    return this.#onlyHere
  }

  /** Finds a file by its id in the message until it has arrived, also of a message that another tab wrote. */
  async sourceOf(id: string): Promise<S | undefined> {
    return this.#sources.get(id) ?? (await this.#options.shelf.find(id))?.source
  }

  /** Sends a message with these files, however far they are. They belong to it from now on. */
  send(room: Room, content: string, uploads: Uploads<S>): void {
    const files = uploads.list.peek().map((upload) => this.#onItsWay(upload))
    batch(() => {
      room.send(content, "text", { files, awaitsFiles: true })
      const pending = room.sender.outbox.entries.peek().at(-1)
      if (pending !== undefined) void this.#carry(room, pending, uploads)
    })
  }

  /** Continues what waits in joined rooms. */
  follow(): void {
    const { client } = this.#options
    let whose: string | undefined
    effect(() => {
      const { userId } = client.identity
      if (userId === whose) return
      whose = userId
      // Signing out leaves nothing here.
      untracked(() => void this.#sweep())
    })
    effect(() => {
      for (const room of client.rooms.value) {
        const waiting = room.isJoined ? room.sender.outbox.entries.value.filter(({ awaitsFiles }) => awaitsFiles) : []
        for (const pending of waiting) {
          if (pending.refusal === undefined) untracked(() => void this.#carry(room, pending))
        }
      }
    })
  }

  #onItsWay({ source, alt }: Upload<S>): SharedFile {
    const id = crypto.getRandomValues(new Uint32Array(4)).join("-")
    this.#sources.set(id, source)
    const { name, size, type } = source
    const words = alt.trim() === "" ? {} : { alt: alt.trim() }
    return { id: id as SharedFile["id"], name, bytes: size, mimeType: type, url: onItsWay, ...words }
  }

  /** Without uploads in this tab: continues with what the browser stored. */
  async #carry(room: Room, pending: Pending, begun?: Uploads<S>): Promise<void> {
    const { kept, shelf, alone, clock } = this.#options
    const { id, files = [] } = pending
    const key = `outbox.${room.userId}.${room.id}.${id}`
    if (this.#carried.has(key)) return
    this.#carried.add(key)
    const keeping = begun && this.#keep(key, files)
    await alone(key, async () => {
      const isWaiting = () => isAwaitedIn(room, id)
      if (!isWaiting()) return
      const uploads = begun ?? (await this.#unpack(key, files))
      if (typeof uploads === "object") return this.#bring(room, pending, uploads)
      await clock.wait(heardMs)
      if (isWaiting()) room.sender.outbox.amend(id, { refusal: laterTexts().files[uploads] })
    })
    await keeping
    this.#isOnlyHere(files, false)
    this.#carried.delete(key)
    // Its author may have left: it waits for them.
    if (!isKeptAwaited(kept, key)) await shelf.drop(key)
  }

  async #keep(outboxKey: string, files: readonly SharedFile[]): Promise<void> {
    const kept = files.flatMap(({ id }) => {
      const source = this.#sources.get(id)
      return source === undefined ? [] : [{ id, outboxKey, source }]
    })
    this.#keeping++
    this.#isOnlyHere(files, !(await this.#options.shelf.keep(kept)))
    this.#keeping--
  }

  /** Or the reason why not: the browser did not store all of them, or cannot tell now. */
  async #unpack(outboxKey: string, files: readonly SharedFile[]): Promise<Uploads<S> | "lost" | "outOfReach"> {
    const { shelf, clock, places, carry } = this.#options
    const found = await shelf.of(outboxKey)
    if (found === undefined) return "outOfReach"
    const all = new Map(found.map((one) => [one.id, one]))
    const kept = files.flatMap(({ id }) => all.get(id) ?? [])
    if (kept.length !== files.length) return "lost"
    const arrived = new Map<S, SharedFile>()
    for (const { id, source, place, arrived: known } of kept) {
      this.#sources.set(id, source)
      if (place !== undefined) places.set(source, place)
      if (known !== undefined && clock.epochMs() - known.atMs < staleMs) arrived.set(source, known.file)
    }
    const uploads = new Uploads<S>((source, progress, done) => {
      const file = arrived.get(source)
      if (file === undefined) return carry(source, progress, done)
      queueMicrotask(() => done({ kind: "arrived", file }))
      return () => {}
    })
    const words = files.map(({ alt = "" }) => alt)
    uploads.add([...kept.map(({ source }) => source)], words)
    return uploads
  }

  async #bring(room: Room, { id, files = [] }: Pending, uploads: Uploads<S>): Promise<void> {
    const { client, clock } = this.#options
    const { outbox } = room.sender
    const ids = files.map((file) => file.id as string)
    const noted = new Map<string, string>()
    const isReady = await arrival({
      uploads,
      pending: () => outbox.find(id),
      isOnline: () => client.connection.isOnline,
      wait: clock.wait,
      refuse: (refusal) => outbox.amend(id, { refusal }),
      onStep: (list) => this.#note(ids, list, noted),
    })
    const shares = new Map(this.#shares.peek())
    for (const file of ids) shares.delete(file)
    this.#shares.value = shares
    if (!isReady) return uploads.clear()
    outbox.amend(id, { files: uploads.files, awaitsFiles: undefined })
    void room.sender.flush()
  }

  /** What the next tab needs to know, and the progress of each. */
  #note(ids: readonly string[], list: readonly Upload<S>[], noted: Map<string, string>): void {
    const { shelf, clock, places } = this.#options
    const shares = new Map(this.#shares.peek())
    list.forEach(({ source, state }, index) => {
      const id = ids[index] ?? ""
      shares.set(id, state.kind === "going" ? state.share : state.kind === "arrived" ? 1 : 0)
      const place = places.get(source)
      const news = state.kind === "arrived" ? state.kind : place
      if (news === undefined || noted.get(id) === news) return
      noted.set(id, news)
      const arrived = state.kind === "arrived" ? { file: state.file, atMs: clock.epochMs() } : undefined
      void shelf.note(id, { place, arrived })
    })
    this.#shares.value = shares
  }

  #isOnlyHere(files: readonly SharedFile[], isSo: boolean): void {
    const all = new Set(this.#onlyHere.peek())
    for (const { id } of files) isSo ? all.add(id) : all.delete(id)
    this.#onlyHere.value = all
  }

  /** Removes files of messages that nobody waits for any more: no tab uploads them, and none will. */
  async #sweep(): Promise<void> {
    const { kept, shelf, alone } = this.#options
    const isOver = (key: string) => !this.#carried.has(key) && !isKeptAwaited(kept, key)
    for (const key of (await shelf.keys()).filter(isOver)) {
      void alone(key, async () => {
        if (isOver(key)) await shelf.drop(key)
      })
    }
  }
}

function isAwaitedIn({ sender }: Room, id: string): boolean {
  return sender.outbox.find(id)?.awaitsFiles === true
}

function isKeptAwaited(kept: Kept, key: string): boolean {
  return kept.read(key, isRecord)?.["awaitsFiles"] === true
}
