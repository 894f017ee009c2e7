/**
 * A page as if it had been read at the place where it is given: what the room was told
 * after it was read is added, within the bounds of any page.
 */
import { type PageRows, takePage } from "../chat/page.ts"
import type { PageBefore, PageSince } from "../chat/rules/messages.ts"
import type { Page } from "../chat/rules/pages.ts"
import type { Join } from "../chat/rules/rooms.ts"
import { limits } from "../contract/limits.ts"
import type { Message } from "../contract/messages.ts"

export type PageCommand = Join | PageSince | PageBefore

/** `meanwhile` is in order, and may begin before the page ends; `told` is the last of it. */
export function fold(command: PageCommand, page: Page, meanwhile: readonly Message[], told: number): Page {
  const before = command.kind === "pageBefore" ? (command.before ?? Infinity) : Infinity
  const fresh = meanwhile.filter(({ rev, seq }) => rev > page.rev && seq < before)
  const { rev, ...rest } = { ...page, rev: Math.max(page.rev, told) }
  if (fresh.length === 0) return { ...rest, rev }
  if (!isSince(command, page)) {
    const rows = takePage([...page.messages, ...fresh].reverse(), limitOf(command, page))
    return { ...rest, rev, ...joined(page, rows), messages: rows.messages.reverse() }
  }
  // It ends before what was told: its reader goes on from there.
  if (page.hasMore) return { ...rest, rev }
  return { ...rest, rev, ...joined(page, takePage([...page.messages, ...fresh], limitOf(command, page))) }
}

function joined({ hasMore }: Page, rows: PageRows): PageRows {
  return { ...rows, hasMore: hasMore || rows.hasMore }
}

/** In the order of changes, and not the latest messages. */
function isSince(command: PageCommand, { reset }: Page): boolean {
  return command.kind !== "pageBefore" && command.since !== undefined && !reset
}

function limitOf(command: PageCommand, page: Page): number {
  if (command.kind === "join") return isSince(command, page) ? limits.sincePageDefault : limits.historyPageDefault
  return page.reset ? Math.min(command.limit, limits.historyPageDefault) : command.limit
}
