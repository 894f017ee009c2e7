/** Which view there is: the entrance's, the name's, or the chat itself. */
import { useClient } from "./context.ts"
import { lazily } from "./lazily.tsx"
import { account, lasting } from "./load-later.ts"
import { offeredCode } from "./offered-code.ts"
import { overlay, search } from "./overlay.ts"
import { Shell } from "./shell.tsx"
import { Welcome } from "./welcome.tsx"

const lazyEntrance = lazily(async () => (await account()).Entrance)
const lazyOverlays = lazily(async () => (await lasting()).Overlays)
const lazyAnnouncer = lazily(async () => (await lasting()).Announcer)

export function App() {
  const { identity, connection } = useClient()
  if (connection.state.value.kind === "unauthorized" || offeredCode.value !== undefined) return <lazyEntrance.View />
  if (identity.user.value === undefined) return <Welcome />
  return (
    <>
      <Shell />
      <Dialogs />
      <lazyAnnouncer.View />
    </>
  )
}

/** Goes before the room that one goes to from it comes: whatever closes last gives the focus back. */
function Dialogs() {
  // There at once when one is opened: what is typed into it must not go elsewhere.
  void lazyOverlays.load()
  return overlay.value || search.value ? <lazyOverlays.View /> : null
}
