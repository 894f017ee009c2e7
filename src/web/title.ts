/** The title of the page: how much is unread anywhere, and where one is. */
import { effect } from "@preact/signals-core"
import type { Client } from "./core/client.ts"

export function followTitle(client: Client): void {
  effect(() => {
    const unread = client.unread.value
    const room = client.open.value?.name.value
    const badge = unread > 0 ? `(${unread > 99 ? "99+" : unread}) ` : ""
    // Isolated, so that a name that runs from right to left does not turn the rest.
    document.title = `${badge}${room ? `\u2068${room}\u2069 · ` : ""}Warren`
  })
}
