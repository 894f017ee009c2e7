/** A data file as Warren 0.1.0 left it: its schema word for word, and so many messages of a hundred users in a hundred rooms. */
import { Database } from "bun:sqlite"
import { readFileSync } from "node:fs"
import { join } from "node:path"

const schema = readFileSync(join(import.meta.dir, "../store/schema-0.1.0.sql"), "utf8")

export function makeOldFile(path: string, messages: number): void {
  using db = new Database(path, { create: true })
  db.run("PRAGMA journal_mode = WAL")
  const numbers = (count: number) =>
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`
  db.transaction(() => {
    db.run(schema)
    db.run(`PRAGMA application_id = ${0x5772726e}`)
    db.run("PRAGMA user_version = 1")
    db.run(`${numbers(100)}
      INSERT INTO users SELECT i, 'user ' || i, 'User ' || i, NULL, 0, 0 FROM n`)
    db.run(`${numbers(100)}
      INSERT INTO rooms SELECT i, printf('00000000-0000-4000-8000-%012d', i), 'Room ' || i, 'public', NULL, 0,
        (${messages} + 100 - i) / 100, 0 FROM n`)
    // The ids are a client's choice, in no order.
    db.run(`${numbers(messages)}
      INSERT INTO messages (room, seq, rev, id, author, type, content, created_at)
      SELECT 1 + (i - 1) % 100, (i + 99) / 100, (i + 99) / 100,
        printf('%08x-0000-4000-8000-%012d', (i * 2654435761) % 4294967296, i), 1 + i % 100, 'text',
        'Message ' || i || ' of a conversation that goes on and on and on.', i FROM n`)
    db.run(`UPDATE totals SET rooms = 100, messages = ${messages}`)
  })()
}
