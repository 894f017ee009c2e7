/** Which view there is: the token's, the name's, or the chat itself. */
import { useClient } from "./context.ts"
import { lazily } from "./lazily.tsx"
import { lasting, later } from "./load-later.ts"
import { Overlays } from "./overlays.tsx"
import { Shell } from "./shell.tsx"
import { Welcome } from "./welcome.tsx"

const lazyToken = lazily(async () => (await later()).TokenView)
const lazyAnnouncer = lazily(async () => (await lasting()).Announcer)

export function App() {
  const { identity, connection } = useClient()
  if (connection.state.value.kind === "unauthorized") return <lazyToken.View />
  if (identity.user.value === undefined) return <Welcome />
  return (
    <>
      <Shell />
      <Overlays />
      <lazyAnnouncer.View />
    </>
  )
}
