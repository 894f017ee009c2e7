/** Which view there is: the token's, the name's, or the chat itself. */
import { Announcer } from "./announcer.tsx"
import { useClient } from "./context.ts"
import { Overlays } from "./overlays.tsx"
import { Shell } from "./shell.tsx"
import { TokenView } from "./token-view.tsx"
import { Welcome } from "./welcome.tsx"

export function App() {
  const { identity, connection } = useClient()
  if (connection.state.value.kind === "unauthorized") return <TokenView />
  if (identity.user.value === undefined) return <Welcome />
  return (
    <>
      <Shell />
      <Overlays />
      <Announcer />
    </>
  )
}
