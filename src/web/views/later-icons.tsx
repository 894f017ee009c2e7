/** Icons of parts that are loaded later. */
import { icon } from "./icons.tsx"

export const BellIcon = icon(
  <path d="M5 8.5a5 5 0 0 1 10 0C15 12 16.5 13 16.5 13h-13S5 12 5 8.5ZM8.5 16a1.7 1.7 0 0 0 3 0" />,
)
export const LeaveIcon = icon(
  <path d="M8.5 3.5H5A1.5 1.5 0 0 0 3.5 5v10A1.5 1.5 0 0 0 5 16.5h3.5M12.5 13.5 16 10l-3.5-3.5M16 10H8" />,
  20,
  "directed",
)
export const ReplyIcon = icon(<path d="M8 5 3.5 9.5 8 14M4 9.5h7a5.5 5.5 0 0 1 5.5 5.5v.5" />, 20, "directed")
export const DeleteIcon = icon(
  <path d="M4 5.5h12M8 5.5V4a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v1.5M5.5 5.5l.7 10a1.5 1.5 0 0 0 1.5 1.5h4.6a1.5 1.5 0 0 0 1.5-1.5l.7-10M8.5 9v4.5M11.5 9v4.5" />,
)
export const CopyIcon = icon(
  <path d="M8.5 7h6A1.5 1.5 0 0 1 16 8.5v6a1.5 1.5 0 0 1-1.5 1.5h-6A1.5 1.5 0 0 1 7 14.5v-6A1.5 1.5 0 0 1 8.5 7ZM4.5 13A1.5 1.5 0 0 1 4 11.5v-6A1.5 1.5 0 0 1 5.5 4h6a1.5 1.5 0 0 1 1.4 1" />,
)
export const LinkIcon = icon(
  <path d="M8.2 11.8a3 3 0 0 0 4.3.1l2.7-2.7a3 3 0 0 0-4.3-4.3L9.8 6M11.8 8.2a3 3 0 0 0-4.3-.1l-2.7 2.7a3 3 0 0 0 4.3 4.3L10.2 14" />,
)
export const PersonIcon = icon(
  <path d="M10 9.5a3.25 3.25 0 1 0 0-6.5 3.25 3.25 0 0 0 0 6.5ZM3.75 16.5a6.25 6.25 0 0 1 12.5 0" />,
)
