/** The page: its parts put together, and what only a browser has (storage, focus, network) told to them. */
import { effect, untracked } from "@preact/signals-core"
import { render } from "preact"
import { Attention } from "./attention.ts"
import { connect } from "./connect.ts"
import { Client } from "./core/client.ts"
import { systemClock } from "./core/clock.ts"
import { changeOf, Kept } from "./core/kept.ts"
import { Preferences } from "./core/preferences.ts"
import { tokenInFragment } from "./core/token.ts"
import { keepPage } from "./files.ts"
import { followLanguage } from "./language.ts"
import { followAddress, roomInAddress } from "./navigation.ts"
import { followNetwork } from "./network.ts"
import { followTheme } from "./theme.ts"
import { followTitle } from "./title.ts"
import { App } from "./views/app.tsx"
import { ClientContext } from "./views/context.ts"

const kept = new Kept(() => localStorage)
const preferences = new Preferences(kept)
const client = new Client({
  connect,
  clock: systemClock,
  hasNetwork: followNetwork(),
  kept,
  keptInTab: new Kept(() => sessionStorage),
})

takeTokenFromAddress()
addEventListener("hashchange", takeTokenFromAddress)
addEventListener("storage", (event) => {
  client.keptElsewhere(changeOf(event))
  preferences.reload()
})
addEventListener("beforeunload", (event) => client.isAtRisk && event.preventDefault())
followTheme(preferences)
followAddress()
keepPage()
effect(() => {
  const roomId = roomInAddress()
  untracked(() => client.visit(roomId))
})
followTitle(client)
const attention = new Attention(client)
client.start()

void followLanguage(preferences).then(() => {
  render(
    <ClientContext.Provider value={{ client, attention, preferences }}>
      <App />
    </ClientContext.Provider>,
    document.body,
  )
})

/** A token in a link is kept, and does not stay where it is seen, shared and remembered. */
function takeTokenFromAddress(): void {
  const token = tokenInFragment(location.hash)
  if (token === undefined) return
  history.replaceState(null, "", location.pathname)
  client.offerToken(token)
}
