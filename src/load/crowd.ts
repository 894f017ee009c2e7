/**
 * Many simulated users in some rooms, with one checker.
 *
 * Rooms are created for the load, so everything in them was sent by this crowd.
 */
import type { ConnectOptions } from "./client.ts"
import { DeliveryCheck } from "./delivery/delivery-check.ts"
import type { Anomaly, Stored } from "./delivery/observation.ts"
import { type LoadRoom, Member, type Tally } from "./member.ts"
import { createRooms, readRooms } from "./rooms.ts"
import { RoomTape } from "./tape.ts"

interface CrowdOptions {
  /** The servers' addresses, as `http://host:port`. Users of a room connect to them in turn. */
  readonly urls: readonly [string, ...string[]]
  readonly rooms: number
  /** Spread over the rooms in turn. */
  readonly clients: number
  /** How many connect at a time. */
  readonly concurrency?: number
  readonly connect?: ConnectOptions
}

const concurrencyDefault = 64
const drainPollMs = 1

export class Crowd {
  readonly rooms: readonly LoadRoom[]
  readonly members: Member[] = []
  readonly tally: Tally = { messages: 0, typing: 0 }
  /** Why connections were lost that were not closed here. */
  readonly losses: string[] = []
  readonly #options: CrowdOptions
  #check = new DeliveryCheck()
  #numbered = 0

  private constructor(options: CrowdOptions, roomIds: readonly string[]) {
    this.#options = options
    this.rooms = roomIds.map((id) => ({ id, members: [], tape: this.#newTape(), rev: 0 }))
  }

  #newTape(): RoomTape {
    return new RoomTape(() => this.#numbered)
  }

  /** Creates the rooms, connects everybody, and joins everybody. Rejects at the first refusal. */
  static async gather(options: CrowdOptions): Promise<Crowd> {
    const crowd = await Crowd.outside(options)
    await crowd.enter()
    return crowd
  }

  /** Makes the rooms only; `enter` is the next step. */
  static async outside(options: CrowdOptions): Promise<Crowd> {
    return new Crowd(options, await createRooms(options.urls[0], options.rooms, options.connect))
  }

  async enter(): Promise<void> {
    const { clients, concurrency = concurrencyDefault } = this.#options
    let next = 0
    const worker = async () => {
      while (next < clients) {
        const member = await this.#connect(next++)
        this.members.push(member)
        await member.join()
      }
    }
    await Promise.all(Array.from({ length: Math.min(concurrency, clients) }, worker))
  }

  /** Makes contents unique. */
  nextNumber(): number {
    return this.#numbered++
  }

  /** Resolves to whether everybody still connected heard everything in time. */
  async drained(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    while (this.members.some((member) => !member.isCurrent)) {
      if (performance.now() > deadline) return false
      await Bun.sleep(drainPollMs)
    }
    return true
  }

  /** Restarts the checking, so a long load can be checked in parts. Call it when all is quiet. */
  restart(): void {
    this.#check = new DeliveryCheck()
    for (const room of this.rooms) {
      room.rev = room.tape.messages.at(-1)?.rev ?? room.rev
      room.tape = this.#newTape()
      for (const member of room.members) member.restart(this.#check)
    }
  }

  /** Compares what everybody saw with what a newcomer reads from the server. Call it when all is quiet. */
  async verdict(): Promise<Anomaly[]> {
    const ids = this.rooms.map(({ id }) => id)
    const options = { ...this.#options.connect, messagesMax: this.#numbered }
    return this.#check.verdict(await readRooms(this.#options.urls[0], ids, options))
  }

  /** Compares only what everybody saw since `restart`: for a server that stores nothing. */
  verdictAmongMembers(): Anomaly[] {
    const told: Stored = new Map(this.rooms.map(({ id, tape }) => [id, tape.messages]))
    return this.#check.verdict(told, { partial: true })
  }

  close(): void {
    for (const member of this.members) member.close()
  }

  #connect(index: number): Promise<Member> {
    const { urls, connect } = this.#options
    const place = index % this.rooms.length
    const room = this.rooms[place] as LoadRoom
    // Shifted by one for each room, so the first users of all rooms, who talk most, are not all on the first server.
    const turn = Math.floor(index / this.rooms.length) + place
    return Member.connect({
      url: urls[turn % urls.length] ?? urls[0],
      room,
      userId: `load-${index}`,
      tally: this.tally,
      check: this.#check,
      onLost: (reason) => this.losses.push(reason),
      ...(connect === undefined ? {} : { connect }),
    })
  }
}
