/** The mutations that are judged to change nothing, of the code as it is. */
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import equivalents from "../mutate/equivalents.json"
import { mutationsOf } from "../mutate/mutations.ts"

test("what is listed as changing nothing can still be changed so", async () => {
  const stale: string[] = []
  for (const file of new Set(equivalents.map((listed) => listed.file))) {
    const text = readFileSync(join(import.meta.dir, "../..", file), "utf8")
    const keys = (await mutationsOf(text, file.endsWith(".tsx") ? "tsx" : "ts")).map(keyOf)
    const missing = equivalents.filter((listed) => listed.file === file && !keys.includes(keyOf(listed)))
    stale.push(...missing.map(({ before }) => `${file}: ${before}`))
  }
  expect(stale).toEqual([])
})

function keyOf({ before, after, nth }: { readonly before: string; readonly after: string; readonly nth: number }) {
  return [before, after, nth].join("\n")
}
