/** What somebody sees of a list, as far as others need to know. */
import type { Layout, View } from "./layout.ts"

export interface Sight {
  /** The end is in view and stays there. */
  readonly isAtEnd: boolean
  /** What is in view, from its top, without spaces. */
  readonly rows: readonly RowInSight[]
  readonly space: SpaceInSight | undefined
}

export interface RowInSight {
  readonly row: number
  /** How far its upper edge is below that of the view; less than 0 above it. */
  readonly offset: number
  /** Its lower edge is in view. */
  readonly isEndSeen: boolean
}

/** A space that is in view, or nearly. */
export interface SpaceInSight {
  readonly row: number
  /** Where the upper and the lower edge of the view are in it: 0 is its beginning, 1 its end. */
  readonly from: number
  readonly to: number
  /** Where the view begins on the canvas. */
  readonly top: number
}

/** Nearer than this to the view, a space is filled. */
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
