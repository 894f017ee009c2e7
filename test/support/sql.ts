import { Database } from "bun:sqlite"

/** Changes a file as another program would, and lets go of it: left open, the collector would close it at any moment. */
export function runSql(path: string, ...statements: readonly string[]): void {
  using db = new Database(path, { create: true })
  for (const statement of statements) db.run(statement)
}
