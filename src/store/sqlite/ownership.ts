/**
 * Whose the files of a data folder are. They are for their server's user alone, who could not read what root makes: a
 * folder that root has worked in is left with everything in it its owner's.
 */
import {
  closeSync,
  constants,
  existsSync,
  lchownSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  statSync,
} from "node:fs"
import { join } from "node:path"
import { codeOf } from "../../observe/operator-error.ts"
import { databaseName } from "./folder.ts"
import { lockName } from "./lock.ts"
import { servedName } from "./served.ts"

/** By their beginnings. What else is in a folder is none of Warren's. */
const ownNames = [databaseName, lockName, servedName, "search", "files", "replaced-", "backup-on-its-way"]

const isRoot = () => process.getuid?.() === 0

/** What root makes for the server's own user. Another's link is not followed. */
export function giveToOwner(path: string, home: string): void {
  if (!isRoot()) return
  const { uid, gid } = statSync(home)
  lchownSync(path, uid, gid)
}

/** The same for all that is root's in it. What cannot be given stays as it is: the doctor tells of it. */
export function giveAllToOwner(folder: string): void {
  if (!isRoot()) return
  try {
    const { uid, gid } = statSync(folder)
    if (uid === 0) return
    for (const { handle, ownerId } of entriesIn(folder)) if (ownerId === 0) lchownSync(handle, uid, gid)
  } catch {}
}

/** Paths in it that are another's than the folder. Nothing is out of root's reach, so a folder of root's has none. */
export function strangersIn(folder: string): string[] {
  const { uid } = statSync(folder)
  if (uid === 0) return []
  return [...entriesIn(folder)].filter(({ ownerId }) => ownerId !== uid).map(({ path }) => path)
}

interface Entry {
  readonly path: string
  /** Leads there also where somebody has put a link in the place of a folder meanwhile. */
  readonly handle: string
  readonly ownerId: number
}

function* entriesIn(folder: string): Generator<Entry> {
  const home = realpathSync(folder)
  const isOwn = (name: string) => ownNames.some((beginning) => name.startsWith(beginning))
  yield* below(home, home, isOwn)
}

function* below(path: string, handle: string, isMeant: (name: string) => boolean): Generator<Entry> {
  const descriptor = opened(handle)
  if (descriptor === undefined) return
  try {
    const held = existsSync("/proc/self/fd") ? `/proc/self/fd/${descriptor}` : handle
    for (const name of readdirSync(held).filter(isMeant)) {
      const [inner, innerHandle] = [join(path, name), join(held, name)]
      const found = lstatSync(innerHandle, { throwIfNoEntry: false })
      if (found === undefined) continue
      yield { path: inner, handle: innerHandle, ownerId: found.uid }
      if (found.isDirectory()) yield* below(inner, innerHandle, () => true)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** None of a folder that is gone, or another's: its own entry tells of it. */
function opened(folder: string): number | undefined {
  try {
    return openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (cause) {
    if (["ENOENT", "ENOTDIR", "ELOOP", "EACCES"].includes(codeOf(cause) ?? "")) return undefined
    throw cause
  }
}
