/** The few icons of the page, in one style. They only repeat what a label says. */
import type { ComponentChild } from "preact"

export function icon(paths: ComponentChild, size = 20, kind = "") {
  return () => (
    <svg
      class={`icon ${kind}`}
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {paths}
    </svg>
  )
}

export const PlusIcon = icon(<path d="M10 4v12M4 10h12" />)
export const SearchIcon = icon(<path d="M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.5 13.5 17 17" />, 18)
export const BackIcon = icon(<path d="M12.5 4 6.5 10l6 6" />, 20, "directed")
export const CheckIcon = icon(<path d="m4.5 10.5 3.5 3.5 7.5-8" />)
/** The panel beside the room. */
export const PanelIcon = icon(
  <path d="M4.5 4h11A1.5 1.5 0 0 1 17 5.5v9a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 3 14.5v-9A1.5 1.5 0 0 1 4.5 4ZM12 4v12" />,
)
export const MutedIcon = icon(
  <path d="M5 8a5 5 0 0 1 8.6-3.5M15 8.5c0 3.5 1.5 4.5 1.5 4.5H9M6.5 13h-3S5 12 5 8.5M8.5 16a1.7 1.7 0 0 0 3 0M3.5 3l13.5 14" />,
  16,
)
/** A private room. */
export const LockIcon = icon(
  <path d="M6 9h8a1.5 1.5 0 0 1 1.5 1.5V15a1.5 1.5 0 0 1-1.5 1.5H6A1.5 1.5 0 0 1 4.5 15v-4.5A1.5 1.5 0 0 1 6 9ZM7 9V6.5a3 3 0 0 1 6 0V9" />,
  16,
)
export const SettingsIcon = icon(
  <path d="M3.5 6h7M14.5 6h2M3.5 14h2M9.5 14h7M12.5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7.5 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z" />,
)
export const FilesIcon = icon(
  <path d="m16.5 9.5-6.3 6.3a3.9 3.9 0 0 1-5.5-5.5L11 4a2.6 2.6 0 0 1 3.7 3.7l-6.3 6.2a1.3 1.3 0 0 1-1.8-1.8l5.8-5.8" />,
)
export const EmojiIcon = icon(
  <path d="M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7 12c1.5 2 4.5 2 6 0M7.5 8v.2M12.5 8v.2" />,
)
export const SendIcon = icon(<path d="M10 16V4.5M5 9.5l5-5 5 5" />)
export const DownIcon = icon(<path d="M10 4v11.5M5 10.5l5 5 5-5" />, 16)
export const UpIcon = icon(<path d="M10 16V4.5M5 9.5l5-5 5 5" />, 16)
export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />)
export const PenIcon = icon(
  <path d="m4 16 .8-3.5 8.7-8.7a1.4 1.4 0 0 1 2 0l.7.7a1.4 1.4 0 0 1 0 2L7.5 15.2 4 16Z" />,
  16,
)

/** Rooms joined by tunnels. */
export function Mark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg class="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <path d="M10.5 11.5C16 13 15 20 16 22M21.5 12.5C18 14.5 16.5 18 16 22" />
      <circle cx="9.5" cy="10.5" r="4" />
      <circle cx="22.5" cy="11.5" r="3.5" />
      <circle cx="16" cy="23" r="4" />
    </svg>
  )
}
