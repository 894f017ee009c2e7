/** The limits of the contract that the page uses, as numbers. */
import { numbersOfPage } from "./limits.macro.ts" with { type: "macro" }

export const limits = numbersOfPage()
