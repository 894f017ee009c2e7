/**
 * What is being written in a room and was not sent. It outlives the page, and the tabs of a
 * browser share it: somebody writes in one of them at a time, and the others follow.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { isString, type Kept, type KeptChange } from "./kept.ts"

export class Draft {
  readonly #kept: Kept
  readonly #key: () => string
  readonly #text = signal("")
  #isKept = true

  /** Whose it is may change: nobody finds what another wrote. */
  constructor(roomId: string, kept: Kept, userId: () => string) {
    this.#kept = kept
    this.#key = () => `draft.${userId()}.${roomId}`
    this.reload()
  }

  get text(): ReadonlySignal<string> {
    return this.#text
  }

  /** Whether closing the page would lose it. */
  get isAtRisk(): boolean {
    return !this.#isKept && this.#text.value !== ""
  }

  write(text: string): void {
    this.#text.value = text
    this.#isKept = this.#kept.write(this.#key(), text === "" ? undefined : text)
  }

  /** Puts a text before what is there. */
  prepend(text: string): void {
    this.write([text, this.#text.value].filter((part) => part !== "").join("\n"))
  }

  reload(): void {
    this.#text.value = this.#kept.read(this.#key(), isString) ?? ""
    this.#isKept = true
  }

  keptElsewhere({ key, isRemoval }: KeptChange): void {
    if (key !== this.#key()) return
    if (isRemoval) this.#text.value = ""
    else this.#text.value = this.#kept.read(key, isString) ?? this.#text.value
  }
}
