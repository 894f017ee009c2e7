/** The name most similar to a misspelled one, for "Did you mean …?". */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const wanted = given.toLowerCase()
  const begun = names.filter((name) => wanted.length >= 3 && name.startsWith(wanted))
  if (begun.length === 1) return begun[0]
  const slipsMax = Math.max(1, Math.floor(wanted.length / 3))
  const [best] = names
    .filter((name) => Math.abs(name.length - wanted.length) <= slipsMax)
    .map((name) => ({ name, slips: slipsBetween(wanted, name) }))
    .filter(({ slips }) => slips <= slipsMax)
    .sort((a, b) => a.slips - b.slips)
  return best?.name
}

/** The number of letters to add, remove, replace, or swap with their neighbour. */
function slipsBetween(a: string, b: string): number {
  let [beforeLast, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1]
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(beforeLast, column - 2) + 1 : Infinity,
      )
    }
    beforeLast = last
    last = current
  }
  return at(last, b.length)
}

function at(costs: readonly number[], index: number): number {
  return costs[index] ?? Infinity
}
