/**
 * Everything that starts once the page can be read: shortcuts, dialogs, dropped files, typing outside a field,
 * attention, the title, and the calendar.
 */
import { followNews } from "./alerts/alerts.ts"
import type { Notifications } from "./alerts/notifications.ts"
import { followCalendar } from "./calendar.ts"
import { keepPage } from "./drops.ts"
import { keepFocus } from "./kept-focus.ts"
import { followKeys } from "./keys.ts"
import { followMarkKeys } from "./mark-keys.ts"
import { followServer } from "./newer-page.ts"
import { followPageKeys } from "./page-keys.ts"
import { followTitle } from "./title.ts"
import { surviveTranslators } from "./translators.ts"
import { followParcels } from "./uploads/browser-parcels.ts"
import { followOpenRoom } from "./views/open-room.ts"
import { loadDialogsAhead } from "./views/overlays.tsx"
import { followWriting } from "./writing-focus.ts"

export { Beside } from "./views/beside.tsx"
export { Overlays } from "./views/overlays.tsx"

/** Starts all of it. */
export function follow(parts: Parameters<typeof followNews>[0]): Notifications {
  const { client, attention, preferences } = parts
  keepPage()
  followTitle(client, preferences)
  followKeys(client)
  followPageKeys()
  followMarkKeys()
  followWriting()
  keepFocus()
  followCalendar()
  followParcels(client)
  followServer(client, attention)
  followOpenRoom(client)
  loadDialogsAhead()
  surviveTranslators(document.body)
  return followNews(parts)
}
