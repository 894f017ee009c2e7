/**
 * What a command makes in a folder that holds no data, to be taken back where it fails: the
 * folder is then as it was found, or gone, with those above it that were made for it. In a
 * folder that holds data nothing is touched, since what is new there may belong to the data.
 */
import { existsSync, rmdirSync, rmSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { databaseName } from "./folder.ts"
import { lockName } from "./lock.ts"
import { servedName } from "./served.ts"

const dataNames = [databaseName, `${databaseName}-wal`, `${databaseName}-shm`, servedName, "files"]

interface Traces {
  /** Looks once more, as soon as the lock keeps others out. What it returns takes files back, the lock's own last. */
  readonly locked: () => () => void
  /** Without the lock, of which SQLite has a second file. Whatever is in them is another's. */
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

/** Nothing hides why the command has failed: Windows deletes no open file, and a folder that is not empty stays. */
function attempt(work: () => void): void {
  try {
    work()
  } catch {}
}
