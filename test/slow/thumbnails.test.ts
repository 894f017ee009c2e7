/** What draws thumbnails, and what it takes of memory, which is the same on a busy machine. */
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { drawing } from "../../src/files/thumbnails.ts"
import { temporaryFolder } from "../support/folder.ts"
import { pngOf } from "../support/pictures.ts"

const onLinux = test.skipIf(process.platform !== "linux")

/** Plain ones take 250 MB, as PNG does; full of detail 430, JPEG 290, and a progressive one the most, 440. */
onLinux(
  "[FILE4] the largest lossless WebP that is drawn takes less memory than the bound",
  async () => {
    using folder = temporaryFolder()
    const source = join(folder.path, "source")
    await Bun.write(source, await new Bun.Image(pngOf(1, 1)).resize(10_000, 5_000).webp({ lossless: true }).bytes())
    expect(Bun.file(source).size).toBeLessThan(10_000)
    const megabytes = await mostMegabytes(drawing(source, join(folder.path, "target")))
    console.log(`${megabytes.toFixed(0)} MB`)
    // It has held the pixels.
    expect(megabytes).toBeGreaterThan(100)
    expect(megabytes).toBeLessThan(500)
  },
  120_000,
)

/** Of its own program: what the system tells at its end counts what its parent held when it was started. */
async function mostMegabytes(child: Bun.Subprocess): Promise<number> {
  let most = 0
  for (; child.exitCode === null && child.signalCode === null; await Bun.sleep(2)) {
    try {
      const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? []
      most = Math.max(most, (Number(kilobytes ?? 0) * 1_024) / 1_000_000)
    } catch {
      // It has just ended.
    }
  }
  return most
}

onLinux(
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
  120_000,
)
