/**
 * Brings a database to the schema of this version, in one transaction.
 *
 * `schema.sql` is the whole schema of a new file. `steps[n]` takes a file of version n + 1
 * to n + 2, so `PRAGMA user_version` is always 1 + the steps that were taken.
 */
import type { Database } from "bun:sqlite"
import schema from "../../../schema.sql" with { type: "text" }
import { OperatorError } from "../../observe/operator-error.ts"

const steps: readonly string[] = ["ALTER TABLE totals ADD COLUMN epoch TEXT NOT NULL DEFAULT ''"]
export const schemaVersion = 1 + steps.length

/** "Wrrn": tells Warren's files from those of other programs (PRAGMA application_id). */
const applicationId = 0x5772726e

/** Throws an OperatorError for a file of a newer version or of another program. Changes nothing. */
export function checkVersion(db: Database, path: string): void {
  const version = pragma(db, "user_version")
  const isEmpty = version === 0 && db.query("SELECT 1 FROM sqlite_schema LIMIT 1").get() === null
  if (!isEmpty && pragma(db, "application_id") !== applicationId) {
    throw new OperatorError(`${path} belongs to another program: move it away, or choose another DATA_DIR.`)
  }
  if (version > schemaVersion) {
    throw new OperatorError(
      `${path} was written by a newer Warren (schema ${version}, this one knows ${schemaVersion}): start that version.`,
    )
  }
}

/** Does nothing to a file of this version. */
export function migrate(db: Database): void {
  const version = pragma(db, "user_version")
  if (version === schemaVersion) return
  db.transaction(() => {
    if (version === 0) db.run(schema)
    else for (const step of steps.slice(version - 1)) db.run(step)
    db.run(`PRAGMA application_id = ${applicationId}`)
    db.run(`PRAGMA user_version = ${schemaVersion}`)
  }).immediate()
}

/** Data without an epoch begins a new one. */
export function nameEpoch(db: Database): void {
  db.query("UPDATE totals SET epoch = ? WHERE epoch = ''").run(newEpoch())
}

/** 128 random bits. */
function newEpoch(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")
}

function pragma(db: Database, name: "user_version" | "application_id"): number {
  return Number(db.query<Record<string, number>, []>(`PRAGMA ${name}`).get()?.[name])
}
