/**
 * Where somebody stopped in a room: the message at the top of the view, and where exactly.
 * The tab keeps it, through other rooms and when the page is loaded again.
 */
import { isRecord, type Kept } from "./kept.ts"

export interface Spot {
  readonly seq: number
  /** How far its upper edge is below that of the view, in CSS pixels; less than 0 above it. */
  readonly offset: number
}

export class Place {
  readonly #kept: Kept
  readonly #key: string
  #spot: Spot | undefined

  constructor(roomId: string, keptInTab: Kept) {
    this.#kept = keptInTab
    this.#key = `place.${roomId}`
    this.#spot = keptInTab.read(this.#key, isSpot)
  }

  /** `undefined` is at the end, whatever comes. */
  get spot(): Spot | undefined {
    return this.#spot
  }

  /** Told with every step of a scroll, so it is written later. */
  move(spot: Spot | undefined): void {
    this.#spot = spot
  }

  keep(): void {
    this.#kept.write(this.#key, this.#spot)
  }
}

export function isSpot(value: unknown): value is Spot {
  return isRecord(value) && Number.isSafeInteger(value["seq"]) && Number.isFinite(value["offset"])
}
