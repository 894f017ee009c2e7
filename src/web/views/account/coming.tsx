/** In the place of what the server has yet to say: the frame that the document brings, too (`index.html`). */
import { ConnectionLine } from "../connection-line.tsx"
import { Mark } from "../icons.tsx"

export function Coming() {
  return (
    <main class="gate coming" aria-busy="true">
      <form>
        <Mark size={48} />
        <h1>Warren</h1>
        <i class="lead" />
        <span class="input" />
        <span class="button primary" />
        <span class="input" />
        <ConnectionLine />
      </form>
    </main>
  )
}
