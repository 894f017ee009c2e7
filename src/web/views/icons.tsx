/** The few signs of the page, drawn with one pen. They only repeat what a label says. */
import type { ComponentChild } from "preact"

function icon(paths: ComponentChild, size = 20, kind = "") {
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
export const BackIcon = icon(<path d="M12.500 4 6.500 10l6 6" />, 20, "directed")
export const LinkIcon = icon(
  <path d="M8.200 11.800a3 3 0 0 0 4.300.1l2.700-2.700a3 3 0 0 0-4.300-4.300L9.800 6M11.800 8.200a3 3 0 0 0-4.300-.1l-2.700 2.700a3 3 0 0 0 4.300 4.300L10.200 14" />,
)
export const CheckIcon = icon(<path d="m4.500 10.500 3.500 3.500 7.500-8" />)
/** The panel beside the room. */
export const PanelIcon = icon(
  <path d="M4.500 4h11A1.500 1.500 0 0 1 17 5.500v9a1.500 1.500 0 0 1-1.500 1.500h-11A1.500 1.500 0 0 1 3 14.500v-9A1.500 1.500 0 0 1 4.500 4ZM12 4v12" />,
)
export const BellIcon = icon(
  <path d="M5 8.500a5 5 0 0 1 10 0C15 12 16.500 13 16.500 13h-13S5 12 5 8.500ZM8.500 16a1.700 1.700 0 0 0 3 0" />,
)
export const MutedIcon = icon(
  <path d="M5 8a5 5 0 0 1 8.600-3.500M15 8.500c0 3.500 1.500 4.500 1.500 4.500H9M6.500 13h-3S5 12 5 8.500M8.500 16a1.700 1.700 0 0 0 3 0M3.500 3l13.500 14" />,
  16,
)
export const SettingsIcon = icon(
  <path d="M3.500 6h7M14.500 6h2M3.500 14h2M9.500 14h7M12.500 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM7.500 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z" />,
)
export const LeaveIcon = icon(
  <path d="M8.500 3.500H5A1.500 1.500 0 0 0 3.500 5v10A1.500 1.500 0 0 0 5 16.500h3.500M12.500 13.500 16 10l-3.500-3.500M16 10H8" />,
  20,
  "directed",
)
export const PictureIcon = icon(
  <path d="M4.500 3.500h11a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1ZM3.500 13.500l4-4 4 4 2-2 3 3M13 8.200a1 1 0 1 0 0-2 1 1 0 0 0 0 2Z" />,
)
export const EmojiIcon = icon(
  <path d="M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM7 12c1.500 2 4.500 2 6 0M7.500 8v.200M12.500 8v.200" />,
)
export const SendIcon = icon(<path d="M10 16V4.500M5 9.500l5-5 5 5" />)
export const DownIcon = icon(<path d="M10 4v11.500M5 10.500l5 5 5-5" />, 16)
export const UpIcon = icon(<path d="M10 16V4.500M5 9.500l5-5 5 5" />, 16)
export const CloseIcon = icon(<path d="m5 5 10 10M15 5 5 15" />)
export const PenIcon = icon(
  <path d="m4 16 .8-3.500 8.700-8.700a1.400 1.400 0 0 1 2 0l.7.7a1.400 1.400 0 0 1 0 2L7.500 15.200 4 16Z" />,
  16,
)

/** Rooms joined by tunnels. */
export function Mark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg class="mark" viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <path d="M10.500 11.500C16 13 15 20 16 22M21.500 12.500C18 14.500 16.500 18 16 22" />
      <circle cx="9.500" cy="10.500" r="4" />
      <circle cx="22.500" cy="11.500" r="3.500" />
      <circle cx="16" cy="23" r="4" />
    </svg>
  )
}
