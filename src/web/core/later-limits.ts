/** Limits for parts of the page that are loaded later. */
import { numbersOfLaterParts } from "./limits.macro.ts" with { type: "macro" }

export const laterLimits = numbersOfLaterParts()
