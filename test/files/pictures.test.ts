import { describe, expect, spyOn, test } from "bun:test"
import type { FileHandle } from "node:fs/promises"
import { join } from "node:path"
import fc from "fast-check"
import { ChatError } from "../../src/contract/errors.ts"
import { planJpeg } from "../../src/files/pictures/jpeg.ts"
import { bytesOf, planOf } from "../../src/files/pictures/picture.ts"
import { Window } from "../../src/files/pictures/window.ts"
import { typeOf } from "../../src/files/type.ts"
import { temporaryFolder } from "../support/folder.ts"
import { jpegOf, place, pngOf, telling, tellingGif, tellingWebp, webpOf } from "../support/pictures.ts"

/** What is kept, or the sentence of the refusal. */
async function cleaned(bytes: Uint8Array) {
  using folder = temporaryFolder()
  const path = join(folder.path, "picture")
  await Bun.write(path, bytes)
  const plan = await planOf(typeOf(bytes.subarray(0, 4_096)), path)
  if (plan === undefined) return { size: undefined, bytes: Buffer.from(bytes) }
  const size = "width" in plan ? [plan.width, plan.height] : undefined
  return { size, bytes: Buffer.concat(await Array.fromAsync(bytesOf(plan.parts, path))) }
}

async function refusal(bytes: Uint8Array): Promise<string> {
  return cleaned(bytes).then(
    () => "kept",
    (error) => (error instanceof ChatError ? error.code : `${error}`),
  )
}

const pixels = async (bytes: Uint8Array) => Buffer.from(await new Bun.Image(bytes).png().bytes()).toString("base64")
const [landscape, webp] = [await jpegOf(60, 40), await webpOf(60, 40)]

describe("[FILE1] a picture keeps its pixels and nothing of its place", () => {
  test.each([
    ["JPEG", telling(landscape), [40, 60]],
    ["PNG", pngOf(60, 40, { telling: true }), [60, 40]],
    ["WebP", tellingWebp(webp, 60, 40), [60, 40]],
    ["GIF", tellingGif(), [1, 1]],
  ] as const)("%s", async (_, bytes, size) => {
    expect(bytes.includes(place)).toBe(true)
    const kept = await cleaned(bytes)
    expect(kept.bytes.includes(place)).toBe(false)
    expect(kept.bytes.includes("Photoshop")).toBe(false)
    expect(kept.size).toEqual([...size])
    expect(await pixels(kept.bytes)).toBe(await pixels(bytes))
    // What says nothing is left as it is.
    expect((await cleaned(kept.bytes)).bytes.equals(kept.bytes)).toBe(true)
  })

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("a JPEG of orientation %i is shown as before", async (orientation) => {
    const bytes = telling(landscape, orientation)
    const kept = await cleaned(bytes)
    expect(kept.size).toEqual(orientation >= 5 ? [40, 60] : [60, 40])
    expect(await pixels(kept.bytes)).toBe(await pixels(bytes))
    expect(kept.bytes.length).toBe(landscape.length + (orientation === 1 ? 0 : 36))
  })

  test("an animation goes on as often as it did", async () => {
    expect((await cleaned(tellingGif())).bytes.includes("NETSCAPE2.0")).toBe(true)
  })

  test("a JPEG that is cut short is ended, and shown", async () => {
    const cut = telling(landscape).subarray(0, telling(landscape).length - place.length - 100)
    const kept = await cleaned(cut)
    expect(kept.bytes.subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]))
    expect(kept.bytes.includes(place)).toBe(false)
  })

  test("kinds that cannot be made to say nothing are refused where they say something", async () => {
    const heic = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1")
    expect(await refusal(heic)).toBe("kept")
    expect(await refusal(Buffer.concat([heic, Buffer.alloc(100_000), Buffer.from("Exif\0\0MM")]))).toBe(
      "ERR_VALIDATION",
    )
    // Where one read ends and the next begins.
    for (const at of [65_535, 65_533, 65_504]) {
      const bytes = Buffer.alloc(70_000)
      heic.copy(bytes)
      bytes.write("Exif", at, "latin1")
      expect(await refusal(bytes), `${at}`).toBe("ERR_VALIDATION")
    }
    const tiff = (tag: number) => {
      const bytes = Buffer.from("II*\0\x08\0\0\0\x01\0\0\0\x03\0\x01\0\0\0\x01\0\0\0\0\0\0\0", "latin1")
      bytes.writeUInt16LE(tag, 10)
      return bytes
    }
    expect(await refusal(tiff(0x0100))).toBe("kept")
    expect(await refusal(tiff(0x8825))).toBe("ERR_VALIDATION")
  })
})

