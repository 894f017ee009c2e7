/**
 * The limit: the same frames from a bare `Bun.serve`, with its own publish and nothing
 * behind it. It stores nothing, checks nothing and speaks websocket only; whatever a
 * server does beyond this is what it costs to be one.
 */
import type { ServerWebSocket } from "bun"

interface Room {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  rev: number
  /** Each as the JSON that a join's answer lists. */
  readonly members: Map<string, string>
  /** Its number is to be told. */
  isDue: boolean
}

interface Session {
  readonly sid: string
  readonly rooms: Map<string, string>
  username: string
}

type Socket = ServerWebSocket<Session>
interface Payload {
  readonly name: string
  readonly roomId: string
  readonly userId: string
  readonly username: string
  readonly content: string
  readonly isTyping: boolean
}

const { HOST = "127.0.0.1", PORT = "0" } = process.env
const rooms = new Map<string, Room>()
const membersMax = 200
/** In a room of more, only their number is told, at most once in so long: as Warren does (JOIN8). */
const crowdedAbove = 500
const crowdIntervalMs = 1_000

const server = Bun.serve<Session>({
  hostname: HOST,
  port: Number(PORT),
  fetch(request, server) {
    const data = { sid: crypto.randomUUID(), rooms: new Map<string, string>(), username: "" }
    return server.upgrade(request, { data }) ? undefined : new Response(null, { status: 400 })
  },
  websocket: {
    perMessageDeflate: false,
    open: (socket) => {
      const { sid } = socket.data
      socket.send(`0{"sid":"${sid}","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":262144}`)
    },
    message: (socket, packet) => receive(socket, packet as string),
    close: (socket) => {
      for (const [roomId, userId] of socket.data.rooms) depart(socket, roomId, userId, "disconnect")
    },
  },
})

process.stdout.write(`${JSON.stringify({ url: `http://${server.hostname}:${server.port}` })}\n`)

function receive(socket: Socket, packet: string): void {
  if (packet.startsWith("40")) socket.send(`40{"sid":"${socket.data.sid}"}`)
  if (!packet.startsWith("42")) return
  const bracket = packet.indexOf("[")
  const id = packet.slice(2, bracket)
  const [event, payload] = JSON.parse(packet.slice(bracket)) as [string, Payload]
  const answer = handle(socket, event, payload)
  if (id !== "") socket.send(`43${id}[{"ok":true${answer}}]`)
}

/** Returns what the answer says beside `ok`, as JSON. */
function handle(socket: Socket, event: string, payload: Payload): string {
  switch (event) {
    case "send_message":
      return send(socket, payload)
    case "typing":
      publish(socket, payload.roomId, `42["user_typing",${JSON.stringify(payload)}]`)
      return ""
    case "join_room":
      return join(socket, payload)
    case "create_room":
      return create(socket, payload)
    case "leave_room":
      depart(socket, payload.roomId, payload.userId, "leave")
      return ""
    default:
      return ""
  }
}

function send(socket: Socket, { roomId, userId, content }: Payload): string {
  const room = rooms.get(roomId)
  if (room === undefined) return ""
  const rev = ++room.rev
  const message = JSON.stringify({
    id: Bun.randomUUIDv7(),
    roomId,
    seq: rev,
    rev,
    type: "text",
    content,
    userId,
    user: { username: socket.data.username, avatar: null },
    createdAt: new Date().toISOString(),
  })
  server.publish(roomId, `42["message_received",${message}]`, false)
  return `,"message":${message}`
}

function join(socket: Socket, { roomId, userId, username }: Payload): string {
  const room = rooms.get(roomId)
  if (room === undefined) return ""
  const { name, createdAt, rev, members } = room
  const member = JSON.stringify({ userId, username, avatar: null })
  members.set(userId, member)
  socket.data.rooms.set(roomId, userId)
  socket.data.username = username
  socket.subscribe(roomId)
  socket.send(`42["history",[],{"roomId":"${roomId}","rev":${rev},"epoch":"bare","hasMore":${rev > 0}}]`)
  if (members.size > crowdedAbove) count(room)
  else publish(socket, roomId, `42["user_joined",{"roomId":"${roomId}",${member.slice(1)}]`)
  const list = [...members.values()].slice(0, membersMax).join()
  const described = JSON.stringify({ id: roomId, name, topic: "", visibility: "public", createdAt })
  return `,"roomId":"${roomId}","room":${described},"rev":${rev},"epoch":"bare","hasMore":${rev > 0},"members":[${list}],"memberCount":${members.size}`
}

function create(socket: Socket, { name }: Payload): string {
  const about = { name, topic: "", visibility: "public", createdAt: new Date().toISOString() }
  const room = { id: crypto.randomUUID() as string, ...about }
  rooms.set(room.id, { ...room, rev: 0, members: new Map(), isDue: false })
  socket.send(`42["room_created",${JSON.stringify(room)}]`)
  return `,"room":${JSON.stringify(room)}`
}

function depart(socket: Socket, roomId: string, userId: string, reason: string): void {
  const room = rooms.get(roomId)
  const isCrowd = room !== undefined && room.members.size > crowdedAbove
  room?.members.delete(userId)
  socket.data.rooms.delete(roomId)
  socket.unsubscribe(roomId)
  if (isCrowd) count(room)
  else server.publish(roomId, `42["user_left",${JSON.stringify({ roomId, userId, reason })}]`, false)
}

function count(room: Room): void {
  if (room.isDue) return
  room.isDue = true
  setTimeout(() => {
    room.isDue = false
    const told = { roomId: room.id, memberCount: room.members.size }
    server.publish(room.id, `42["room_presence",${JSON.stringify(told)}]`, false)
  }, crowdIntervalMs)
}

/** To the others in the room. */
function publish(socket: Socket, roomId: string, packet: string): void {
  socket.publish(roomId, packet, false)
}
