import { expect, test } from "bun:test"
import type { Server } from "socket.io"
import { type Audience, type Effect, type SharedAudience, tellRoom, tellSession } from "../../src/chat/effects.ts"
import type { SessionId } from "../../src/chat/session.ts"
import { announce } from "../../src/server/sockets/announce.ts"
import { Traffic } from "../../src/server/traffic.ts"
import { newRoomId, user } from "../support/ids.ts"
import { newIncidents } from "../support/incidents.ts"

/** Socket.IO's audiences, one of each name, and what is written to the connections of single sockets. */
class Hall {
  readonly heard = new Map<string, unknown[]>()
  readonly #audiences = new Map<string, Set<string>>()
  isStopping = false

  constructor(...ids: string[]) {
    for (const id of ids) {
      this.heard.set(id, [])
    }
  }

  readonly traffic = new Traffic()
  /** What left in one write: to whom, and how many packets. */
  readonly together: unknown[] = []

  announce(...effects: Effect[]): void {
    const { traffic } = this
    const isStopping = () => this.isStopping
    announce({ io: this.#io, incidents: newIncidents(), traffic, isStopping }, effects)
  }

  enter(id: string, audience: SharedAudience): void {
    this.announce({ kind: "enter", sessionId: id as SessionId, audience })
  }

  /** Who hears what an audience is told. */
  hearersOf(audience: Audience): string[] {
    for (const packets of this.heard.values()) packets.length = 0
    this.announce({ kind: "tell", audience, event: "room_presence", args: [presence], isToldWhileStopping: false })
    return [...this.heard].flatMap(([id, packets]) => packets.map(() => id))
  }

  #join(name: string, id: string): void {
    this.#audiences.set(name, (this.#audiences.get(name) ?? new Set()).add(id))
  }

  #write(id: string, send: () => void): void {
    const before = this.heard.get(id)?.length ?? 0
    send()
    this.together.push([id, (this.heard.get(id)?.length ?? 0) - before])
  }

  #emit(ids: Iterable<string>, packet: unknown[]): void {
    for (const id of ids) this.heard.get(id)?.push(packet)
  }

  get #io(): Server {
    const socketOf = (id: string) => ({
      conn: {
        together: (send: () => void) => this.#write(id, send),
        write: (text: string) => this.#emit([id], JSON.parse(text.slice(1))),
      },
      join: (name: string) => this.#join(name, id),
      leave: (name: string) => this.#audiences.get(name)?.delete(id),
    })
    const audienceOf = (names: Iterable<string> = []) =>
      new Set([...names].flatMap((name) => [...(this.#audiences.get(name) ?? [])]))
    const broadcast = (
      { data }: { data: unknown[] },
      { rooms, except }: { rooms: Set<string>; except?: Set<string> },
    ) => this.#emit(audienceOf(rooms).difference(except ?? new Set()), data)
    const sockets = new Map([...this.heard.keys()].map((id) => [id, socketOf(id)]))
    return { sockets: { sockets, adapter: { rooms: this.#audiences, broadcast } } } as never
  }
}

const presence = { roomId: newRoomId(), memberCount: 1 }
const room = (roomId = newRoomId()) => ({ kind: "room", roomId }) as const
const sessionId = (id: string) => id as SessionId

test("each kind of audience reaches exactly its sessions", () => {
  const hall = new Hall("a", "b", "c", "d")
  const roomId = newRoomId()
  const audiences = [room(roomId), { kind: "user", userId: user("ann") }] as const
  hall.enter("a", audiences[0])
  hall.enter("b", audiences[0])
  hall.enter("c", audiences[1])
  hall.enter("d", room())
  expect(audiences.map((audience) => hall.hearersOf(audience))).toEqual([["a", "b"], ["c"]])
  expect(hall.hearersOf({ kind: "session", sessionId: sessionId("b") })).toEqual(["b"])
  expect(hall.hearersOf({ kind: "session", sessionId: sessionId("nobody") })).toEqual([])
})

test("a room is told but for one session, and another session can be put out of it", () => {
  const hall = new Hall("a", "b", "c")
  const audience = room()
  for (const id of ["a", "b", "c"]) hall.enter(id, audience)
  expect(hall.hearersOf({ ...audience, except: sessionId("b") })).toEqual(["a", "c"])
  expect(hall.traffic).toMatchObject({ broadcasts: 1, deliveries: 2 })
  hall.announce({ kind: "exit", sessionId: sessionId("c"), audience })
  expect(hall.hearersOf(audience)).toEqual(["a", "b"])
})

test("whatever a userId contains, it names no other audience, and no socket", () => {
  const roomId = newRoomId()
  const hall = new Hall("socket", "hearer")
  hall.enter("socket", room(roomId))
  for (const name of ["socket", roomId, `room ${roomId}`, "user ann", " ", "ann "]) {
    const audience = { kind: "user", userId: user(name) } as const
    expect(hall.hearersOf(audience), name).toEqual([])
    hall.enter("hearer", audience)
    expect(hall.hearersOf(audience), name).toEqual(["hearer"])
    hall.announce({ kind: "exit", sessionId: sessionId("hearer"), audience })
  }
  expect(hall.hearersOf(room(roomId))).toEqual(["socket"])
})

test("what one session hears in a row leaves in one write, and all of it in its order", () => {
  const hall = new Hall("a", "b")
  const audience = room()
  hall.enter("a", audience)
  const tell = (id: string, memberCount: number) =>
    tellSession(sessionId(id), "room_presence", [{ ...presence, memberCount }])
  const toRoom = tellRoom(audience.roomId, "room_presence", [presence])
  hall.announce(tell("a", 2), tell("b", 3), tell("b", 4), toRoom, tell("a", 5), tell("a", 6), tell("nobody", 7))
  expect(hall.together).toEqual([
    ["b", 2],
    ["a", 2],
  ])
  const counts = (id: string) => hall.heard.get(id)?.map((packet) => JSON.parse(JSON.stringify(packet))[1].memberCount)
  expect([counts("a"), counts("b")]).toEqual([
    [2, 1, 5, 6],
    [3, 4],
  ])
})

test("[LEAVE2] a server that stops tells only what is to be told all the same", () => {
  const hall = new Hall("a")
  const audience = room()
  hall.enter("a", audience)
  hall.isStopping = true
  const tell = (isToldWhileStopping: boolean) =>
    tellRoom(audience.roomId, "room_presence", [presence], { isToldWhileStopping })
  hall.announce(tell(false))
  expect(hall.heard.get("a")).toEqual([])
  hall.announce(tell(true))
  expect(hall.heard.get("a")).toHaveLength(1)
})
