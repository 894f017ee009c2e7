/**
 * Stops writing while there is still some space. SQLite's log, and what folds it into the
 * file, then never meet a full disk, and the server can stop and be looked after.
 */
import { limits } from "../../contract/limits.ts"
import { freeBytesOf } from "./folder.ts"

export type FreeBytes = (folder: string) => number

/** What it returns is called before each batch that writes, costs some µs, and throws while too little is free. */
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
