/**
 * The epoch names one life of the data: while it stays, its counters only grow. A copy has
 * none, so that whoever serves it names it anew.
 */
import { Database } from "bun:sqlite"
import { checkVersion } from "./schema.ts"

/** Data without an epoch begins a new one. */
export function nameEpoch(db: Database): void {
  db.query("UPDATE totals SET epoch = ? WHERE epoch = ''").run(newEpoch())
}

/** Of a file that nobody has open. The first version had none. */
export function dropEpoch(path: string): void {
  using db = new Database(path)
  if (checkVersion(db, path) > 1) db.run("UPDATE totals SET epoch = ''")
}

/** 128 random bits. */
function newEpoch(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")
}
