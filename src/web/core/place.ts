/**
 * Where somebody stopped in a room: the message at the top of the view, and its exact
 * offset. The tab keeps it, also when other rooms are opened or the page is reloaded.
 */
import { isRecord, type Kept } from "./kept.ts"

export interface Spot {
  readonly seq: number
  /** How far its upper edge is below that of the view, in CSS pixels; negative above it. */
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

  /** `undefined`: at the end, whatever comes. */
  get spot(): Spot | undefined {
    return this.#spot
  }

  /** Called with every step of a scroll, so it is written later. */
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
