/**
 * Everything that is kept of one person, part by part. No index leads there, as it would
 * slow every message down: a part is scanned from its first row to its last, so many rows
 * at a time.
 */
import type { UserId } from "../../contract/values.ts"
import type { OwnDataFound, OwnPart } from "./found.ts"
import { never, type Rule, reading } from "./rule.ts"

interface ReadOwnData {
  readonly kind: "ownData"
  readonly part: OwnPart
  readonly userId: UserId
  /** After this place; 0 is before the first. */
  readonly after: number
}

/** Rows scanned in one step: about two milliseconds in which everybody else waits. */
const rowsAtOnce = 5_000
/** And items found in one step: a message has at most 16 kB. */
const foundAtOnce = 100

const ownData: Rule<ReadOwnData, OwnDataFound> = {
  needs: ({ userId }) => ({ users: [userId] }),
  writes: never,
  apply: (set, { part, userId, after }) => {
    const user = set.user(userId)
    if (user === undefined) return { things: [], next: undefined }
    return reading({ kind: "ownData", part, user, after, rows: rowsAtOnce, limit: foundAtOnce }, (found) => found)
  },
}

export const rules = { ownData }
