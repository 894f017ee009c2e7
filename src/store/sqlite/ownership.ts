/**
 * Who owns the files of a data folder. They belong to the server's user alone, who could not read what root creates:
 * after root has worked in a folder, everything in it belongs to the folder's owner again.
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

/** Recognized by how their names begin. Other files in the folder are not Warren's. */
const ownNames = [databaseName, lockName, servedName, "search", "files", "replaced-", "backup-on-its-way"]

const isRoot = () => process.getuid?.() === 0

/** Gives what root has made to the server's user. A link of another user is not followed. */
export function giveToOwner(path: string, home: string): void {
  if (!isRoot()) return
  const { uid, gid } = statSync(home)
  lchownSync(path, uid, gid)
}

/** The same for everything of root's in it. What cannot be given stays as it is: `warren doctor` tells of it. */
export function giveAllToOwner(folder: string): void {
  if (!isRoot()) return
  try {
    const { uid, gid } = statSync(folder)
    if (uid === 0) return
    for (const { handle, ownerId } of entriesIn(folder)) if (ownerId === 0) lchownSync(handle, uid, gid)
  } catch {}
}

/**
 * Paths in it that belong to somebody else than the folder. Root can read everything, so a folder of root's has none.
 */
export function strangersIn(folder: string): string[] {
  const { uid } = statSync(folder)
  if (uid === 0) return []
  return [...entriesIn(folder)].filter(({ ownerId }) => ownerId !== uid).map(({ path }) => path)
}

interface Entry {
  readonly path: string
  /** The real path, even if somebody has replaced a folder by a link meanwhile. */
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

/** Empty for a folder that is gone or another user's: its own entry tells of it. */
function opened(folder: string): number | undefined {
  try {
    return openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  } catch (cause) {
    if (["ENOENT", "ENOTDIR", "ELOOP", "EACCES"].includes(codeOf(cause) ?? "")) return undefined
    throw cause
  }
}
