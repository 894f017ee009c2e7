/**
 * How this person enters a room: by a join when there is a connection, and by the handshake
 * if they were in it before. Answers to earlier attempts, or of a lost connection, are
 * ignored; whoever is far behind starts over.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { pauseMs } from "./clock.ts"
import type { Feed } from "./feed.ts"
import { limits } from "./limits.ts"
import type { Movements } from "./movements.ts"
import type { Presence } from "./presence.ts"
import type { RoomScope } from "./scope.ts"
import type { Refused } from "./sentence-of.ts"
import { fetchMembers } from "./who-is-here.ts"
import type { Answer, Member, Payload, Refusal, RoomInfo } from "./wire.ts"

export type RoomPhase =
  /** Waiting for a connection, or for the answer to its join. */
  | { readonly kind: "waiting" }
  | { readonly kind: "joined" }
  | { readonly kind: "missing" }
  | { readonly kind: "refused"; readonly reason: Refused }

interface JoiningParts {
  readonly scope: RoomScope
  readonly feed: Feed
  readonly presence: Presence
  readonly movements: Movements
  /** The answer to a join, which is not complete yet. */
  readonly onAnswer: (room: RoomInfo) => void
  readonly onJoined: () => void
}

export class Joining {
  readonly #parts: JoiningParts
  readonly #phase = signal<RoomPhase>({ kind: "waiting" })
  #attempt = 0
  #wasAnswered = false
  /** The handshake asked to rejoin, and history has not come yet. */
  #isReturning = false

  constructor(parts: JoiningParts) {
    this.#parts = parts
  }

  get phase(): ReadonlySignal<RoomPhase> {
    return this.#phase
  }

  get isJoined(): boolean {
    return this.#phase.value.kind === "joined"
  }

  /** Whether there is no way in. */
  get isBarred(): boolean {
    const { kind } = this.#phase.value
    return kind === "missing" || kind === "refused"
  }

  /** `afresh` drops what is known and begins with the latest page. */
  async join({ afresh = false } = {}): Promise<void> {
    const attempt = this.#come()
    const { scope, feed } = this.#parts
    const { connection, user, clock, roomId } = scope
    for (let failures = 0; connection.isOnline && attempt === this.#attempt; failures++) {
      const since = afresh ? {} : feed.since
      const reply = await connection.request("join_room", { roomId, ...user(), ...since })
      if (attempt !== this.#attempt) return
      if (reply.ok) return this.#answered(reply)
      const next = afterRefusal(reply.error)
      if (next !== "again") {
        this.#phase.value = next
        return
      }
      await clock.wait(reply.error.retryAfterMs ?? pauseMs(failures))
    }
  }

  /** What a handshake sends to rejoin. The first join returns more than a rejoin. */
  get ticket(): Payload<"join_room"> | undefined {
    const { scope, feed } = this.#parts
    const canReturn = this.#wasAnswered && this.#phase.value.kind === "waiting"
    return canReturn ? { roomId: scope.roomId, ...scope.user(), ...feed.since } : undefined
  }

  /** The handshake had the ticket: history comes by itself, and who is here is fetched. */
  async comeBack(): Promise<void> {
    const attempt = this.#come()
    this.#isReturning = true
    const { scope, presence, movements } = this.#parts
    const onFound = (members: readonly Member[]) => movements.found(members)
    const wanted = { max: limits.crowdedAbove, isWanted: () => attempt === this.#attempt, onFound }
    for (let failures = 0; wanted.isWanted(); failures++) {
      const error = await fetchMembers(scope, presence, wanted)
      if (!wanted.isWanted() || error?.code === "LOST") return
      if (error === undefined) return presence.begin()
      if (error.code === "ERR_NOT_IN_ROOM") return this.join()
      await scope.clock.wait(error.retryAfterMs ?? pauseMs(failures))
    }
  }

  /** History that nobody here asked for: the answer to a handshake. */
  historyCame(rev: number): void {
    if (this.#isReturning) this.#admitted(rev)
  }

  /** The connection is lost, or the person left. */
  lost(): void {
    this.#attempt++
    this.#isReturning = false
    if (this.isJoined) this.#phase.value = { kind: "waiting" }
  }

  /** The room cannot be entered any more. */
  end(phase: RoomPhase): void {
    this.lost()
    this.#phase.value = phase
  }

  #come(): number {
    const { movements, presence } = this.#parts
    this.#isReturning = false
    movements.begin(presence.members.value.keys())
    return ++this.#attempt
  }

  #answered({ room, members, memberCount, rev }: Answer<"join_room">): void {
    const { presence, movements, onAnswer } = this.#parts
    this.#wasAnswered = true
    onAnswer(room)
    presence.reset(members, memberCount)
    movements.found(members)
    this.#admitted(rev)
  }

  #admitted(rev: number): void {
    this.#isReturning = false
    if (this.#parts.feed.isFarBehind(rev)) {
      void this.join({ afresh: true })
      return
    }
    this.#phase.value = { kind: "joined" }
    this.#parts.onJoined()
  }
}

function afterRefusal(error: Refusal): RoomPhase | "again" {
  if ("field" in error && error.field === "roomId") return { kind: "missing" }
  switch (error.code) {
    case "LOST":
      return { kind: "waiting" }
    case "ERR_ROOM_NOT_FOUND":
      return { kind: "missing" }
    case "ERR_RATE_LIMITED":
    case "ERR_BUSY":
    case "ERR_STORAGE":
    case "ERR_INTERNAL":
      return "again"
    default:
      return { kind: "refused", reason: error }
  }
}
