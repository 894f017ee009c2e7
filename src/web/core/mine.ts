/**
 * The rooms of a person whom the server knows, on whatever device: it is asked for them at each connection, and told
 * how far they are read. Where nobody is known (AUTH=open) they stay the browser's own.
 */
import type { Connection } from "./connection.ts"
import type { Answer } from "./wire.ts"

export type MyRoom = Answer<"my_rooms">["rooms"][number]

/** More than these the page does not hold: they are found by their names. */
const roomsMax = 200
const pageLength = 50
/** What is read is told after this long, so that a scroll through a room is one request. */
const readPauseMs = 1_000

export interface MineOptions {
  readonly connection: Connection
  readonly userId: () => string
  readonly onRoom: (room: MyRoom) => void
  readonly onCounted: (roomId: string, news: Omit<Answer<"mark_read">, "ok">) => void
}

export class Mine {
  readonly #options: MineOptions
  /** By room: the `seq` that is to be told. */
  readonly #read = new Map<string, number>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: MineOptions) {
    this.#options = options
  }

  /** Asks for all of them; whatever is told from then on is newer. */
  async refresh(): Promise<void> {
    const { connection, userId, onRoom } = this.#options
    let cursor: string | undefined
    let count = 0
    do {
      const reply = await connection.request("my_rooms", { userId: userId(), limit: pageLength, cursor })
      if (!reply.ok) return
      for (const room of reply.rooms) onRoom(room)
      count += reply.rooms.length
      cursor = reply.cursor
    } while (cursor !== undefined && count < roomsMax)
  }

  /** The other devices see it too. */
  tellRead(roomId: string, seq: number): void {
    this.#read.set(roomId, Math.max(seq, this.#read.get(roomId) ?? 0))
    this.#timer ??= setTimeout(() => this.#tell(), readPauseMs)
  }

  #tell(): void {
    this.#timer = undefined
    for (const [roomId, seq] of this.#read) void this.#mark(roomId, seq)
    this.#read.clear()
  }

  async #mark(roomId: string, seq: number): Promise<void> {
    const { connection, userId, onCounted } = this.#options
    const reply = await connection.request("mark_read", { roomId, userId: userId(), seq })
    if (reply.ok) onCounted(roomId, reply)
  }
}
