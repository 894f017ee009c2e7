/**
 * What one room said, from all its clients together: every rev once, every
 * send with its outcome, and how far the room was known to have come.
 */
import type { ErrorCode } from "../../contract/errors.ts"
import type { Message, Send } from "./observation.ts"
import type { View } from "./view.ts"

/** A message somebody saw, and who that was. */
export interface Sighting {
  readonly message: Message
  readonly client: string
}

/** A send as its client knows it. */
export interface Sending {
  readonly client: string
  readonly send: Send
  /** Which connection of the client it left by, counted from 0. */
  readonly connection: number
  attempts: number
  outcome: "open" | "acked" | "refused"
  /** The id of what the ack held. */
  storedAs?: string
}

/** What a room said, from all clients together. */
export class RoomLog {
  readonly views = new Map<string, View>()
  readonly sendings = new Map<Send, Sending>()
  /** What differs from the first sighting of the same rev. */
  readonly conflicts: Sighting[] = []
  readonly versions = new Map<number, Sighting>()
  /** What changes were answered with. */
  readonly changes: Sighting[] = []
  /** Of messages that were changed: the numbers of their changes, as far as they were seen. */
  readonly #changed = new Map<string, number[]>()
  /** The highest rev that anybody was told. */
  told = 0

  saw(client: string, message: Message): void {
    const known = this.versions.get(message.rev)
    if (known === undefined) {
      this.versions.set(message.rev, { message, client })
      if (message.rev !== message.seq) this.#changed.set(message.id, insorted(this.changesOf(message.id), message.rev))
    } else if (known.message !== message && !sameVersion(known.message, message)) {
      this.conflicts.push({ message, client })
    }
    if (message.rev > this.told) this.told = message.rev
  }

  /** In order. */
  changesOf(id: string): readonly number[] {
    return this.#changed.get(id) ?? []
  }

  changed(client: string, message: Message): void {
    this.changes.push({ message, client })
    this.saw(client, message)
  }

  read(client: string, messages: readonly Message[], rev = 0): void {
    for (const message of messages) this.saw(client, message)
    this.told = Math.max(this.told, rev)
  }

  sent(client: string, send: Send, connection: number): void {
    const known = this.sendings.get(send)
    if (known) known.attempts++
    else this.sendings.set(send, { client, send, connection, attempts: 1, outcome: "open" })
  }

  acked(send: Send, message: Message): void {
    const sending = this.sendings.get(send)
    if (sending) Object.assign(sending, { outcome: "acked", storedAs: message.id })
  }

  refused(send: Send, code: ErrorCode): void {
    // After these two the outcome is open, by contract.
    if (code === "ERR_STORAGE" || code === "ERR_BUSY") return
    const sending = this.sendings.get(send)
    // A refused retry says nothing of the attempt before it.
    if (sending?.outcome === "open" && sending.attempts === 1) sending.outcome = "refused"
  }
}

function insorted(revs: readonly number[], rev: number): number[] {
  return [...revs, rev].sort((a, b) => a - b)
}

/** `user` and `replyTo` are those of the time of reading, and `isMine` is the reader's: no part of a version. */
export function sameVersion(a: Message, b: Message): boolean {
  return (
    a.id === b.id &&
    a.roomId === b.roomId &&
    a.seq === b.seq &&
    a.rev === b.rev &&
    a.type === b.type &&
    a.content === b.content &&
    a.userId === b.userId &&
    a.createdAt === b.createdAt &&
    a.editedAt === b.editedAt &&
    a.deletedAt === b.deletedAt &&
    reactionsOf(a) === reactionsOf(b)
  )
}

function reactionsOf({ reactions }: Message): string {
  return reactions === undefined ? "" : JSON.stringify(reactions.map(({ isMine, ...reaction }) => reaction))
}
