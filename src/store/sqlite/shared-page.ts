/**
 * The page that was read last in a transaction: many who come into a room together are given one, read once. It is
 * forgotten with the transaction, and before that once anything has changed that it shows.
 */
import { fromOf, type MessageQuery, type PageFound } from "../../chat/rules/queries.ts"
import type { Changes } from "../unwritten.ts"

export class SharedPage {
  #latest: { readonly query: MessageQuery; readonly found: PageFound } | undefined

  /** Whoever asks: what is theirs alone is not in it. */
  of(query: MessageQuery, read: (query: MessageQuery) => PageFound): PageFound {
    if (this.#latest === undefined || !isSame(this.#latest.query, query)) this.#latest = { query, found: read(query) }
    return this.#latest.found
  }

  /** Whoever comes, goes, reads or is let in changes none. */
  wrote({ changedUsers, newMessages, changedMessages, deletedRooms }: Changes): void {
    if (changedUsers.size + newMessages.size + changedMessages.size + deletedRooms.length > 0) this.forget()
  }

  forget(): void {
    this.#latest = undefined
  }
}

function isSame(one: MessageQuery, other: MessageQuery): boolean {
  return (
    one.room === other.room && one.limit === other.limit && one.kind === other.kind && fromOf(one) === fromOf(other)
  )
}
