/**
 * People of the server by a part of their name. The server scans a bounded number of them for each page, of whom few or
 * none may match: so a few pages are fetched, until there are enough. Answers to earlier questions are dropped.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { lengthOf } from "../../contract/text.ts"
import { cleanedLine } from "./cleaning.ts"
import type { Client } from "./client.ts"
import { limits } from "./limits.ts"
import type { Peer } from "./room.ts"

const pagesMax = 5
const pageLength = 100

export class PeopleSearch {
  readonly #client: Pick<Client, "connection" | "identity">
  readonly #enough: number
  readonly #found = signal<readonly Peer[]>([])
  readonly #isOver = signal(false)
  #asked = 0

  /** `enough`: how many are wanted. */
  constructor(client: Pick<Client, "connection" | "identity">, enough: number) {
    this.#client = client
    this.#enough = enough
  }

  get found(): ReadonlySignal<readonly Peer[]> {
    return this.#found
  }

  /** The last question was answered completely: whoever is not among the answers does not exist. */
  get isOver(): ReadonlySignal<boolean> {
    return this.#isOver
  }

  /** An empty query is for everybody. */
  async search(typed: string): Promise<void> {
    const asked = ++this.#asked
    this.#isOver.value = false
    const isAnswered = await this.#ask(typed, asked)
    if (isAnswered && asked === this.#asked) this.#isOver.value = true
  }

  /** Whether the answer was complete. */
  async #ask(typed: string, asked: number): Promise<boolean> {
    const query = cleanedLine(typed)
    const { connection, identity } = this.#client
    const found: Peer[] = []
    let cursor: string | undefined
    if (lengthOf(query) > limits.usernameLengthMax) {
      this.#show(found)
      return true
    }
    for (let page = 0; page < pagesMax && found.length < this.#enough; page++) {
      const wanted = { userId: identity.userId, limit: pageLength, cursor, query: query || undefined }
      const reply = await connection.request("list_users", wanted)
      if (asked !== this.#asked || !reply.ok) return false
      found.push(...reply.users)
      this.#show(found)
      cursor = reply.cursor
      if (cursor === undefined) break
    }
    return true
  }

  #show(found: readonly Peer[]): void {
    this.#found.value = [...found]
  }
}
