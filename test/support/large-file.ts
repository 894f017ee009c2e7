import { openDatabase } from "../../src/store/sqlite/store.ts"

/** So that no transaction, and no log of one, is as large as the file. */
const messagesAtOnce = 500_000

/** Fills a new server's file, which must not be open, with so many messages of a hundred users in a hundred rooms, one each millisecond from 1970 on. */
export function fillFile(path: string, messages: number): void {
  using db = openDatabase(path)
  const numbers = (count: number, before = 0) =>
    `WITH RECURSIVE n(i) AS (SELECT ${before + 1} UNION ALL SELECT i + 1 FROM n WHERE i < ${before + count})`
  db.transaction(() => {
    db.run(`${numbers(100)}
      INSERT INTO users (pk, id, username, created_at, updated_at) SELECT i, 'user ' || i, 'User ' || i, 0, 0 FROM n`)
    db.run(`${numbers(100)}
      INSERT INTO rooms (pk, id, name, visibility, created_at, rev, last_at)
      SELECT 1000 + i, printf('00000000-0000-4000-8000-%012d', i), 'Room ' || i, 'public', 0, ${messages / 100}, 0 FROM n`)
    db.run(`UPDATE totals SET rooms = rooms + 100, messages = messages + ${messages}`)
  })()
  for (let before = 0; before < messages; before += messagesAtOnce) {
    db.run(`${numbers(Math.min(messagesAtOnce, messages - before), before)}
      INSERT INTO messages (room, seq, rev, id, author, type, content, created_at)
      SELECT 1001 + i % 100, (i + 99) / 100, (i + 99) / 100, printf('00000000-0000-7000-8000-%012d', i), 1 + i % 100,
        'text', 'Message ' || i || ' of a conversation that goes on and on and on.', i FROM n`)
  }
}
