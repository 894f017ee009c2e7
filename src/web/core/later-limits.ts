/** Those of parts of the page that are loaded when they are needed. */
import { numbersOfLaterParts } from "./limits.macro.ts" with { type: "macro" }

export const laterLimits = numbersOfLaterParts()
