/** The page: its parts put together, with what only a browser has (storage, focus, network). */
import { effect, signal, untracked } from "@preact/signals-core"
import { render } from "preact"
import type { Notifications } from "./alerts/notifications.ts"
import { Attention } from "./attention.ts"
import { connect } from "./connect.ts"
import { Client } from "./core/client.ts"
import { systemClock } from "./core/clock.ts"
import { changeOf, Kept } from "./core/kept.ts"
import { Preferences } from "./core/preferences.ts"
import { inFragment } from "./core/token.ts"
import { followFindKey } from "./find-key.ts"
import { followLanguage } from "./language.ts"
import { followAddress, goToPath, roomInAddress } from "./navigation.ts"
import { followNetwork } from "./network.ts"
import { followTheme } from "./theme.ts"
import { App, lazyEntrance } from "./views/app.tsx"
import { ClientContext } from "./views/context.ts"
import { lasting } from "./views/load-later.ts"
import { offeredCode } from "./views/offered-code.ts"

const kept = new Kept(() => localStorage)
const preferences = new Preferences(kept)
const client = new Client({
  connect,
  clock: systemClock,
  hasNetwork: followNetwork(),
  kept,
  keptInTab: new Kept(() => sessionStorage),
  whose: async () => (await import("./core/recognizing.ts")).accountOfCookie(),
})

takeFromAddress()
addEventListener("hashchange", takeFromAddress)
addEventListener("storage", (event) => {
  client.keptElsewhere(changeOf(event))
  preferences.reload()
})
addEventListener("beforeunload", (event) => client.isAtRisk && event.preventDefault())
followTheme(preferences)
followAddress()
effect(() => {
  const roomId = roomInAddress()
  untracked(() => client.visit(roomId))
})
const attention = new Attention(client)
const notifications = signal<Notifications | undefined>(undefined)
client.start()

const isNew = client.identity.user.peek() === undefined || offeredCode.peek() !== undefined
void Promise.all([followLanguage(preferences), isNew && lazyEntrance.load()]).then(() => {
  // Replaces the document's initial frame, which stays until there is something to see.
  document.body.replaceChildren()
  render(
    <ClientContext.Provider value={{ client, attention, preferences, notifications }}>
      <App />
    </ClientContext.Provider>,
    document.body,
  )
  followLater().catch(() => {})
})

/**
 * Reading and writing do not wait for it. Without it, there are no shortcuts, sounds and notifications until the next
 * visit.
 */
async function followLater(): Promise<void> {
  followFindKey(client)
  const { follow } = await lasting()
  notifications.value = follow({ client, attention, preferences, onOpen: goToPath })
}

/**
 * A token in a link is stored, a code is used when the person agrees; neither stays in the address, where it would be
 * seen, shared and remembered.
 */
function takeFromAddress(): void {
  const [token, code] = [inFragment(location.hash, "token"), inFragment(location.hash, "code")]
  if (token === undefined && code === undefined) return
  history.replaceState(null, "", location.pathname)
  if (token !== undefined) client.offerToken(token)
  if (code !== undefined) offeredCode.value = code
}
