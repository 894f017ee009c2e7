/** The rows of a room as its list counts them. A new object whenever a row may look different. */
import { useMemo } from "preact/hooks"
import { calendar } from "../core/calendar.ts"
import type { Room } from "../core/room.ts"
import { type Row, type RowSource, rowAt } from "../core/rows.ts"
import { type Slot, Slots } from "../core/slots.ts"
import type { Rows } from "../list/heights.ts"
import { useClient } from "./context.ts"
import { estimateOf } from "./estimate.ts"

export interface RoomRows extends Rows {
  readonly slots: Slots
  readonly at: (row: number) => Exclude<Slot, { kind: "row" }> | { readonly kind: "message"; readonly row: Row }
}

export function useRows(room: Room): RoomRows {
  const { identity } = useClient()
  const { timeline } = room.feed
  const version = timeline.version.value
  const pending = room.sender.outbox.entries.value
  const changes = room.sender.outbox.changes.value
  const notices = room.movements.notices.after.value
  const line = room.reading.line.value
  const day = calendar.value
  const { userId } = identity
  return useMemo(() => {
    const { messages, gaps } = timeline
    const source: RowSource = { messages, gaps, pending, changes, notices, line, userId }
    return rowsOf(source, new Slots(source, (seq) => timeline.indexAfter(seq)))
  }, [version, pending, changes, notices, line, day, userId])
}

function rowsOf(source: RowSource, slots: Slots): RoomRows {
  return {
    slots,
    count: slots.count,
    spaces: slots.gaps,
    keyAt: (slot) => slots.keyAt(slot),
    spanAt: (slot) => slots.spanAt(slot),
    estimateAt: (slot) => estimateOf(source, slots.at(slot)),
    at: (slot) => {
      const at = slots.at(slot)
      const row = at.kind === "row" ? rowAt(source, at.index) : undefined
      return at.kind !== "row" ? at : row ? { kind: "message", row } : { kind: "beginning" }
    },
  }
}
