/** The public rooms of the server, as far as they were fetched: searched by name, page by page. */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import type { Connection } from "./connection.ts"
import type { ListedRoom } from "./wire.ts"

type DirectoryState =
  | { readonly kind: "loading" }
  | { readonly kind: "ready"; readonly hasMore: boolean }
  /** The server does not list its rooms. */
  | { readonly kind: "off" }
  | { readonly kind: "failed" }

const pageLength = 30

export class Directory {
  readonly #connection: Connection
  readonly #rooms = signal<readonly ListedRoom[]>([])
  readonly #state = signal<DirectoryState>({ kind: "loading" })
  readonly #query = signal("")
  #cursor: string | undefined
  #pages = 0
  /** Answers to earlier questions are dropped. */
  #asked = 0

  constructor(connection: Connection) {
    this.#connection = connection
  }

  get rooms(): ReadonlySignal<readonly ListedRoom[]> {
    return this.#rooms
  }

  get query(): ReadonlySignal<string> {
    return this.#query
  }

  get state(): ReadonlySignal<DirectoryState> {
    return this.#state
  }

  /** An empty query lists all. */
  async search(query: string): Promise<void> {
    this.#query.value = query.trim()
    await this.refresh()
  }

  /** Refreshes the list after some time. Pages that somebody fetched to look through stay. */
  async renew(): Promise<void> {
    if (this.#state.value.kind !== "off" && this.#pages < 2) await this.refresh()
  }

  /** Starts over with the first page. The old list is shown until the answer comes. */
  async refresh(): Promise<void> {
    await this.#fetch({ cursor: undefined, page: 1 })
  }

  async more(): Promise<void> {
    if (this.#cursor !== undefined) await this.#fetch({ cursor: this.#cursor, page: this.#pages + 1 })
  }

  /** The list changes only with an answer, so it can be continued without one. */
  async #fetch({ cursor, page }: { readonly cursor: string | undefined; readonly page: number }): Promise<void> {
    const asked = ++this.#asked
    const request = { query: this.#query.value || undefined, cursor, limit: pageLength }
    const reply = await this.#connection.request("list_rooms", request)
    if (asked !== this.#asked) return
    if (reply.ok) {
      this.#cursor = reply.cursor
      this.#pages = page
      this.#rooms.value = page === 1 ? reply.rooms : [...this.#rooms.value, ...reply.rooms]
      this.#state.value = { kind: "ready", hasMore: reply.cursor !== undefined }
    } else if (reply.error.code === "ERR_FORBIDDEN") {
      this.#state.value = { kind: "off" }
    } else if (reply.error.code !== "LOST") {
      this.#state.value = { kind: "failed" }
    }
  }
}
