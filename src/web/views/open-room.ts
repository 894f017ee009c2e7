/** Keeps the open room visible in the list of rooms, however it was opened: by a key, a link, or the browser's Back. */
import { effect } from "@preact/signals-core"
import type { Client } from "../core/client.ts"

export function followOpenRoom(client: Client): void {
  effect(() => {
    // A new room is in the list once its name is known.
    const isListed = client.open.value !== undefined && client.open.value.name.value !== ""
    if (isListed) requestAnimationFrame(showInList)
  })
}

function showInList(): void {
  document.querySelector(".room-lists [aria-current]")?.scrollIntoView({ block: "nearest" })
}
