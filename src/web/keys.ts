/**
 * Shortcuts that work everywhere in the page. `shortcuts-dialog.tsx` lists them all. ↑ alone is reserved for editing.
 */
import type { Client } from "./core/client.ts"
import { markAllRead, markRead } from "./core/read-and-mute.ts"
import { inOrder, roomBeside } from "./core/room-order.ts"
import { letterOf } from "./letter-of.ts"
import { go, pathOf } from "./navigation.ts"
import { composer } from "./views/composer-field.ts"
import { openOverlay, search } from "./views/overlay.ts"

export function followKeys(client: Client): void {
  addEventListener("keydown", (event) => {
    const action = client.identity.user.value === undefined ? undefined : actionOf(event, client)
    if (action === undefined) return
    event.preventDefault()
    action()
  })
}

function actionOf(event: KeyboardEvent, client: Client): (() => void) | undefined {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event
  const isCommand = (ctrlKey || metaKey) && !altKey && !shiftKey
  if (event.defaultPrevented || document.querySelector("dialog[open]") !== null) return undefined
  const letter = letterOf(event)
  if ((ctrlKey || metaKey) && !altKey && shiftKey && letter === "f") return () => goOnSearching(client)
  if (isCommand && letter === "/") return () => openOverlay({ kind: "shortcuts" })
  if (key === "Escape" && isAtComposer(event.target)) return () => markRoomsRead(client, { isAll: shiftKey })
  if ((key === "?" || key === "؟") && !ctrlKey && !metaKey && !isWriting(event.target))
    return () => openOverlay({ kind: "shortcuts" })
  const by = altKey && !ctrlKey && !metaKey ? ({ ArrowDown: 1, ArrowUp: -1 } as const)[key] : undefined
  return by && (() => goBeside(client, by, { isUnread: shiftKey }))
}

/** As it was left, or in the open room. */
function goOnSearching(client: Client): void {
  search.value = { query: undefined, room: client.open.value }
}

function goBeside(client: Client, by: 1 | -1, { isUnread }: { readonly isUnread: boolean }): void {
  const open = client.open.value
  const rooms = inOrder(client.rooms.value).filter((room) => !isUnread || room === open || room.unread.value > 0)
  const room = roomBeside(rooms, open, by)
  if (room !== undefined && room !== open) go(pathOf(room.id))
}

/** The open room, or all rooms. */
function markRoomsRead(client: Client, { isAll }: { readonly isAll: boolean }): void {
  const room = client.open.value
  if (isAll) markAllRead(client)
  else if (room !== undefined) markRead(room)
}

/** Unless it closes something. */
function isAtComposer(target: EventTarget | null): boolean {
  return target === document.body || target === composer()
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]")
}
