import { describe, expect, test } from "bun:test"
import { join } from "node:path"
import fc from "fast-check"
import { ChatError } from "../../src/contract/errors.ts"
import { bytesOf, planOf } from "../../src/files/pictures/picture.ts"
import { typeOf } from "../../src/files/type.ts"
import { box, brand, filmOf, longBox } from "../support/films.ts"
import { temporaryFolder } from "../support/folder.ts"
import { place } from "../support/pictures.ts"

/** What is kept of it; nothing where it is kept as it came. */
async function cleaned(bytes: Uint8Array): Promise<Buffer | undefined> {
  using folder = temporaryFolder()
  const path = join(folder.path, "film")
  await Bun.write(path, bytes)
  const plan = await planOf(typeOf(bytes.subarray(0, 4_096)), path)
  return plan && Buffer.concat(await Array.fromAsync(bytesOf(plan.parts, path)))
}

describe("[FILE1] a film keeps its frames and nothing of its place", () => {
  test.each(["mp42", "isom", "qt  ", "3gp4"])("of the brand %p", async (name) => {
    const bytes = filmOf({ name })
    const kept = await cleaned(bytes)
    expect([kept?.length, kept?.includes(place), kept?.includes("ISO6709")]).toEqual([bytes.length, false, false])
    for (const said of ["the frames", "when", "how large", "how long", "vide", "where its frames are"]) {
      expect(kept?.indexOf(said), said).toBe(bytes.indexOf(said))
    }
    expect((await cleaned(kept ?? Buffer.alloc(0)))?.equals(kept ?? Buffer.alloc(0))).toBe(true)
  })

  test("one that tells nothing is kept as it came, and so are pieces of music with their titles", async () => {
    expect(await cleaned(filmOf({ isTelling: false }))).toBeUndefined()
    expect(await cleaned(filmOf({ name: "M4A " }))).toBeUndefined()
  })

  test("wherever it is cut off, nothing of its place is left", async () => {
    const bytes = filmOf()
    for (let length = 12; length < bytes.length; length += 7) {
      const cut = bytes.subarray(0, length)
      const kept = (await cleaned(cut)) ?? cut
      expect([kept.length, kept.includes(place.slice(0, 4))], `${length}`).toEqual([length, false])
    }
  })

  test("lengths of 64 bits, of none and of too many bytes are understood", async () => {
    const bytes = Buffer.concat([brand("isom"), longBox("uuid", place), box("mdat", "frames"), box("udta", place)])
    const toTheEnd = Buffer.from(bytes)
    toTheEnd.writeUInt32BE(0, toTheEnd.lastIndexOf("udta") - 4)
    const beyond = Buffer.from(bytes)
    beyond.writeUInt32BE(0xffff_ffff, beyond.lastIndexOf("udta") - 4)
    for (const one of [bytes, toTheEnd, beyond]) {
      const kept = await cleaned(one)
      expect([kept?.length, kept?.includes(place), kept?.includes("frames")]).toEqual([bytes.length, false, true])
    }
  })

  test("a large box is replaced without being held", async () => {
    const film = Buffer.concat([brand("isom"), box("udta", Buffer.alloc(1_000_000, place)), box("mdat", "frames")])
    const kept = await cleaned(film)
    const udta = 8 + 1_000_000
    expect(
      kept?.equals(Buffer.concat([brand("isom"), box("free", Buffer.alloc(udta - 8)), box("mdat", "frames")])),
    ).toBe(true)
  })
})

describe("[FILE1] what is no film is not taken for one, and never costs more than reading it", () => {
  test("of more boxes than any has", async () => {
    const boxes = Buffer.concat([brand("isom"), ...Array.from({ length: 200_001 }, () => box("free"))])
    expect(cleaned(boxes)).rejects.toThrow("This video is damaged")
  })

  test("whatever is changed in one, it is kept as long as it was, or refused", async () => {
    const film = filmOf()
    const change = fc.array(fc.tuple(fc.nat(film.length - 1), fc.nat(255)), { maxLength: 8 })
    const check = fc.asyncProperty(change, async (changes) => {
      const bytes = Buffer.from(film)
      for (const [at, value] of changes) if (at > 12) bytes[at] = value
      const kept = await cleaned(bytes).catch((cause) => cause)
      if (kept instanceof ChatError) expect(kept.code).toBe("ERR_VALIDATION")
      else expect((kept ?? bytes).length).toBe(bytes.length)
    })
    await fc.assert(check, { numRuns: 300 })
  })
})
