/** Over everything, also dialogs, while somebody holds files over the page: says where they go when dropped. */
import { isCaught, isHeldOver } from "../drops.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"

export function DropHint() {
  const { open } = useClient()
  const t = laterTexts().dropping
  if (!isHeldOver.value) return null
  const room = open.value
  const name = room?.joining.isBarred ? undefined : room?.name.value
  return (
    <div class="drop-hint" popover="manual" ref={showOver}>
      <p>{isCaught.value ? t.picture : name ? t.into(name) : t.anywhere}</p>
    </div>
  )
}

/** Without popovers, it is under dialogs. */
function showOver(hint: HTMLElement | null): void {
  if (hint && "showPopover" in hint) hint.showPopover()
}
