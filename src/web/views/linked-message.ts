/**
 * The message in the address: `/r/<room>/<seq>`. A link is followed once: when somebody comes back to it or reloads the
 * page, they continue where they stopped.
 */
import { isRecord } from "../core/kept.ts"
import { address, pathOf } from "../navigation.ts"

/** As in the address, whether it was followed or not. */
function seqInAddress(): number | undefined {
  const digits = /^\/r\/[^/]+\/(\d{1,15})\/?$/.exec(address.value)?.[1]
  return digits === undefined ? undefined : Math.max(1, Number(digits))
}

/** The one that has yet to be scrolled to. */
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
