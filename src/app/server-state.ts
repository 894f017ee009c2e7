/** The state of this server, for administrators: only what its parts know already, so nothing has to be counted. */

import { version } from "../../package.json"
import type { DescribeServer } from "../chat/request.ts"
import type { ChatStore } from "../chat/store.ts"
import { timeOf } from "../contract/moment.ts"
import type { Warning } from "../contract/server.ts"
import type { Upkeep } from "./upkeep.ts"

interface Described {
  readonly store: Pick<ChatStore, "counts">
  /** Whether the last write to the store succeeded. */
  readonly isStoreUp: () => boolean
  readonly isOneOfSeveral: boolean
  readonly connections: () => number
  /** Free bytes on the disk of the data folder. */
  readonly freeBytes: () => number
  /** Otherwise the messages are on another disk. */
  readonly isDataInFolder: boolean
  readonly backups: Upkeep["backups"]
  readonly search: Upkeep["search"]
  /** What the server warns of, without a path in it: backups are told by their state. */
  readonly warnings: (freeBytes: number) => readonly Warning[]
  /** Milliseconds since the epoch. */
  readonly startedAt: number
}

export function describing(parts: Described): DescribeServer {
  const { store, isOneOfSeveral, connections, isDataInFolder, backups, search, startedAt } = parts
  return async () => {
    // The store may be the very thing that has failed.
    const counts = await store.counts().catch(() => undefined)
    const freeBytes = parts.freeBytes()
    return {
      version,
      startedAt: timeOf(startedAt),
      isOneOfSeveral,
      connections: connections(),
      ...counts,
      ...(isDataInFolder && Number.isFinite(freeBytes) && { freeBytes: Math.floor(freeBytes) }),
      ...(search && { searchBehind: search.behind }),
      ...(backups && {
        backups: { latestAt: backups.latestAt === undefined ? null : timeOf(backups.latestAt), isLate: backups.isLate },
      }),
      warnings: [...stateOfStore(parts, counts !== undefined), ...parts.warnings(freeBytes)],
    }
  }
}

function stateOfStore({ isStoreUp }: Described, isRead: boolean): Warning[] {
  if (!isRead) return [{ code: "unreadable", message: "The data cannot be read." }]
  return isStoreUp() ? [] : [{ code: "unwritable", message: "The store has just failed to write." }]
}
