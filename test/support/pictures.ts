/** Pictures made by hand, with all that cameras and editors put into them. */
import { deflateSync } from "node:zlib"

/** Where it was taken, in a form that can be searched for. */
export const place = "GPS 52.5200N 13.4050E"

function chunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(Bun.hash.crc32(typed))
  return Buffer.concat([length, typed, sum])
}

export function pngOf(width: number, height: number, { telling = false, isEmpty = false } = {}): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const rows = isEmpty ? Buffer.alloc(0) : Buffer.alloc((width * 3 + 1) * height)
  for (let i = 0; i < rows.length; i++) rows[i] = i % (width * 3 + 1) === 0 ? 0 : (i * 7) & 255
  const told = [
    chunk("tEXt", Buffer.from(`Comment\0${place}`)),
    chunk("eXIf", Buffer.from(place)),
    chunk("prVt", Buffer.from(place)),
  ]
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    chunk("IHDR", header),
    ...(telling ? told : []),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
    ...(telling ? [Buffer.from(place)] : []),
  ])
}

export async function jpegOf(width: number, height: number): Promise<Buffer> {
  return Buffer.from(await new Bun.Image(pngOf(width, height)).jpeg().bytes())
}

export async function webpOf(width: number, height: number): Promise<Buffer> {
  return Buffer.from(await new Bun.Image(pngOf(width, height)).webp().bytes())
}

/** A JPEG with everything that phones write: EXIF with the place and the orientation, XMP, IPTC, a comment, and more behind its end. */
export function telling(jpeg: Buffer, orientation = 6): Buffer {
  const segment = (marker: number, data: Buffer) => {
    const head = Buffer.from([0xff, marker, 0, 0])
    head.writeUInt16BE(data.length + 2, 2)
    return Buffer.concat([head, data])
  }
  const tiff = Buffer.from("II*\0\x08\0\0\0\x02\0", "latin1")
  const entry = (tag: number, type: number, count: number, value: number) => {
    const bytes = Buffer.alloc(12)
    bytes.writeUInt16LE(tag, 0)
    bytes.writeUInt16LE(type, 2)
    bytes.writeUInt32LE(count, 4)
    bytes.writeUInt32LE(value, 8)
    return bytes
  }
  const exif = Buffer.concat([
    Buffer.from("Exif\0\0", "latin1"),
    tiff,
    entry(0x010e, 2, place.length, 38),
    entry(0x0112, 3, 1, orientation),
    Buffer.alloc(4),
    Buffer.from(place),
  ])
  return Buffer.concat([
    jpeg.subarray(0, 2),
    segment(0xe1, exif),
    segment(0xe1, Buffer.from(`http://ns.adobe.com/xap/1.0/\0${place}`)),
    segment(0xe2, Buffer.from(`MPF\0${place}`)),
    segment(0xed, Buffer.from(`Photoshop 3.0\0${place}`)),
    segment(0xfe, Buffer.from(place)),
    segment(0xe5, Buffer.from(place)),
    jpeg.subarray(2),
    Buffer.from(place),
  ])
}

export function tellingWebp(webp: Buffer, width: number, height: number): Buffer {
  const riffChunk = (type: string, data: Buffer) => {
    const size = Buffer.alloc(4)
    size.writeUInt32LE(data.length)
    return Buffer.concat([Buffer.from(type, "latin1"), size, data, Buffer.alloc(data.length % 2)])
  }
  const extended = Buffer.alloc(10)
  extended[0] = 0x0c
  extended.writeUIntLE(width - 1, 4, 3)
  extended.writeUIntLE(height - 1, 7, 3)
  const body = Buffer.concat([
    Buffer.from("WEBP"),
    riffChunk("VP8X", extended),
    webp.subarray(12),
    riffChunk("EXIF", Buffer.from(place)),
    riffChunk("XMP ", Buffer.from(place)),
  ])
  const head = Buffer.from("RIFF\0\0\0\0", "latin1")
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body, Buffer.from(place)])
}

/** One pixel, with a comment, a program's block and something behind its end. */
export function tellingGif(): Buffer {
  const blocks = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text), Buffer.from([0])])
  return Buffer.concat([
    Buffer.from("GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff", "latin1"),
    Buffer.from([0x21, 0xfe]),
    blocks(place),
    Buffer.from("\x21\xff\x0bXMP DataXMP", "latin1"),
    blocks(place),
    Buffer.from("\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0", "latin1"),
    Buffer.from("\x21\xf9\x04\0\0\0\0\0", "latin1"),
    Buffer.from("\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3b", "latin1"),
    Buffer.from(place),
  ])
}

/** A JPEG that claims to be this large. */
export function claiming(jpeg: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(jpeg)
  let at = 2
  while (copy[at + 1] !== 0xc0 && copy[at + 1] !== 0xc2) at += 2 + copy.readUInt16BE(at + 2)
  copy.writeUInt16BE(height, at + 5)
  copy.writeUInt16BE(width, at + 7)
  return copy
}
