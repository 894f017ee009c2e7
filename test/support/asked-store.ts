import type { Command } from "../../src/chat/rules/rules.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"

/** A store that keeps what it is asked, and knows nothing: its test answers. */
export class AskedStore implements ChatStore {
  readonly asked: Command[] = []
  /** Whether the next is not taken. */
  isFull = false
  readonly #answerFor: ((command: Command) => unknown) | undefined
  readonly #waiting: ((outcome: never) => void)[] = []

  /** With `answerFor` everything is answered by itself; without it, what waits longest by `answer`. */
  constructor(answerFor?: (command: Command) => unknown) {
    this.#answerFor = answerFor
  }

  readonly submit: ChatStore["submit"] = (command, settle) => {
    if (this.isFull) throw new ChatError("ERR_BUSY")
    this.asked.push(command)
    if (this.#answerFor === undefined) this.#waiting.push(settle)
    else queueMicrotask(() => settle(this.#answerFor?.(command) as never))
  }

  answer(outcome: unknown): void {
    const settle = this.#waiting.shift()
    if (settle === undefined) throw new Error("Nobody waits for an answer.")
    settle(outcome as never)
  }

  /** What was asked since this was called last. */
  takeAsked(): Command[] {
    return this.asked.splice(0)
  }

  counts = async () => ({ rooms: 0, messages: 0 })
  close = async () => {}
}
