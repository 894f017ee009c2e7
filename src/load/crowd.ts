/**
 * Many simulated users in some rooms, under one checker.
 *
 * Rooms are made for the occasion, so whatever is in them was sent by this crowd.
 */
import type { ConnectOptions } from "./client.ts"
import { DeliveryCheck } from "./delivery/delivery-check.ts"
import type { Anomaly, Stored } from "./delivery/observation.ts"
import { type LoadRoom, Member, type Tally } from "./member.ts"
import { createRooms, readRooms } from "./rooms.ts"
import { RoomTape } from "./tape.ts"

interface CrowdOptions {
  /** The servers', as `http://host:port`. Those who are in a room come to them in turn. */
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
  /** Why connections were lost that nobody here closed. */
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

  /** Makes the rooms, connects everybody, and joins everybody. Rejects at the first refusal. */
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

  /** Makes contents differ from each other. */
  nextNumber(): number {
    return this.#numbered++
  }

  /** Whether everybody who is still there heard everything before the time was over. */
  async drained(timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs
    while (this.members.some((member) => !member.isCurrent)) {
      if (performance.now() > deadline) return false
      await Bun.sleep(drainPollMs)
    }
    return true
  }

  /** Begins anew with the checking, so that a long load can be checked piece by piece. Call it when all is quiet. */
  restart(): void {
    this.#check = new DeliveryCheck()
    for (const room of this.rooms) {
      room.rev = room.tape.messages.at(-1)?.rev ?? room.rev
      room.tape = this.#newTape()
      for (const member of room.members) member.restart(this.#check)
    }
  }

  /** Holds what everybody saw against what a newcomer reads from the server. Call it when all is quiet. */
  async verdict(): Promise<Anomaly[]> {
    const ids = this.rooms.map(({ id }) => id)
    const options = { ...this.#options.connect, messagesMax: this.#numbered }
    return this.#check.verdict(await readRooms(this.#options.urls[0], ids, options))
  }

  /** Holds what everybody saw since `restart` against each other only: for a server that stores nothing. */
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
    // One further for each room, so that the first of all rooms, who speak most, are not all at the first server.
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
