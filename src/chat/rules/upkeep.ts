/** What the server asks of its store for itself. */
import { always, type Rule } from "./rule.ts"

/** Writes something that changes nothing, to learn whether writing works. */
export interface Probe {
  readonly kind: "probe"
  readonly at: number
}

const probe: Rule<Probe, true> = {
  needs: () => ({}),
  writes: always,
  apply: (set, { at }) => {
    set.probed(at)
    return true
  },
}

export const rules = { probe }
