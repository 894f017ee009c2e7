/** A team as a server finds it on its disk: people, private rooms, and who belongs to which. */
import { openDatabase } from "../../src/store/sqlite/store.ts"

export interface LargeTeam {
  readonly people: number
  readonly rooms: number
  /** Of each person; the first of them is in all. */
  readonly roomsEach: number
  readonly messagesPerRoom: number
}

export const personOf = (n: number) => `person ${n}`
export const roomOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`

/** The rooms of the person of that number. */
export function roomsOf(person: number, { rooms, roomsEach }: LargeTeam): number[] {
  const count = person === 0 ? rooms : roomsEach
  return Array.from({ length: count }, (_, n) => (person * 7 + n) % rooms)
}

/** Fills a new server's file, which must not be open. */
export function fillTeam(path: string, team: LargeTeam): void {
  using db = openDatabase(path)
  const user = db.query("INSERT INTO users (pk, id, username, created_at, updated_at) VALUES (?, ?, ?, 0, 0)")
  const room = db.query(`INSERT INTO rooms (pk, id, name, visibility, created_at, rev, last_at, members)
    VALUES (?, ?, ?, 'private', 0, ?, ?, ?)`)
  const member = db.query(`INSERT INTO members (room, member, role, joined_at, read_seq, seen_at)
    VALUES (?, ?, ?, 0, ?, 0)`)
  const message = db.query(`INSERT INTO messages (room, seq, rev, id, author, type, content, created_at)
    VALUES (?, ?, ?, ?, ?, 'text', ?, ?)`)
  const first = 1_000
  const { people, rooms, messagesPerRoom: messages } = team
  const members = Array.from({ length: rooms }, () => [] as number[])
  for (let n = 0; n < people; n++) for (const one of roomsOf(n, team)) members[one]?.push(n)
  db.transaction(() => {
    for (let n = 0; n < people; n++) user.run(first + n, personOf(n), `Person ${n}`)
    for (const [n, those] of members.entries()) {
      room.run(first + n, roomOf(n), `Room ${n}`, messages, messages, those.length)
      for (const one of those) member.run(first + n, first + one, one === 0 ? "owner" : "member", messages - 5)
      for (let seq = 1; seq <= messages; seq++)
        message.run(
          first + n,
          seq,
          seq,
          crypto.randomUUID(),
          first + (those[seq % those.length] ?? 0),
          "A message of a team.",
          seq,
        )
    }
    db.run(`UPDATE totals SET rooms = rooms + ${rooms}, messages = messages + ${rooms * messages}`)
  })()
}
