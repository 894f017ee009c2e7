/**
 * Sends answers together: those of one turn to a websocket leave in one write, after what
 * was published to it. A write costs more than everything else about an answer.
 */
import type { Incidents } from "../../observe/incidents.ts"
import type { Wire } from "../engine/wire.ts"

export class Answers {
  readonly #incidents: Incidents
  #due = new Map<Wire, (() => void)[]>()

  constructor(incidents: Incidents) {
    this.#incidents = incidents
  }

  /** Calls `answer` before the next turn, after what is already due to this connection. */
  give(wire: Wire, answer: () => void): void {
    // A microtask runs when the whole batch of the store has been announced.
    if (this.#due.size === 0) queueMicrotask(() => this.#flush())
    const due = this.#due.get(wire)
    if (due === undefined) this.#due.set(wire, [answer])
    else due.push(answer)
  }

  /** Calls `answer` at once, after what is due: a page must count as unread before the next one begins. */
  giveNow(wire: Wire, answer: () => void): void {
    const due = this.#due.get(wire) ?? []
    this.#due.delete(wire)
    wire.together(() => this.#giveAll([...due, answer]))
  }

  #flush(): void {
    const due = this.#due
    this.#due = new Map()
    for (const [wire, answers] of due) wire.together(() => this.#giveAll(answers))
  }

  #giveAll(answers: readonly (() => void)[]): void {
    for (const answer of answers) safely(this.#incidents, answer)
  }
}

/** For calls into Socket.IO where an exception would end the process, or leave a batch half announced. */
export function safely(incidents: Incidents, call: () => void): void {
  try {
    call()
  } catch (cause) {
    incidents.report("emit", "An emit failed unexpectedly: {cause}", { cause }, { level: "error" })
  }
}
