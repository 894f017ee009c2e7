/**
 * The schema of this version, and what a file says of its own.
 *
 * `schema.sql` is the whole schema of a new file. `migrations/NNN.sql` takes a file from
 * the version before to version NNN (PRAGMA user_version); see upgrade.ts.
 */
import type { Database } from "bun:sqlite"
import schema from "../../../schema.sql" with { type: "text" }
import { OperatorError } from "../../observe/operator-error.ts"
import second from "./migrations/002.sql" with { type: "text" }

/** To version 2, 3, … */
const migrations: readonly string[] = [second]
export const schemaVersion = 1 + migrations.length

/** "Wrrn": tells Warren's files from those of other programs (PRAGMA application_id). */
const applicationId = 0x5772726e

/** The version of a file, 0 for an empty one. Throws an OperatorError for one of a newer version or another program. */
export function checkVersion(db: Database, path: string): number {
  const version = versionIn(db)
  if (version === undefined) {
    throw new OperatorError(`${path} belongs to another program: move it away, or choose another DATA_DIR.`)
  }
  if (version > schemaVersion) {
    throw new OperatorError(
      `${path} was written by a newer Warren (schema ${version}, this one knows ${schemaVersion}): start that version.`,
    )
  }
  return version
}

/** The version of a file, 0 for an empty one; none for one of another program. */
export function versionIn(db: Database): number | undefined {
  const version = pragma(db, "user_version")
  const isEmpty = version === 0 && db.query("SELECT 1 FROM sqlite_schema LIMIT 1").get() === null
  return isEmpty || pragma(db, "application_id") === applicationId ? version : undefined
}

/** Makes the tables of an empty file. */
export function createSchema(db: Database): void {
  db.transaction(() => {
    db.run(schema)
    db.run(`PRAGMA application_id = ${applicationId}`)
    db.run(`PRAGMA user_version = ${schemaVersion}`)
  }).immediate()
}

/** What takes a file of this version to today's: one transaction for each version between. */
export function migrationsFrom(version: number): string[] {
  return migrations.slice(version - 1).map((sql, index) => {
    return `BEGIN IMMEDIATE;\n${sql}\nPRAGMA user_version = ${version + 1 + index};\nCOMMIT;`
  })
}

function pragma(db: Database, name: "user_version" | "application_id"): number {
  return Number(db.query<Record<string, number>, []>(`PRAGMA ${name}`).get()?.[name])
}
