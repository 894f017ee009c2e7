/**
 * The page that was read last in a transaction: many who enter a room together get the same page, read once. It is
 * dropped at the end of the transaction, and earlier if anything that it shows has changed.
 */
import { fromOf, type MessageQuery, type PageFound } from "../../chat/rules/queries.ts"
import type { Changes } from "../unwritten.ts"

export class SharedPage {
  #latest: { readonly query: MessageQuery; readonly found: PageFound } | undefined

  /** Independent of the reader: what is only theirs is not in it. */
  of(query: MessageQuery, read: (query: MessageQuery) => PageFound): PageFound {
    if (this.#latest === undefined || !isSame(this.#latest.query, query)) this.#latest = { query, found: read(query) }
    return this.#latest.found
  }

  /** Arriving, leaving, reading and joining change no page. */
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
