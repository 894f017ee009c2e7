/** Shown until the server has answered: the same frame as in the document (`index.html`). */
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
