/** Which view there is: the entrance's, the name's, or the chat itself. */
import { useClient } from "./context.ts"
import { offeredCode } from "./entrance.ts"
import { lazily } from "./lazily.tsx"
import { account, lasting } from "./load-later.ts"
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
      <lazyOverlays.View />
      <lazyAnnouncer.View />
    </>
  )
}
