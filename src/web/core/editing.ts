/** The message that is being edited, and the text so far. It survives a reload of the tab. */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import { isRecord, isString, type Kept } from "./kept.ts"

interface Edited {
  readonly messageId: string
  readonly text: string
}

export class Editing {
  readonly #kept: Kept
  readonly #key: () => string
  readonly #current = signal<Edited | undefined>(undefined)

  constructor(roomId: string, keptInTab: Kept, userId: () => string) {
    this.#kept = keptInTab
    this.#key = () => `edit.${userId()}.${roomId}`
    this.reload()
  }

  get current(): ReadonlySignal<Edited | undefined> {
    return this.#current
  }

  begin(messageId: string, text: string): void {
    this.#become({ messageId, text })
  }

  write(text: string): void {
    const current = this.#current.value
    if (current) this.#become({ ...current, text })
  }

  end(): void {
    this.#become(undefined)
  }

  /** The user has changed. */
  reload(): void {
    this.#current.value = this.#kept.read(this.#key(), isEdited)
  }

  #become(edited: Edited | undefined): void {
    this.#current.value = edited
    this.#kept.write(this.#key(), edited)
  }
}

function isEdited(value: unknown): value is Edited {
  return isRecord(value) && isString(value["messageId"]) && isString(value["text"])
}
