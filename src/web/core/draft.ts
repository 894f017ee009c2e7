/**
 * The unsent text in a room, and the message it answers. It survives the page, and all tabs share it: somebody writes
 * in one of them at a time, and the others follow.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { isString, type Kept, type KeptChange } from "./kept.ts"
import { isQuote } from "./pending.ts"
import type { Quote } from "./wire.ts"

export class Draft {
  readonly #kept: Kept
  readonly #key: () => string
  readonly #replyKey: () => string
  readonly #text = signal("")
  readonly #replyTo = signal<Quote | undefined>(undefined)
  #rescued = ""
  #isKept = true

  /** The user may change: nobody finds what another wrote. */
  constructor(roomId: string, kept: Kept, userId: () => string) {
    this.#kept = kept
    this.#key = () => `draft.${userId()}.${roomId}`
    this.#replyKey = () => `reply.${userId()}.${roomId}`
    this.reload()
  }

  get text(): ReadonlySignal<string> {
    return this.#text
  }

  /** The message that it answers. */
  get replyTo(): ReadonlySignal<Quote | undefined> {
    return this.#replyTo
  }

  /** Whether it still begins with the text of an edit whose message is gone. */
  get isRescue(): boolean {
    return this.#rescued !== "" && this.#text.value.startsWith(this.#rescued)
  }

  /** Whether closing the page would lose it. */
  get isAtRisk(): boolean {
    return !this.#isKept && this.#text.value !== ""
  }

  write(text: string): void {
    this.#text.value = text
    this.#isKept = this.#kept.write(this.#key(), text === "" ? undefined : text)
  }

  reply(to: Quote | undefined): void {
    this.#replyTo.value = to
    this.#kept.write(this.#replyKey(), to)
  }

  /** Inserts a text before it. */
  prepend(text: string): void {
    this.write([text, this.#text.value].filter((part) => part !== "").join("\n"))
  }

  /** Inserts the text of an edit whose message is gone. */
  rescue(text: string): void {
    this.#rescued = text
    this.prepend(text)
  }

  reload(): void {
    this.#text.value = this.#kept.read(this.#key(), isString) ?? ""
    this.#replyTo.value = this.#kept.read(this.#replyKey(), isQuote)
    this.#isKept = true
  }

  keptElsewhere({ key, isRemoval }: KeptChange): void {
    if (key === this.#replyKey()) this.#replyTo.value = this.#kept.read(key, isQuote)
    if (key !== this.#key()) return
    if (isRemoval) this.#text.value = ""
    else this.#text.value = this.#kept.read(key, isString) ?? this.#text.value
  }
}
