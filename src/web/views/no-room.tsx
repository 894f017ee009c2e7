/** Where the room would be while none is open. */
import { Mark } from "./icons.tsx"

export function NoRoom() {
  return (
    <main class="pane empty-pane">
      <Mark size={56} />
      <h1>Choose a room</h1>
      <p>Rooms are on the left. The plus above them makes a new one.</p>
    </main>
  )
}
