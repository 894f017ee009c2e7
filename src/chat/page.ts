/** Cuts a page of messages to the bytes that one page may have. */
import { limits } from "../contract/limits.ts"
import type { Message } from "../contract/schemas.ts"
import type { Page } from "./store.ts"

/** What surrounds the messages in a `history` event or an answer: names, ids and numbers. */
const envelopeBytes = 512
const budgetBytes = limits.pageBytesMax - envelopeBytes

/** JSON writes at most six bytes for a UTF-16 unit (`\u0000`), and a message has at most these beside its texts. */
const bytesPerUnitMax = 6
const messageOverheadBytes = 512

/** Keeps at least one message, and drops the others from the `start` or the `end` of the page. */
export function fitPage(page: Page, dropFrom: "start" | "end"): Page {
  if (surelyFits(page.messages)) return page
  const kept = dropFrom === "end" ? takeFrom(page.messages) : takeFrom(page.messages.toReversed()).reverse()
  return { ...page, messages: kept, hasMore: page.hasMore || kept.length < page.messages.length }
}

/** Most pages are far below the bound; this spares them a second encoding. */
function surelyFits(messages: readonly Message[]): boolean {
  let units = 0
  for (const { content, userId, user } of messages) {
    units += content.length + userId.length + user.username.length + (user.avatar?.length ?? 0)
  }
  return units * bytesPerUnitMax + messages.length * messageOverheadBytes <= budgetBytes
}

function takeFrom(messages: readonly Message[]): Message[] {
  let bytes = 0
  const end = messages.findIndex((message, index) => {
    bytes += Buffer.byteLength(JSON.stringify(message)) + 1
    return bytes > budgetBytes && index > 0
  })
  return messages.slice(0, end === -1 ? messages.length : end)
}
