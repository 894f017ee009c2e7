/**
 * What is kept of a picture: ranges of the original file, and a few bytes that are written
 * anew. Nothing is decoded, so the pixels stay as they are.
 */
import { ChatError } from "../../contract/errors.ts"

export type Part = { readonly from: number; readonly to: number } | { readonly bytes: Uint8Array }

export interface Plan {
  readonly parts: readonly Part[]
}

export interface PicturePlan extends Plan {
  /** In pixels, as it is displayed; 0 if the file does not say. */
  readonly width: number
  readonly height: number
}

/** A picture has some dozens, a long animation thousands. */
const piecesMax = 200_000

/** Adjacent ranges become one. */
export class Parts {
  readonly list: Part[] = []
  readonly #what: string
  #pieces = 0

  constructor(what = "picture") {
    this.#what = what
  }

  keep(from: number, to: number): void {
    this.count()
    const last = this.list.at(-1)
    if (last !== undefined && "to" in last && last.to === from)
      this.list[this.list.length - 1] = { from: last.from, to }
    else this.list.push({ from, to })
  }

  write(bytes: Uint8Array): void {
    this.count()
    this.list.push({ bytes })
  }

  /** Looks at one more piece of the file. */
  count(): void {
    if (++this.#pieces > piecesMax) throw damaged(this.#what)
  }
}

export function damaged(what = "picture"): ChatError {
  const message = `This ${what} is damaged, so what it tells of its place and camera cannot be removed from it.`
  return new ChatError("ERR_VALIDATION", { message })
}
