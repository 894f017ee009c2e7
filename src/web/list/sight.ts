/** What is visible of a list, as far as others need to know. */
import type { Layout, View } from "./layout.ts"

export interface Sight {
  /** The end is visible, and stays visible. */
  readonly isAtEnd: boolean
  /** The visible rows, from the top, without spaces. */
  readonly rows: readonly RowInSight[]
  readonly space: SpaceInSight | undefined
}

export interface RowInSight {
  readonly row: number
  /** How far its upper edge is below that of the view; negative above it. */
  readonly offset: number
  /** Its lower edge is in view. */
  readonly isEndSeen: boolean
}

/** A space that is visible, or nearly. */
export interface SpaceInSight {
  readonly row: number
  /** The positions of the view's upper and lower edge in it: 0 is its beginning, 1 its end. */
  readonly from: number
  readonly to: number
  /** The top of the view on the canvas. */
  readonly top: number
}

/** A space is filled when it is nearer to the view than this. */
const nearPx = 1_500

export function sightOf(layout: Layout, view: View, isAtEnd: boolean): Sight {
  const { heights } = layout
  const range = layout.range(view.top, view.top + view.height)
  const rows: RowInSight[] = []
  for (let row = range.low, top = range.top; row <= range.high; top += heights.of(row), row++) {
    const isEndSeen = top + heights.of(row) <= view.top + view.height + 1
    if (!heights.isSpace(row)) rows.push({ row, offset: top - view.top, isEndSeen })
  }
  return { isAtEnd, rows, space: spaceNear(layout, view) }
}

function spaceNear(layout: Layout, view: View): SpaceInSight | undefined {
  const { heights } = layout
  const range = layout.range(view.top - nearPx, view.top + view.height + nearPx)
  const row = heights.rows.spaces.find((space) => space >= range.low && space <= range.high)
  if (row === undefined) return undefined
  const top = layout.topOf(row)
  const partAt = (edge: number) => Math.min(1, Math.max(0, (edge - top) / heights.of(row)))
  return { row, from: partAt(view.top), to: partAt(view.top + view.height), top: view.top }
}
