/** The flag of commands whose result a program may want to read. */
import type { Flag } from "./command.ts"

export const jsonFlag: Flag = { name: "json", help: "Print the result as one line of JSON." }
