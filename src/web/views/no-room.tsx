/** Shown in place of a room while none is open. */
import { texts } from "../texts/texts.ts"
import { Mark } from "./icons.tsx"
import { openOverlay } from "./overlay.ts"

export function NoRoom() {
  const t = texts().noRoom
  return (
    <main class="pane empty-pane">
      <Mark size={56} />
      <h1>{t.title}</h1>
      <p>{t.text}</p>
      <button type="button" class="button primary" onClick={() => openOverlay({ kind: "newRoom", name: "" })}>
        {t.create}
      </button>
    </main>
  )
}
