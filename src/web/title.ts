/** The title of the page: how much is unread anywhere, and where one is. */
import { effect } from "@preact/signals-core"
import type { Client } from "./core/client.ts"
import { texts } from "./texts/texts.ts"

export function followTitle(client: Client): void {
  effect(() => {
    const unread = client.unread.value
    const room = client.open.value?.name.value
    const t = texts().title
    const title = room ? t.room(room) : t.page
    document.title = unread > 0 ? t.unread(unread > 99 ? "99+" : `${unread}`, title) : title
  })
}