const [start, comment, end] = ["ffd8", "fffe0002", "ffd9"].map((hex) => Buffer.from(hex, "hex")) as [
  Buffer,
  Buffer,
  Buffer,
]

describe("[FILE1] what is damaged is refused, and never costs more than reading it", () => {
  test.each([
    ["a JPEG of nothing", Buffer.from([0xff, 0xd8, 0xff, 0xd9])],
    ["a JPEG whose segment is longer than it", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0xff, 0xff, 0])],
    ["a JPEG with no length", Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
    ["a PNG without a header", Buffer.from("89504e470d0a1a0a", "hex")],
    ["a PNG whose chunk is longer than it", pngOf(4, 4).subarray(0, 50)],
    ["a PNG without an end", pngOf(4, 4).subarray(0, -12)],
    ["a WebP of nothing", Buffer.from("RIFF\x04\0\0\0WEBP", "latin1")],
    ["a GIF of a byte", Buffer.from("GIF89a\x01", "latin1")],
    ["a GIF of other blocks", Buffer.concat([Buffer.from("GIF89a\x01\0\x01\0\0\0\0", "latin1"), Buffer.from([0x99])])],
    [
      "a JPEG of more segments than any",
      Buffer.concat([start, ...Array(200_001).fill(comment), landscape.subarray(2)]),
    ],
    ["a PNG of more chunks than any", Buffer.concat([pngOf(1, 1).subarray(0, 33), emptyChunks(200_001)])],
  ])("%s", async (_, bytes) => {
    expect(await refusal(bytes)).toBe("ERR_VALIDATION")
  })

  test("a JPEG of many small segments and scans is read once, not once for each", async () => {
    const scan = Buffer.from("ffda0002", "hex")
    const bytes = Buffer.concat([start, ...Array(10_000).fill(comment), ...Array(10_000).fill(scan), end])
    const handle = handleOf(bytes)
    await expect(planJpeg(new Window(handle, bytes.length))).rejects.toThrow("damaged")
    expect(handle.bytesRead).toBeLessThan(2 * bytes.length)
  })

  test("as many entries of EXIF are looked at as its segment holds, however many it says it has", async () => {
    const exif = Buffer.from("ffe10012457869660000" + "4d4d002a00000008" + "ffff", "hex")
    const bytes = Buffer.concat([start, ...Array(100).fill(exif), end])
    const reads = spyOn(Buffer.prototype, "readUInt16BE")
    expect(await refusal(bytes)).toBe("ERR_VALIDATION")
    expect(reads.mock.calls.length).toBeLessThan(bytes.length)
    reads.mockRestore()
  })

  test("directories of a TIFF that lead back to themselves are not followed for long", async () => {
    const entries = Buffer.alloc(12 * 100)
    const bytes = Buffer.concat([Buffer.from("4d4d002a000000080064", "hex"), entries, Buffer.from("00000008", "hex")])
    const reads = spyOn(Window.prototype, "at")
    expect(await refusal(bytes)).toBe("ERR_VALIDATION")
    expect(reads.mock.calls.length).toBeLessThan(bytes.length)
    reads.mockRestore()
  })

  test("whatever is changed in a picture, it is kept or refused", async () => {
    const originals = [telling(landscape), pngOf(9, 9, { telling: true }), tellingWebp(webp, 60, 40), tellingGif()]
    const change = fc.tuple(fc.nat(3), fc.array(fc.tuple(fc.nat(2_000), fc.nat(255)), { maxLength: 8 }), fc.nat(2_000))
    const check = fc.asyncProperty(change, async ([which, changes, cut]) => {
      const bytes = Buffer.from(originals[which] ?? "")
      for (const [at, value] of changes) if (at > 12 && at < bytes.length) bytes[at] = value
      expect(["kept", "ERR_VALIDATION"]).toContain(await refusal(bytes.subarray(0, 13 + cut)))
    })
    await fc.assert(check, { numRuns: 300 })
  })
})

/** A file that counts what is read of it. */
function handleOf(bytes: Buffer) {
  const handle = {
    bytesRead: 0,
    read: async (into: Buffer, offset: number, length: number, position: number) => {
      const bytesRead = bytes.copy(into, offset, position, position + length)
      handle.bytesRead += bytesRead
      return { bytesRead }
    },
  }
  return handle as typeof handle & FileHandle
}

function emptyChunks(count: number): Buffer {
  const one = Buffer.from("00000000744558740000 0000".replace(" ", ""), "hex")
  return Buffer.concat(Array.from({ length: count }, () => one))
}
