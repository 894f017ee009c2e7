/** Films made by hand: boxes, of which some tell where the film was taken. */
import { place } from "./pictures.ts"

export function box(type: string, ...contents: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(contents.map((one) => (typeof one === "string" ? Buffer.from(one, "latin1") : one)))
  const head = Buffer.alloc(8)
  head.writeUInt32BE(8 + body.length, 0)
  head.write(type, 4, "latin1")
  return Buffer.concat([head, body])
}

/** With a length of 64 bits, as of films beyond 4 GB. */
export function longBox(type: string, body: Uint8Array | string): Buffer {
  const head = Buffer.alloc(16)
  head.writeUInt32BE(1, 0)
  head.write(type, 4, "latin1")
  head.writeBigUInt64BE(BigInt(16 + Buffer.byteLength(body)), 8)
  return Buffer.concat([head, Buffer.from(body as Uint8Array)])
}

export const brand = (name: string) => box("ftyp", name, "\0\0\0\0", name)

/** As phones write it: in the film's user data, in 3GPP's box, and among keys with their values. */
const told = [
  box("udta", box("\xa9xyz", place), box("loci", place), "\0\0\0\0"),
  box("meta", box("hdlr", "mdta"), box("keys", "com.apple.quicktime.location.ISO6709"), box("ilst", place)),
]

/** Each thing that plays it, and where told everything that tells of it, in every box that may hold it. */
export function filmOf({ name = "mp42", isTelling = true } = {}): Buffer {
  const more = isTelling ? told : []
  const media = box("mdia", box("mdhd", "how long"), box("hdlr", "vide"), ...more, box("minf", "where its frames are"))
  return Buffer.concat([
    brand(name),
    ...(isTelling ? [box("uuid", `XMP ${place}`), box("free", place), ...told] : []),
    box("free"),
    longBox("mdat", "the frames"),
    box("moov", box("mvhd", "when"), ...more, box("trak", box("tkhd", "how large"), media, ...more)),
    ...(isTelling ? [box("SEFH", place), Buffer.from(place)] : []),
  ])
}
