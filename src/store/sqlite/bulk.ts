/**
 * Many messages from elsewhere at once, into a folder that nobody serves: all of them in one
 * transaction, or none. What is there already, by its id, stays as it is, so that the same
 * may come twice.
 *
 * A room goes on counting where it stands, and its times never go back: what comes to a room
 * in which people have talked meanwhile stands behind that.
 */
import type { Database } from "bun:sqlite"
import { join } from "node:path"
import { databaseName, enterFolder, openServed, upgradeFolder } from "./open.ts"
import { Served } from "./served.ts"

export interface BulkUser {
  readonly id: string
  readonly username: string
  readonly avatar: string | null
  readonly at: number
}

export interface BulkRoom {
  readonly id: string
  readonly name: string
  readonly topic: string
  readonly visibility: "public" | "unlisted"
  readonly at: number
}

export interface BulkMessage {
  readonly id: string
  readonly roomId: string
  readonly userId: string
  readonly content: string
  readonly at: number
  readonly editedAt: number | null
  /** The id of what it answers. */
  readonly replyTo: string | undefined
  readonly reactions: readonly { readonly emoji: string; readonly userIds: readonly string[] }[]
}

export interface Bulk {
  readonly user: (user: BulkUser) => void
  readonly room: (room: BulkRoom) => void
  /** Whether it was not there yet. In the order of its room; its room and author have come before it. */
  readonly message: (message: BulkMessage) => boolean
}

interface RoomState {
  readonly pk: number
  rev: number
  lastAt: number
}

/** As many as a message names with a reaction. */
const reactorsTold = 10
const silent = { onBegin: () => {}, onProgress: () => {}, onEnd: () => {} }

/** Keeps all that `work` writes, or nothing if it throws. Throws an OperatorError when a server uses the folder. */
export async function writeInBulk<T>(folder: string, work: (bulk: Bulk) => Promise<T>): Promise<T> {
  await upgradeFolder(folder, silent)
  const { file, release } = enterFolder(folder)
  try {
    const served = new Served(file)
    const { db, epoch } = openServed(join(folder, databaseName), served)
    try {
      db.run("PRAGMA cache_size = -65536")
      db.run("BEGIN IMMEDIATE")
      const { bulk, finish } = bulkOn(db)
      const result = await work(bulk)
      finish()
      db.run("COMMIT")
      db.run("PRAGMA wal_checkpoint(TRUNCATE)")
      served.remember(epoch, { isClosed: true })
      return result
    } finally {
      if (db.inTransaction) db.run("ROLLBACK")
      db.close()
    }
  } finally {
    release()
  }
}

function bulkOn(db: Database) {
  const sql = prepare(db)
  const users = new Map<string, number>()
  const rooms = new Map<string, RoomState>()
  const added = { rooms: 0, messages: 0 }
  const userOf = (id: string): number => {
    const known = users.get(id) ?? sql.user.get({ id })?.pk
    if (known === undefined) throw new Error(`no user ${id} has come before`)
    users.set(id, known)
    return known
  }
  const bulk: Bulk = {
    user: (user) => void sql.addUser.run({ ...user }),
    room: (room) => {
      added.rooms += sql.addRoom.run({ ...room }).changes
      const { pk, rev, last_at } = sql.room.get({ id: room.id }) ?? { pk: 0, rev: 0, last_at: 0 }
      rooms.set(room.id, { pk, rev, lastAt: last_at })
    },
    message: ({ id, roomId, userId, content, at, editedAt, replyTo, reactions }) => {
      if (sql.seq.get({ id }) !== null) return false
      const room = rooms.get(roomId)
      if (room === undefined) throw new Error(`no room ${roomId} has come before`)
      room.rev++
      room.lastAt = Math.max(room.lastAt, at)
      const told = reactions.map(({ emoji, userIds }) => {
        return { emoji, count: userIds.length, userIds: userIds.slice(0, reactorsTold) }
      })
      const extra = told.length === 0 ? null : JSON.stringify({ reactions: told })
      const original = replyTo === undefined ? undefined : sql.seq.get({ id: replyTo })
      const place = {
        room: room.pk,
        seq: room.rev,
        createdAt: room.lastAt,
        replyTo: original ? Math.abs(original.seq) : null,
      }
      const { lastInsertRowid } = sql.addMessage.run({ ...place, id, author: userOf(userId), content, editedAt, extra })
      for (const { emoji, userIds } of reactions)
        for (const reactor of userIds)
          sql.addReaction.run({ message: Number(lastInsertRowid), emoji, reactor: userOf(reactor) })
      added.messages++
      return true
    },
  }
  const finish = () => {
    for (const { pk, rev, lastAt } of rooms.values()) sql.setRoom.run({ pk, rev, lastAt })
    sql.count.run(added)
  }
  return { bulk, finish }
}

function prepare(db: Database) {
  return {
    addUser: db.query(
      "INSERT OR IGNORE INTO users (id, username, avatar, created_at, updated_at) VALUES ($id, $username, $avatar, $at, $at)",
    ),
    user: db.query<{ pk: number }, { id: string }>("SELECT pk FROM users WHERE id = $id"),
    addRoom: db.query(
      `INSERT OR IGNORE INTO rooms (id, name, visibility, creator_id, created_at, rev, last_at, topic)
       VALUES ($id, $name, $visibility, NULL, $at, 0, $at, $topic)`,
    ),
    room: db.query<{ pk: number; rev: number; last_at: number }, { id: string }>(
      "SELECT pk, rev, last_at FROM rooms WHERE id = $id",
    ),
    setRoom: db.query("UPDATE rooms SET rev = $rev, last_at = $lastAt WHERE pk = $pk"),
    seq: db.query<{ seq: number }, { id: string }>("SELECT seq FROM messages WHERE id = $id"),
    addMessage: db.query(
      `INSERT INTO messages (room, seq, rev, id, author, type, content, created_at, edited_at, reply_to, extra)
       VALUES ($room, $seq, $seq, $id, $author, 'text', $content, $createdAt, $editedAt, $replyTo, $extra)`,
    ),
    addReaction: db.query(
      "INSERT OR IGNORE INTO reactions (message, emoji, reactor) VALUES ($message, $emoji, $reactor)",
    ),
    count: db.query("UPDATE totals SET rooms = rooms + $rooms, messages = messages + $messages"),
  }
}
