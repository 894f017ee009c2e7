/** What makes the page whole once it can be read: shortcuts, dialogs, what is dropped on it, who looks elsewhere, the title, and the days that pass. */
export { followNews } from "./alerts/alerts.ts"
export { followCalendar } from "./calendar.ts"
export { keepPage } from "./drops.ts"
export { followKeys } from "./keys.ts"
export { followTitle } from "./title.ts"
export { surviveTranslators } from "./translators.ts"
export { Announcer } from "./views/announcer.tsx"
export { loadDialogsAhead, Overlays } from "./views/overlays.tsx"
