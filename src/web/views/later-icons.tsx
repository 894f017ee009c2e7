/** The signs of what is loaded later. */
import { icon } from "./icons.tsx"

export const BellIcon = icon(
  <path d="M5 8.5a5 5 0 0 1 10 0C15 12 16.5 13 16.5 13h-13S5 12 5 8.5ZM8.5 16a1.7 1.7 0 0 0 3 0" />,
)
export const LeaveIcon = icon(
  <path d="M8.5 3.5H5A1.5 1.5 0 0 0 3.5 5v10A1.5 1.5 0 0 0 5 16.5h3.5M12.5 13.5 16 10l-3.5-3.5M16 10H8" />,
  20,
  "directed",
)
