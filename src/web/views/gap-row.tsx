/** A gap of messages that were not fetched: they are fetched when it becomes visible. */
import { texts } from "../texts/texts.ts"

export function GapRow({ heightPx }: { readonly heightPx: number }) {
  return (
    <li class="gap" aria-busy="true" style={{ height: `${heightPx}px` }}>
      <span>{texts().messages.loadingOlder}</span>
    </li>
  )
}
