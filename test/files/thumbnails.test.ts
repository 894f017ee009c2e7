import { describe, expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { join, relative } from "node:path"
import { Thumbnails, wantsThumbnail } from "../../src/files/thumbnails.ts"
import { temporaryFolder } from "../support/folder.ts"
import { claiming, jpegOf, pngOf, telling } from "../support/pictures.ts"

async function made(bytes: Uint8Array, pathOf = (path: string) => path) {
  using folder = temporaryFolder()
  const [source, target] = [pathOf(join(folder.path, "source")), pathOf(join(folder.path, "target"))]
  await Bun.write(source, bytes)
  const isMade = await new Thumbnails().make(source, target)
  expect(existsSync(target)).toBe(isMade)
  if (!isMade) return undefined
  const { width, height } = await new Bun.Image(Bun.file(target)).metadata()
  return [width, height]
}

describe("[FILE4] thumbnails", () => {
  test("they have at most 800 pixels a side, and the proportions that are seen", async () => {
    expect(await made(pngOf(1_600, 400))).toEqual([800, 200])
    expect(await made(telling(await jpegOf(1_000, 500), 6))).toEqual([400, 800])
    expect(await made(pngOf(10, 20))).toEqual([10, 20])
  })

  test("they are made in a folder that is named from here, as the default is", async () => {
    expect(await made(pngOf(1_600, 400), (path) => relative(process.cwd(), path))).toEqual([800, 200])
  })

  test("what cannot be drawn has none, and what is too large to be drawn is not tried", async () => {
    expect(await made(Buffer.from("no picture"))).toBeUndefined()
    expect(await made(pngOf(30_000, 30_000, { isEmpty: true }))).toBeUndefined()
    expect(await made(claiming(await jpegOf(16, 16), 60_000, 60_000))).toBeUndefined()
    const wants = (width: number, height: number, bytes = 1) => wantsThumbnail({ width, height }, bytes)
    expect([wants(10_000, 5_000), wants(10_000, 5_001)]).toEqual([true, false])
    expect([wants(800, 800, 262_144), wants(801, 1)]).toEqual([false, true])
  })

  test("one is made at a time, and where too many wait the next one has none", async () => {
    let [running, most] = [0, 0]
    const gate = Promise.withResolvers<void>()
    const thumbnails = new Thumbnails(async () => {
      running++
      most = Math.max(most, running)
      await gate.promise
      running--
      return true
    })
    const asked = Array.from({ length: 101 }, () => thumbnails.make("", ""))
    gate.resolve()
    const outcomes = await Promise.all(asked)
    expect([most, outcomes.filter(Boolean).length, outcomes.at(-1)]).toEqual([1, 100, false])
  })
})
