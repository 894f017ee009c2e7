/** Where messages are that were not fetched yet: they come when one looks there. */
import { texts } from "../texts/texts.ts"

export function GapRow({ heightPx }: { readonly heightPx: number }) {
  return (
    <li class="gap" aria-busy="true" style={{ height: `${heightPx}px` }}>
      <span>{texts().messages.loadingOlder}</span>
    </li>
  )
}
