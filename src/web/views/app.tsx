/** The current view: the entrance, or the chat itself. */
import { Fragment } from "preact"
import { texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { lazily } from "./lazily.tsx"
import { account, lasting, later } from "./load-later.ts"
import { offeredCode } from "./offered-code.ts"
import { closeOverlay, overlay, search } from "./overlay.ts"
import { Shell } from "./shell.tsx"
import { Waiting } from "./waiting.tsx"

export const lazyEntrance = lazily(async () => (await account()).Entrance)
const lazyOverlays = lazily(async () => (await lasting()).Overlays)
const lazyFind = lazily(async () => (await later()).FindDialog)
const lazyBeside = lazily(async () => (await lasting()).Beside)

export function App() {
  const { identity, connection } = useClient()
  const isKnown = identity.user.value !== undefined && connection.state.value.kind !== "unauthorized"
  if (!isKnown || offeredCode.value !== undefined) return <lazyEntrance.View />
  return (
    // Nothing that is drawn for one is drawn on for another.
    <Fragment key={identity.userId}>
      <Shell />
      <Dialogs />
      <lazyBeside.View />
    </Fragment>
  )
}

/** It is removed before the room it leads to appears: whatever closes last returns the focus. */
function Dialogs() {
  // Shown at once when a dialog is opened.
  void lazyOverlays.load()
  void lazyFind.load()
  const shown = overlay.value
  const close = () => shown && closeOverlay(shown)
  return (
    <>
      {(shown || search.value) && <lazyOverlays.View />}
      {shown?.kind === "find" && (
        <lazyFind.View onClose={close} waiting={<Waiting label={texts().find.label} onClose={close} />} />
      )}
    </>
  )
}
