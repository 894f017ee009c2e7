/** The flag of commands whose result programs may read. */
import type { Flag } from "./command.ts"

export const jsonFlag: Flag = { name: "json", help: "Print the result as one line of JSON." }
