/** Over everything, also over a dialog, while somebody holds files over the page: where they go when they are let go. */
import { isCaught, isHeldOver } from "../drops.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"

export function DropHint() {
  const { open } = useClient()
  const t = laterTexts().dropping
  if (!isHeldOver.value) return null
  const name = open.value?.name.value
  return (
    <div class="drop-hint" popover="manual" ref={showOver}>
      <p>{isCaught.value ? t.picture : name ? t.into(name) : t.anywhere}</p>
    </div>
  )
}

/** Where there are no popovers, it is under dialogs. */
function showOver(hint: HTMLElement | null): void {
  if (hint && "showPopover" in hint) hint.showPopover()
}
