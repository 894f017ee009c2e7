/** What draws thumbnails, and what it takes of memory, which is the same on a busy machine. */
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { drawing } from "../../src/files/thumbnails.ts"
import { temporaryFolder } from "../support/folder.ts"
import { pngOf } from "../support/pictures.ts"

/** Of the kinds that are drawn, each with as many pixels as it may have, it takes the most: PNG 250 MB, JPEG 290, progressive 440. */
test("[FILE4] the largest lossless WebP that is drawn takes less memory than the bound", async () => {
  using folder = temporaryFolder()
  const source = join(folder.path, "source")
  await Bun.write(source, await new Bun.Image(pngOf(1, 1)).resize(5_000, 5_000).webp({ lossless: true }).bytes())
  expect(Bun.file(source).size).toBeLessThan(10_000)
  const child = drawing(source, join(folder.path, "target"))
  await child.exited
  const megabytes = (child.resourceUsage()?.maxRSS ?? 0) / 1_000_000
  console.log(`${megabytes.toFixed(0)} MB`)
  // It has held the pixels.
  expect(megabytes).toBeGreaterThan(100)
  expect(megabytes).toBeLessThan(500)
}, 60_000)

test.skipIf(process.platform !== "linux")(
  "[FILE4] where memory runs out, what draws ends before the server",
  async () => {
    using folder = temporaryFolder()
    const source = join(folder.path, "source")
    await Bun.write(source, pngOf(2_000, 1_000))
    const child = drawing(source, join(folder.path, "target"))
    const score = readFileSync(`/proc/${child.pid}/oom_score_adj`, "utf8").trim()
    child.kill("SIGKILL")
    await child.exited
    expect(score).toBe("1000")
  },
  60_000,
)
