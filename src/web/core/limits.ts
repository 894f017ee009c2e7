/** The bounds of the contract that the page keeps to, as numbers in its script. */
import { numbersOfPage } from "./limits.macro.ts" with { type: "macro" }

export const limits = numbersOfPage()
