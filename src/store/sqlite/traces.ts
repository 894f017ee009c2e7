/**
 * Files that a command makes in a folder without data, removed again if it fails: the
 * folder is then as it was found, or gone, with new folders above it. In a folder with data
 * nothing is removed, since new files may belong to the data.
 */
import { existsSync, rmdirSync, rmSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { databaseName } from "./folder.ts"
import { lockName } from "./lock.ts"
import { servedName } from "./served.ts"

const dataNames = [databaseName, `${databaseName}-wal`, `${databaseName}-shm`, servedName, "files"]

interface Traces {
  /** Looks again once the lock keeps others out. Returns a function that removes the files, the lock's own last. */
  readonly locked: () => () => void
  /** Without the lock, of which SQLite has a second file. Whatever else is there belongs to somebody else. */
  readonly takeFoldersBack: () => void
}

/** Looks before anything is made. */
export function tracesIn(folder: string): Traces {
  const folders = missingFolders(folder)
  const isLockNew = !existsSync(join(folder, lockName))
  return {
    takeFoldersBack: () => {
      for (const path of folders) attempt(() => rmdirSync(path))
    },
    locked: () => {
      const missing = dataNames.filter((name) => !existsSync(join(folder, name)))
      if (!missing.includes(databaseName)) return () => {}
      const made = isLockNew ? [...missing, lockName] : missing
      return () => {
        for (const name of made) attempt(() => rmSync(join(folder, name), { recursive: true, force: true }))
      }
    },
  }
}

/** The innermost first. */
function missingFolders(folder: string): string[] {
  const missing: string[] = []
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.push(path)
  return missing
}

/** Nothing here hides why the command failed: Windows deletes no open file, and a folder that is not empty stays. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {}
}
