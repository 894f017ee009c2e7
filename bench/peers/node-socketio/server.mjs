/**
 * What one would write instead: Node, Socket.IO on ws, better-sqlite3, one durable
 * insert (WAL, synchronous=FULL) per message. Written with care, as somebody would who
 * knows these three: prepared statements, profiles and rooms in memory, no validation
 * beyond the membership.
 */
import { randomUUID } from "node:crypto"
import { mkdirSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import Database from "better-sqlite3"
import { Server } from "socket.io"

const historyLength = 50
const membersMax = 200

const folder = process.env.DATA_DIR
mkdirSync(folder, { recursive: true })
const db = new Database(join(folder, "chat.db"))
db.pragma("journal_mode = WAL")
db.pragma("synchronous = FULL")
db.exec(`
  CREATE TABLE IF NOT EXISTS rooms (id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS users (id TEXT PRIMARY KEY, username TEXT NOT NULL, avatar TEXT);
  CREATE TABLE IF NOT EXISTS messages (
    room_id TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL,
    type TEXT NOT NULL, content TEXT NOT NULL, created_at INTEGER NOT NULL,
    PRIMARY KEY (room_id, seq)
  );
`)
const insertRoom = db.prepare("INSERT INTO rooms VALUES (?, ?, ?)")
const upsertUser = db.prepare(
  "INSERT INTO users VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET username = excluded.username, avatar = excluded.avatar",
)
const insertMessage = db.prepare("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)")
const latest = db.prepare(`
  SELECT m.*, u.username, u.avatar FROM messages m JOIN users u ON u.id = m.user_id
  WHERE room_id = ? ORDER BY seq DESC LIMIT ${historyLength + 1}
`)

/** By id: { id, name, createdAt, rev, members }. */
const rooms = new Map()

const http = createServer()
const io = new Server(http, { serveClient: false, maxHttpBufferSize: 256 * 1024 })

io.on("connection", (socket) => {
  /** By room: { userId, username, avatar }. */
  const joined = new Map()

  const on = (event, handle) => {
    socket.on(event, (payload, ack) => {
      const answer = handle(payload)
      if (typeof ack === "function") ack(answer)
    })
  }

  on("create_room", ({ name }) => {
    const now = Date.now()
    const room = { id: randomUUID(), name, createdAt: new Date(now).toISOString() }
    insertRoom.run(room.id, name, now)
    rooms.set(room.id, { ...room, rev: 0, members: new Map() })
    socket.emit("room_created", room)
    return { ok: true, room }
  })

  on("join_room", ({ roomId, userId, username, avatar = null }) => {
    const room = rooms.get(roomId)
    if (!room) return refusal("ERR_ROOM_NOT_FOUND")
    upsertUser.run(userId, username, avatar)
    const member = { userId, username, avatar }
    joined.set(roomId, member)
    room.members.set(userId, member)
    socket.join(roomId)
    const { rev, id, name, createdAt, members } = room
    socket.emit("history", ...historyOf(room))
    socket.to(roomId).emit("user_joined", { roomId, ...member })
    return {
      ok: true,
      roomId,
      room: { id, name, createdAt },
      rev,
      members: [...members.values()].slice(0, membersMax),
      memberCount: members.size,
    }
  })

  on("send_message", ({ roomId, userId, content, type = "text" }) => {
    const member = joined.get(roomId)
    if (member?.userId !== userId) return refusal("ERR_NOT_IN_ROOM")
    const room = rooms.get(roomId)
    const now = Date.now()
    const id = randomUUID()
    const seq = room.rev + 1
    insertMessage.run(roomId, seq, id, userId, type, content, now)
    room.rev = seq
    const message = {
      id,
      roomId,
      seq,
      rev: seq,
      type,
      content,
      userId,
      user: { username: member.username, avatar: member.avatar },
      createdAt: new Date(now).toISOString(),
    }
    io.to(roomId).emit("message_received", message)
    return { ok: true, message }
  })

  on("typing", ({ roomId, userId, isTyping }) => {
    if (joined.get(roomId)?.userId !== userId) return refusal("ERR_NOT_IN_ROOM")
    socket.to(roomId).emit("user_typing", { roomId, userId, isTyping })
    return { ok: true }
  })

  const leave = (roomId, reason) => {
    const member = joined.get(roomId)
    if (!member) return
    joined.delete(roomId)
    rooms.get(roomId).members.delete(member.userId)
    socket.leave(roomId)
    io.to(roomId).emit("user_left", { roomId, userId: member.userId, reason })
  }

  on("leave_room", ({ roomId }) => {
    leave(roomId, "leave")
    return { ok: true }
  })

  socket.on("disconnect", () => {
    for (const roomId of [...joined.keys()]) leave(roomId, "disconnect")
  })
})

function historyOf({ id: roomId, rev }) {
  const rows = latest.all(roomId)
  const hasMore = rows.length > historyLength
  const messages = rows.slice(0, historyLength).reverse()
  return [
    messages.map((row) => ({
      id: row.id,
      roomId,
      seq: row.seq,
      rev: row.seq,
      type: row.type,
      content: row.content,
      userId: row.user_id,
      user: { username: row.username, avatar: row.avatar },
      createdAt: new Date(row.created_at).toISOString(),
    })),
    { roomId, rev, hasMore },
  ]
}

function refusal(code) {
  return { ok: false, error: { code, message: code } }
}

http.listen(Number(process.env.PORT ?? 0), process.env.HOST ?? "127.0.0.1", () => {
  const { address, port } = http.address()
  process.stdout.write(`${JSON.stringify({ url: `http://${address}:${port}` })}\n`)
})
