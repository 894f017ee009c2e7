/**
 * Why the data of a folder cannot be used, as a sentence with its remedy: permissions, a
 * full or failing disk, a file that is not Warren's or is damaged. Everything that opens,
 * reads or writes it for a person runs in here, so none of these ends in a stack trace.
 */
import { statSync } from "node:fs"
import { dirname } from "node:path"
import { codeOf, isDiskFull, OperatorError } from "../../observe/operator-error.ts"
import { isReadOnly, leadsNowhere } from "./folder.ts"

/** For opening it: every failure is reported. */
export function opening<T>(folder: string, path: string, open: () => T): T {
  return attempt(open, (cause) => whyNotWritten(folder, path, cause) ?? `${path} cannot be opened: ${cause}.`)
}

/** Other errors, such as a row that breaks a rule, are passed on. */
export function writing<T>(folder: string, path: string, write: () => T): T {
  return attempt(write, (cause) => whyNotWritten(folder, path, cause))
}

/** Nothing is written, so a server may run meanwhile. */
export function reading<T>(path: string, read: () => T): T {
  return attempt(read, (cause) => whyNotRead(path, cause))
}

/** Whether there is such a file. One that is out of this user's reach is told, not taken for none. */
export function isThere(path: string): boolean {
  return reading(path, () => {
    try {
      return statSync(path, { throwIfNoEntry: false }) !== undefined
    } catch (cause) {
      if (codeOf(cause) === "ENOTDIR") return false
      throw cause
    }
  })
}

function attempt<T>(work: () => T, why: (cause: unknown) => string | undefined): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause
    const told = why(cause)
    throw told === undefined ? cause : new OperatorError(told, { cause })
  }
}

export function whyNotWritten(folder: string, path: string, cause: unknown): string | undefined {
  if (isDiskFull(cause)) return `The disk that holds ${folder} is full: free some space.`
  switch (codeOf(cause)) {
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return `${path} is not a database, or is damaged: move it away or restore a backup.`
    case "ENOTDIR":
    case "EEXIST":
      if (leadsNowhere(folder)) return `${folder} is a link to a folder that is not there: mount its disk, or make it.`
      return `${folder} is not a folder: set DATA_DIR to one that Warren may write to.`
    case "EROFS":
      return onReadOnlyDisk(folder)
    case "EACCES":
    case "EPERM":
    case "ENOENT":
    case "SQLITE_CANTOPEN":
    case "SQLITE_READONLY":
    case "SQLITE_READONLY_DIRECTORY":
    case "SQLITE_PERM":
      if (isReadOnly(folder)) return onReadOnlyDisk(folder)
      return `${path} cannot be written: give this user the right to, or set DATA_DIR to a folder that can be.`
    default:
      return whyDiskFails(path, "written", cause)
  }
}

export function whyNotRead(path: string, cause: unknown): string | undefined {
  switch (codeOf(cause)) {
    case "SQLITE_NOTADB":
    case "SQLITE_CORRUPT":
      return `${path} is not a database, or is damaged: restore an earlier backup.`
    case "EACCES":
    case "EPERM":
    case "SQLITE_CANTOPEN":
    case "SQLITE_PERM":
    // A reader creates a file beside it, too.
    case "SQLITE_READONLY":
    case "SQLITE_READONLY_DIRECTORY":
      if (isReadOnly(dirname(path)))
        return `${path} cannot be opened on a disk that is mounted read-only: copy its folder to another disk, and name that one.`
      return `${path} cannot be read: run this as the server's user.`
    default:
      return whyDiskFails(path, "read", cause)
  }
}

export function onReadOnlyDisk(path: string): string {
  return `${path} is on a disk that is mounted read-only: dmesg tells whether it fails; a service of systemd may write where its unit says so (ReadWritePaths=).`
}

function whyDiskFails(path: string, done: "read" | "written", cause: unknown): string | undefined {
  const code = codeOf(cause)
  if (code !== "EIO" && !code?.startsWith("SQLITE_IOERR")) return undefined
  return `${path} cannot be ${done} (${code}): its disk is full or failing.`
}
