/** What keeps a page true that stays open for long. */
export { followCalendar } from "./calendar.ts"
export { surviveTranslators } from "./translators.ts"
