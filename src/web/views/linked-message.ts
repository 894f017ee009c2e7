/**
 * The message that the address names: `/r/<room>/<seq>`. A link is followed once: whoever comes back to it, or loads
 * the page again, finds the place where they stopped.
 */
import { isRecord } from "../core/kept.ts"
import { address, pathOf } from "../navigation.ts"

/** As it stands in the address, whether it was followed or not. */
function seqInAddress(): number | undefined {
  const digits = /^\/r\/[^/]+\/(\d{1,15})\/?$/.exec(address.value)?.[1]
  return digits === undefined ? undefined : Math.max(1, Number(digits))
}

/** The one that is still to be brought into view. */
export function linkedSeq(): number | undefined {
  const seq = seqInAddress()
  const state: unknown = history.state
  return isRecord(state) && state["arrivedAt"] === seq ? undefined : seq
}

export function rememberArrival(seq: number): void {
  const state: unknown = history.state
  if (seq === seqInAddress()) history.replaceState({ ...(isRecord(state) ? state : {}), arrivedAt: seq }, "")
}

export const linkToMessage = (roomId: string, seq: number): string => `${pathOf(roomId)}/${seq}`
