/** All emoji. Loaded when somebody looks for one; the table is made when the page is built. */
import { groupsOf, named, search } from "./emoji.ts"
import { emojiTable } from "./table.ts" with { type: "macro" }

export const groups = groupsOf(emojiTable())

export const find = (query: string, max: number) => search(groups, query, max)
export const byName = (name: string) => named(groups, name)
