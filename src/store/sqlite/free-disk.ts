/**
 * Stops writing while some space is still free. So SQLite's log, and folding it into the
 * file, never meet a full disk, and the server can be stopped and repaired.
 */
import { limits } from "../../contract/limits.ts"
import { freeBytesOf } from "./folder.ts"

export type FreeBytes = (folder: string) => number

/** Returns a check, called before each batch that writes. It costs some µs, and throws while too little is free. */
export function spaceLeft(folder: string, freeBytes: FreeBytes = freeBytesOf): () => void {
  return () => {
    const bytes = freeBytes(folder)
    if (bytes < limits.diskReserveBytes) throw tooLittle(folder, bytes)
  }
}

function tooLittle(folder: string, bytes: number): Error {
  const mebibytes = Math.floor(bytes / 1024 / 1024)
  const message = `only ${mebibytes} MiB are free on the disk that holds ${folder}, so nothing more is written: free some`
  return Object.assign(new Error(message), { code: "ENOSPC" })
}
