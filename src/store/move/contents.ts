/** The contents of files that one side of a move knows. */
import type { Content } from "../sqlite/files-beside.ts"
import type { Source } from "./sides.ts"
import { files, keyOf, namesOf, rowsAtOnce } from "./tables.ts"

/** Each once, however many files have it. */
export async function contentsOf({ rows }: Pick<Source, "rows">): Promise<Content[]> {
  const [sha256, bytes] = ["sha256", "bytes"].map((name) => namesOf(files).indexOf(name)) as [number, number]
  const found = new Map<string, number>()
  for (let last = 0; ; ) {
    const page = await rows(files, last, rowsAtOnce)
    if (page.length === 0) return [...found]
    for (const row of page) found.set(`${row[sha256]}`, Number(row[bytes]))
    last = keyOf(page.at(-1))
  }
}
