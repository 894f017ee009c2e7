/**
 * The people of the demo: ordinary clients of the public API. They say their lines, take
 * time to type them, come and go, and answer messages.
 */
import { setTimeout } from "node:timers/promises"
import { io, type Socket } from "socket.io-client"
import type { ClientToServerEvents, ServerToClientEvents } from "../../contract/events.ts"
import {
  answeredBy,
  type More,
  type Person,
  people,
  persons,
  reactionsOf,
  replies,
  rooms,
  type ScriptedRoom,
} from "./script.ts"
import { idOf } from "./seed.ts"
import { type Exchange, smalltalk } from "./smalltalk.ts"

export type ChatSocket = Socket<ServerToClientEvents, ClientToServerEvents>

type HeardMessage = Parameters<ServerToClientEvents["message_received"]>[0]

interface Bot {
  readonly person: Person
  readonly socket: ChatSocket
}

interface BotOptions {
  readonly url: string
  /** The pause between two lines of a room; typing takes additional time. */
  readonly pauseMs: () => number
  /** How long a line takes to type; by default as for a fast typist. */
  readonly typingMs?: (text: string) => number
  readonly signal: AbortSignal
  /** Set if the server identifies them. */
  readonly tokens?: ReadonlyMap<Person, string>
}

/** Resolves to their sockets, when everybody is in every room. They continue until the signal. */
export async function startBots(options: BotOptions): Promise<ReadonlyMap<Person, ChatSocket>> {
  const { url, pauseMs, typingMs = asTyped, signal, tokens } = options
  const bots = persons.map((person) => ({ person, socket: connect(url, tokens?.get(person)) }))
  signal.addEventListener("abort", () => {
    for (const { socket } of bots) socket.disconnect()
  })
  const sockets = new Map(bots.map(({ person, socket }) => [person, socket]))
  const [guide] = bots
  if (guide === undefined) return sockets
  const ids = await roomIds(guide.socket)
  for (const room of rooms) {
    const roomId = ids.get(room.name) ?? ""
    await Promise.all(bots.map((bot) => join(bot, roomId)))
    const scene = new Scene(roomId, room, bots, { pauseMs, typingMs, signal })
    void scene.play()
    guide.socket.on("message_received", (message) => {
      if (message.roomId === roomId) void scene.hear(message)
    })
  }
  return sockets
}

/** What happens in one room. */
class Scene {
  readonly #roomId: string
  readonly #room: ScriptedRoom
  readonly #bots: readonly Bot[]
  readonly #options: Required<Omit<BotOptions, "url" | "tokens">>
  #answered = 0
  #isAnswering = false

  constructor(
    roomId: string,
    room: ScriptedRoom,
    bots: readonly Bot[],
    options: Required<Omit<BotOptions, "url" | "tokens">>,
  ) {
    this.#roomId = roomId
    this.#room = room
    this.#bots = bots
    this.#options = options
  }

  async play(): Promise<void> {
    const said: string[] = []
    for (const [by, text, more] of this.#room.live) {
      await this.#wait(this.#options.pauseMs())
      const id = await this.#say(by, text, answeredBy(more, said))
      said.push(id)
      void this.#cheer(id, more)
    }
    const exchanges = smalltalk[this.#room.name] ?? []
    while (!this.#options.signal.aborted) {
      for (const exchange of shuffled(exchanges)) await this.#talk(exchange)
      // Without lines, this is still a pause.
      await this.#wait(this.#options.pauseMs())
    }
  }

  /** A pause, somebody who steps out for a moment, and then a few lines. */
  async #talk(exchange: Exchange): Promise<void> {
    await this.#wait(3 * this.#options.pauseMs())
    await this.#comeAndGo()
    for (const [by, text] of exchange) {
      await this.#wait(this.#options.pauseMs())
      await this.#say(by, text)
    }
  }

  /** One of the last speakers answers, unless an answer is on its way. */
  async hear({ id, userId, user: { username } }: HeardMessage): Promise<void> {
    const isBot = this.#bots.some(({ person }) => idOf(person) === userId)
    const [by] = this.#room.live.at(-1 - (this.#answered % this.#room.live.length)) ?? []
    if (isBot || this.#isAnswering || by === undefined) return
    this.#isAnswering = true
    const index = this.#answered < replies.length ? this.#answered : 1 + (this.#answered % (replies.length - 1))
    this.#answered++
    await this.#wait(1_000)
    this.#react(by, id, index === 0 ? "👋" : "👍")
    await this.#say(by, replies[index]?.(username) ?? "")
    this.#isAnswering = false
  }

  /** Resolves to the message's id. */
  async #say(by: Person, content: string, replyTo?: string): Promise<string> {
    const bot = this.#botOf(by)
    const id = crypto.randomUUID()
    const request = { roomId: this.#roomId, userId: idOf(by) }
    for (let left = this.#options.typingMs(content); left > 0 && !this.#options.signal.aborted; left -= 2_000) {
      bot?.socket.emit("typing", { ...request, isTyping: true })
      await this.#wait(Math.min(left, 2_000))
    }
    const message = { ...request, id, content, ...(replyTo !== undefined && { replyTo }) }
    if (!this.#options.signal.aborted) bot?.socket.emit("send_message", message)
    return id
  }

  /** The others, one after the other. */
  async #cheer(id: string, more: More | undefined): Promise<void> {
    for (const [by, emoji] of reactionsOf(more)) {
      await this.#wait(this.#options.pauseMs() / 4)
      this.#react(by, id, emoji)
    }
  }

  #react(by: Person, id: string, emoji: string): void {
    if (this.#options.signal.aborted) return
    const reaction = { roomId: this.#roomId, userId: idOf(by), id, emoji, isOn: true }
    this.#botOf(by)?.socket.emit("react", reaction)
  }

  #botOf(by: Person): Bot | undefined {
    return this.#bots.find(({ person }) => person === by)
  }

  /** Somebody steps out for a moment. */
  async #comeAndGo(): Promise<void> {
    const bot = this.#bots[Math.floor(Math.random() * this.#bots.length)]
    if (bot === undefined) return
    bot.socket.emit("leave_room", { roomId: this.#roomId, userId: idOf(bot.person) })
    await this.#wait(this.#options.pauseMs())
    // A connection that is lost meanwhile, as at the end of the demo, does not answer.
    if (!this.#options.signal.aborted) await join(bot, this.#roomId).catch(() => {})
  }

  /** Also ends with the demo. */
  async #wait(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#options.signal }).catch(() => {})
  }
}

/** In a different order each time, so no two rounds are alike. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

function roomIds(socket: ChatSocket): Promise<ReadonlyMap<string, string>> {
  return new Promise((resolve) => {
    socket.emit("list_rooms", {}, (answer) => {
      resolve(new Map(answer.ok ? answer.rooms.map(({ id, name }) => [name, id]) : []))
    })
  })
}

function connect(url: string, token: string | undefined): ChatSocket {
  return io(url, { transports: ["websocket"], forceNew: true, ...(token !== undefined && { auth: { token } }) })
}

async function join({ person, socket }: Bot, roomId: string): Promise<void> {
  await socket.emitWithAck("join_room", { roomId, userId: idOf(person), username: people[person] })
}

function asTyped(text: string): number {
  return Math.min(800 + text.length * 45, 5_000)
}
