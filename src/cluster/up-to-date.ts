/**
 * A page as if it had been read at the moment it is given: what the room was told after the
 * reading is replaced or added, within the bounds of a page.
 */
import { type PageRows, takePage } from "../chat/page.ts"
import type { Page } from "../chat/rules/found.ts"
import { quoteOfMessage } from "../chat/rules/message-view.ts"
import type { PageAfter, PageAround, PageBefore, PageSince } from "../chat/rules/messages.ts"
import type { Join } from "../chat/rules/rooms.ts"
import { limits } from "../contract/limits.ts"
import type { Message } from "../contract/messages.ts"
import type { MessageId } from "../contract/values.ts"

export type PageCommand = Join | PageSince | PageBefore | PageAfter | PageAround

/** `meanwhile` is in order, and may begin before the page ends; `told` is its last number. */
export function upToDate(command: PageCommand, page: Page, meanwhile: readonly Message[], told: number): Page {
  const fresh = lastOfEach(meanwhile.filter(({ rev }) => rev > page.rev))
  const { rev, ...rest } = { ...page, rev: Math.max(page.rev, told) }
  if (fresh.size === 0) return { ...rest, rev }
  const limit = limitOf(command, page)
  if (isSince(command, page)) {
    const read = upToItsRev(page)
    return { ...rest, rev, ...joined(read, takePage(inOrderOfChanges(read, fresh), limit)) }
  }
  const messages = asTheyAreNow(command, page, fresh)
  if (command.kind === "pageAfter") return { ...rest, rev, ...joined(page, takePage(messages, limit)) }
  if (command.kind === "pageAround") return { ...rest, rev, ...around(page, takePage(messages, limit)) }
  const rows = takePage(messages.reverse(), limit)
  return { ...rest, rev, ...joined(page, rows), messages: rows.messages.reverse() }
}

function lastOfEach(messages: readonly Message[]): ReadonlyMap<MessageId, Message> {
  const last = new Map<MessageId, Message>()
  for (const message of messages) {
    last.delete(message.id)
    last.set(message.id, message)
  }
  return last
}

/**
 * Without the changes that another server stored while it was read: what was created between them is not among them, and
 * all of it was told since. Where there are some, everything before them was read.
 */
function upToItsRev(page: Page): Page {
  const messages = page.messages.filter(({ rev }) => rev <= page.rev)
  return messages.length === page.messages.length ? page : { ...page, messages, hasMore: false }
}

/** A page with `hasMore` ends before what was told: its reader reads on from there, and finds it. */
function inOrderOfChanges(page: Page, fresh: ReadonlyMap<MessageId, Message>): Message[] {
  if (page.hasMore) return page.messages.map((message) => quoting(message, fresh))
  const unchanged = page.messages.filter(({ id }) => !fresh.has(id))
  return [...unchanged, ...fresh.values()].map((message) => quoting(message, fresh))
}

/** The messages of the page, with changes, deletions and new ones applied. */
function asTheyAreNow(command: PageCommand, page: Page, fresh: ReadonlyMap<MessageId, Message>): Message[] {
  const before = endOf(command, page)
  const changed = page.messages.map((message) => fresh.get(message.id) ?? message)
  const added = [...fresh.values()].filter(({ seq }) => seq > page.rev && seq < before).sort((a, b) => a.seq - b.seq)
  const present = [...changed, ...added].filter(({ deletedAt }) => deletedAt === undefined)
  return present.map((message) => quoting(message, fresh))
}

/** New messages from this `seq` on do not belong to the page. */
function endOf(command: PageCommand, { hasMore, hasAfter }: Page): number {
  switch (command.kind) {
    case "pageBefore":
      return command.before ?? Infinity
    case "pageAfter":
      return hasMore ? 0 : Infinity
    case "pageAround":
      return hasAfter ? 0 : Infinity
    default:
      return Infinity
  }
}

/** A reply, whose original may have changed. */
function quoting(message: Message, fresh: ReadonlyMap<MessageId, Message>): Message {
  const original = message.replyTo && fresh.get(message.replyTo.id)
  return original === undefined ? message : { ...message, replyTo: quoteOfMessage(original) }
}

function joined({ hasMore }: Page, rows: PageRows): PageRows {
  return { ...rows, hasMore: hasMore || rows.hasMore }
}

function around({ hasMore, hasAfter = false }: Page, rows: PageRows): Partial<Page> {
  return { ...rows, hasMore: hasMore || rows.hasMore, hasAfter: hasAfter || rows.hasMore }
}

/** Ordered by change, not the latest messages. */
function isSince(command: PageCommand, { reset }: Page): boolean {
  return "since" in command && command.since !== undefined && !reset
}

function limitOf(command: PageCommand, page: Page): number {
  if (command.kind === "join") return isSince(command, page) ? limits.sincePageDefault : limits.historyPageDefault
  return page.reset ? Math.min(command.limit, limits.historyPageDefault) : command.limit
}
