/** One's own rooms with their unread messages, the other public rooms, and oneself. */
import { texts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { Mark, PlusIcon, SearchIcon } from "./icons.tsx"
import { keyNames } from "./key-names.ts"
import { lazily } from "./lazily.tsx"
import { onceConnected } from "./load-later.ts"
import { Me } from "./me.tsx"
import { isWide } from "./media.ts"
import { openOverlay } from "./overlay.ts"
import { OwnRooms } from "./own-rooms.tsx"

const lazyOtherRooms = lazily(async () => (await onceConnected()).OtherRooms)

export function Sidebar() {
  const client = useClient()
  const t = texts().sidebar
  // On a narrow screen it is a view of its own, with the same elements, so that its scroll position is kept.
  const isView = !isWide.value && client.open.value === undefined
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a label
    <div class="sidebar" role={isView ? "main" : "complementary"} aria-label={t.label}>
      <div class="brand">
        <div {...(isView ? { role: "heading", "aria-level": 1 } : {})}>
          <a href="/" class="wordmark">
            <Mark />
            Warren
          </a>
        </div>
        <button
          type="button"
          class="icon-button"
          title={t.newRoom}
          aria-label={t.newRoom}
          onClick={() => openOverlay({ kind: "newRoom", name: "" })}
        >
          <PlusIcon />
        </button>
      </div>
      <FindButton />
      <nav class="room-lists" aria-label={t.label} onPointerEnter={() => void client.directory.renew()}>
        <OwnRooms />
        <lazyOtherRooms.View />
      </nav>
      <Me />
    </div>
  )
}

function FindButton() {
  return (
    <button
      type="button"
      class="find-button"
      aria-keyshortcuts="Control+K Meta+K"
      onClick={() => openOverlay({ kind: "find" })}
    >
      <SearchIcon />
      <span>{texts().sidebar.find}</span>
      <span class="keys" aria-hidden="true">
        {keyNames().control} K
      </span>
    </button>
  )
}
