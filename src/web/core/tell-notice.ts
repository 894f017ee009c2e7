/** The text of a line about who came and went. */
import { laterTexts } from "../texts/texts.ts"
import type { Movement, Notice } from "./notices.ts"

const namesMax = 3
const movements: readonly Movement[] = ["joined", "left", "visited"]

/** "Ada and Ben joined · Cy left", in the order of joined, left, visited. */
export function describeNotice(notice: Notice): string {
  const movers = [...notice.values()]
  return movements
    .map((movement) => [movement, movers.filter((mover) => mover.movement === movement)] as const)
    .filter(([, some]) => some.length > 0)
    .map(([movement, some]) =>
      laterTexts().notices[movement](listed(some.map(({ username }) => username)), some.length),
    )
    .join(" · ")
}

/** "Ada, Ben, and 4 others". */
export function listed(names: readonly string[]): string {
  const shown = names.length > namesMax ? names.slice(0, namesMax - 1) : names
  return laterTexts().names.list(shown, names.length - shown.length)
}
