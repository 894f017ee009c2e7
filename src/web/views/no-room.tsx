/** Where the room would be while none is open. */
import { useState } from "preact/hooks"
import { texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { Mark } from "./icons.tsx"
import { NewRoom } from "./new-room.tsx"

export function NoRoom() {
  const client = useClient()
  const [isCreating, setCreating] = useState(false)
  const t = texts().noRoom
  return (
    <main class="pane empty-pane">
      <Mark size={56} />
      <h1>{t.title}</h1>
      <p>{t.text}</p>
      <button type="button" class="button primary" onClick={() => setCreating(true)}>
        {t.create}
      </button>
      {isCreating && (
        <NewRoom name="" onClose={() => setCreating(false)} onCreated={() => void client.directory.refresh()} />
      )}
    </main>
  )
}
