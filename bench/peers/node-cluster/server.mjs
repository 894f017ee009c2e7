/**
 * What one would write instead of several Warrens: Node, Socket.IO on ws with its Redis adapter, and pg. One insert per
 * message, numbered without a gap within its room, told and acknowledged once it is committed. Written with care, as
 * somebody would who knows these: one prepared statement per message, a pool of connections, profiles in memory, no
 * validation beyond the membership.
 *
 * Messages of one room that come to several servers at once are told in whatever order Redis hears of them.
 */
import { randomUUID } from "node:crypto"
import { createServer } from "node:http"
import { createAdapter } from "@socket.io/redis-adapter"
import { Redis } from "ioredis"
import pg from "pg"
import { Server } from "socket.io"

const historyLength = 50

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 })
// Several servers start at once; the lock ends with the transaction.
await pool.query(`
  BEGIN;
  SELECT pg_advisory_xact_lock(1);
  CREATE TABLE IF NOT EXISTS rooms (
    id text PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL, rev bigint NOT NULL DEFAULT 0
  );
  CREATE TABLE IF NOT EXISTS users (id text PRIMARY KEY, username text NOT NULL, avatar text);
  CREATE TABLE IF NOT EXISTS messages (
    room_id text NOT NULL, seq bigint NOT NULL, id text NOT NULL UNIQUE, user_id text NOT NULL,
    type text NOT NULL, content text NOT NULL, created_at timestamptz NOT NULL,
    PRIMARY KEY (room_id, seq)
  );
  COMMIT
`)

/** The room's row is locked until the commit: no number is given twice, and none is left out. */
const insertMessage = {
  name: "insert-message",
  text: `
    WITH numbered AS (UPDATE rooms SET rev = rev + 1 WHERE id = $1 RETURNING rev)
    INSERT INTO messages SELECT $1, rev, $2, $3, $4, $5, $6 FROM numbered RETURNING seq`,
}
const upsertUser = {
  name: "upsert-user",
  text: `
    INSERT INTO users VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET username = excluded.username, avatar = excluded.avatar`,
}
const latest = {
  name: "latest",
  text: `
    SELECT m.*, u.username, u.avatar FROM messages m JOIN users u ON u.id = m.user_id
    WHERE room_id = $1 ORDER BY seq DESC LIMIT ${historyLength + 1}`,
}

const publisher = new Redis(process.env.REDIS_URL)
const http = createServer()
const io = new Server(http, {
  serveClient: false,
  maxHttpBufferSize: 256 * 1024,
  adapter: createAdapter(publisher, publisher.duplicate()),
})

io.on("connection", (socket) => {
  /** By room: { userId, username, avatar }. */
  const joined = new Map()

  const on = (event, handle) => {
    socket.on(event, async (payload, ack) => {
      const answer = await handle(payload).catch((error) => refusal("ERR_STORAGE", error.message))
      if (typeof ack === "function") ack(answer)
    })
  }

  on("create_room", async ({ name }) => {
    const room = { id: randomUUID(), name, createdAt: new Date().toISOString() }
    await pool.query("INSERT INTO rooms (id, name, created_at) VALUES ($1, $2, $3)", [room.id, name, room.createdAt])
    socket.emit("room_created", room)
    return { ok: true, room }
  })

  on("join_room", async ({ roomId, userId, username, avatar = null }) => {
    await pool.query({ ...upsertUser, values: [userId, username, avatar] })
    // Before the page is read, so that nothing is between the two.
    await socket.join(roomId)
    const [{ rows }, found] = await Promise.all([
      pool.query("SELECT * FROM rooms WHERE id = $1", [roomId]),
      pool.query({ ...latest, values: [roomId] }),
    ])
    const [room] = rows
    if (!room) {
      socket.leave(roomId)
      return refusal("ERR_ROOM_NOT_FOUND")
    }
    const member = { userId, username, avatar }
    joined.set(roomId, member)
    const rev = Number(room.rev)
    socket.emit("history", ...pageOf(roomId, rev, found.rows))
    socket.to(roomId).emit("user_joined", { roomId, ...member })
    return { ok: true, roomId, room: { id: roomId, name: room.name, createdAt: room.created_at.toISOString() }, rev }
  })

  on("send_message", async ({ roomId, userId, content, type = "text" }) => {
    const member = joined.get(roomId)
    if (member?.userId !== userId) return refusal("ERR_NOT_IN_ROOM")
    const id = randomUUID()
    const createdAt = new Date().toISOString()
    const { rows } = await pool.query({ ...insertMessage, values: [roomId, id, userId, type, content, createdAt] })
    const seq = Number(rows[0].seq)
    const user = { username: member.username, avatar: member.avatar }
    const message = { id, roomId, seq, rev: seq, type, content, userId, user, createdAt }
    io.to(roomId).emit("message_received", message)
    return { ok: true, message }
  })

  const leave = (roomId, reason) => {
    const member = joined.get(roomId)
    if (!member) return
    joined.delete(roomId)
    socket.leave(roomId)
    io.to(roomId).emit("user_left", { roomId, userId: member.userId, reason })
  }

  on("leave_room", async ({ roomId }) => {
    leave(roomId, "leave")
    return { ok: true }
  })

  socket.on("disconnect", () => {
    for (const roomId of [...joined.keys()]) leave(roomId, "disconnect")
  })
})

function pageOf(roomId, rev, rows) {
  const messages = rows
    .slice(0, historyLength)
    .reverse()
    .map((row) => ({
      id: row.id,
      roomId,
      seq: Number(row.seq),
      rev: Number(row.seq),
      type: row.type,
      content: row.content,
      userId: row.user_id,
      user: { username: row.username, avatar: row.avatar },
      createdAt: row.created_at.toISOString(),
    }))
  return [messages, { roomId, rev, hasMore: rows.length > historyLength }]
}

function refusal(code, message = code) {
  return { ok: false, error: { code, message } }
}

http.listen(Number(process.env.PORT ?? 0), process.env.HOST ?? "127.0.0.1", () => {
  const { address, port } = http.address()
  process.stdout.write(`${JSON.stringify({ url: `http://${address}:${port}` })}\n`)
})
