/** What can be found out about a folder's data without changing anything, also while a server uses it. */
import { accessSync, constants, existsSync, readFileSync, type Stats, statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import type { Counts } from "../../chat/store.ts"
import { codeOf } from "../../observe/operator-error.ts"
import { isReadOnly, leadsNowhere, movingName, putAsideIn } from "./folder.ts"
import { lockName } from "./lock.ts"
import { databaseName } from "./open.ts"
import { queryInThread } from "./query-thread.ts"
import { openReader } from "./reader.ts"
import { schemaVersion, versionIn } from "./schema.ts"
import { lookWhether } from "./whole.ts"

/** What each file of SQLite begins with. */
const databaseMark = "SQLite format 3\0"

type FolderState = "missing" | "leads nowhere" | "no folder" | "read-only" | "not writable" | "open to others" | "fine"

export type DataState =
  | { readonly kind: "none" }
  /** An import or a move into the folder; `path` is what it fills. */
  | { readonly kind: "unfinished"; readonly path: string }
  /** Moved to PostgreSQL; `path` is the file that was left here. */
  | { readonly kind: "moved"; readonly path: string }
  | { readonly kind: "unreadable" | "damaged"; readonly why: string }
  | { readonly kind: "foreign" }
  /** Its schema, and the one of this version. */
  | { readonly kind: "newer" | "older"; readonly found: number; readonly known: number }
  | WholeData

interface WholeData {
  readonly kind: "whole"
  readonly counts: Counts
  readonly bytes: number
  readonly latestAt: number | undefined
  /** The AUTH that it was served with last. Unless that is "open", a server with AUTH=open refuses it. */
  readonly auth: string
}

export function examineFolder(folder: string): FolderState {
  let found: Stats | undefined
  try {
    found = statSync(folder, { throwIfNoEntry: false })
  } catch (cause) {
    // Above it is a file, or a folder that is closed to this user, such as systemd's /var/lib/private.
    return codeOf(cause) === "ENOTDIR" ? "no folder" : "not writable"
  }
  if (found === undefined) return leadsNowhere(folder) ? "leads nowhere" : "missing"
  if (!found.isDirectory()) return "no folder"
  if (isReadOnly(folder)) return "read-only"
  if (!isWritable(folder)) return "not writable"
  return process.platform !== "win32" && (found.mode & 0o077) !== 0 ? "open to others" : "fine"
}

/** Whether this user can write to it or, if it does not exist, create it. */
export function mayBeWritten(folder: string): boolean {
  let nearest = resolve(folder)
  while (!existsSync(nearest) && dirname(nearest) !== nearest) nearest = dirname(nearest)
  return isWritable(nearest)
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Whether SQLite refuses it. It is empty while nobody has written to it, and nobody does. */
export function isLockDamaged(folder: string): boolean {
  try {
    const begin = readFileSync(join(folder, lockName)).toString("latin1", 0, databaseMark.length)
    return begin !== "" && begin !== databaseMark
  } catch {
    return false
  }
}

/** Reads the whole file, in another thread. */
export async function examineData(folder: string, signal: AbortSignal): Promise<DataState> {
  const path = join(folder, databaseName)
  const moved = putAsideIn(folder)
  if (moved !== undefined) return { kind: "moved", path: moved }
  const moving = join(folder, movingName)
  if (!existsSync(path)) return existsSync(moving) ? { kind: "unfinished", path: moving } : { kind: "none" }
  try {
    const version = readVersion(path)
    if (version === undefined) return { kind: "foreign" }
    if (version === 0) return { kind: "none" }
    if (version !== schemaVersion)
      return { kind: version > schemaVersion ? "newer" : "older", found: version, known: schemaVersion }
    const found = await lookWhether(path, "quick_check", signal)
    if ("wrong" in found) return { kind: "damaged", why: found.wrong }
    const sql = "SELECT (SELECT max(last_at) FROM rooms), auth FROM access"
    const [[latestAt, auth] = []] = await queryInThread({ path, sql, signal })
    const at = typeof latestAt === "number" ? latestAt : undefined
    return { kind: "whole", counts: found.counts, bytes: statSync(path).size, latestAt: at, auth: String(auth) }
  } catch (cause) {
    const code = codeOf(cause) ?? String(cause)
    return { kind: /NOTADB|CORRUPT/.test(code) ? "damaged" : "unreadable", why: code }
  }
}

function readVersion(path: string): number | undefined {
  using db = openReader(path)
  return versionIn(db)
}
