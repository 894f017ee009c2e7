/**
 * Reads a zip by its directory, one file at a time (APPNOTE 4.3, and ZIP64 of 4.5.3). Only
 * stored or deflated files; one that claims to be too large is refused before it is
 * unpacked.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs"
import { inflateRawSync } from "node:zlib"
import { OperatorError } from "../../observe/operator-error.ts"
import { sizeOfNamed } from "./named-file.ts"

export interface Zip extends Disposable {
  readonly names: readonly string[]
  /** None where there is no such file. */
  readonly read: (name: string) => Buffer | undefined
}

interface Entry {
  readonly method: number
  readonly packedBytes: number
  readonly bytes: number
  readonly offset: number
}

const [endMark, largeEndMark, entryMark, localMark] = [0x06054b50, 0x06064b50, 0x02014b50, 0x04034b50]
const [endBytes, commentBytesMax, locatorBytes] = [22, 65_535, 20]
const [stored, deflated] = [0, 8]
const isElsewhere = 0xffffffff
/** A day of a busy channel has some megabytes. */
const fileBytesMax = 512 * 1024 * 1024
const directoryBytesMax = 256 * 1024 * 1024

/** Throws an OperatorError for an invalid zip. */
export function openZip(path: string): Zip {
  const descriptor = open(path)
  const { size } = fstatSync(descriptor)
  const bytesAt = (offset: number, length: number): Buffer => {
    if (offset < 0 || offset + length > size) throw damaged(path)
    const bytes = Buffer.alloc(length)
    if (readSync(descriptor, bytes, 0, length, offset) < length) throw damaged(path)
    return bytes
  }
  try {
    const entries = directoryOf(path, size, bytesAt)
    return {
      names: [...entries.keys()],
      read: (name) => {
        const entry = entries.get(name)
        return entry && unpacked(path, name, entry, bytesAt)
      },
      [Symbol.dispose]: () => closeSync(descriptor),
    }
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

type BytesAt = (offset: number, length: number) => Buffer

function open(path: string): number {
  sizeOfNamed(path, "name the zip of the export")
  return openSync(path, "r")
}

function directoryOf(path: string, size: number, bytesAt: BytesAt): ReadonlyMap<string, Entry> {
  const tailBytes = Math.min(size, endBytes + commentBytesMax + locatorBytes + 56)
  const tail = bytesAt(size - tailBytes, tailBytes)
  const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (at === -1 || at + endBytes > tail.length || tail.readUInt32LE(at) !== endMark) throw noZip(path)
  let [bytes, offset] = [tail.readUInt32LE(at + 12), tail.readUInt32LE(at + 16)]
  if (bytes === isElsewhere || offset === isElsewhere) {
    if (at < locatorBytes) throw damaged(path)
    const end = bytesAt(Number(tail.readBigUInt64LE(at - locatorBytes + 8)), 56)
    if (end.readUInt32LE(0) !== largeEndMark) throw damaged(path)
    ;[bytes, offset] = [Number(end.readBigUInt64LE(40)), Number(end.readBigUInt64LE(48))]
  }
  if (bytes > directoryBytesMax || offset + bytes > size) throw damaged(path)
  const entries = entriesOf(path, bytesAt(offset, bytes))
  // With overlapping files, a small zip unpacks to more than any disk holds.
  let packed = 0
  for (const { packedBytes } of entries.values()) packed += packedBytes
  if (packed > size) throw damaged(path)
  return entries
}

function entriesOf(path: string, directory: Buffer): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>()
  for (let at = 0; at + 46 <= directory.length; ) {
    if (directory.readUInt32LE(at) !== entryMark) throw damaged(path)
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field))
    const nameEnd = at + 46 + (nameBytes ?? 0)
    const extraEnd = nameEnd + (extraBytes ?? 0)
    entries.set(
      directory.toString("utf8", at + 46, nameEnd),
      entryOf(directory, at, directory.subarray(nameEnd, extraEnd)),
    )
    at = extraEnd + (commentBytes ?? 0)
  }
  return entries
}

function entryOf(directory: Buffer, at: number, extra: Buffer): Entry {
  const fields = [24, 20, 42].map((field) => directory.readUInt32LE(at + field))
  // Sizes that are too large for their field are in an extra field, in this order.
  let next = 4
  const [bytes = 0, packedBytes = 0, offset = 0] = fields.map((value) => {
    if (value !== isElsewhere || extra.length < next + 8 || extra.readUInt16LE(0) !== 1) return value
    next += 8
    return Number(extra.readBigUInt64LE(next - 8))
  })
  return { method: directory.readUInt16LE(at + 10), packedBytes, bytes, offset }
}

function unpacked(path: string, name: string, { method, packedBytes, bytes, offset }: Entry, bytesAt: BytesAt): Buffer {
  if (bytes > fileBytesMax || packedBytes > fileBytesMax)
    throw new OperatorError(`${name} in ${path} is larger than any file of an export.`)
  const local = bytesAt(offset, 30)
  if (local.readUInt32LE(0) !== localMark) throw damaged(path)
  const packed = bytesAt(offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28), packedBytes)
  if (method === stored) return packed
  if (method !== deflated)
    throw new OperatorError(`${name} in ${path} is packed in a way that is not known (${method}).`)
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, bytes) })
  } catch (cause) {
    throw new OperatorError(`${name} in ${path} is damaged: download the export again.`, { cause })
  }
}

function noZip(path: string): OperatorError {
  return new OperatorError(`${path} is no zip: name the file as it was downloaded.`)
}

function damaged(path: string): OperatorError {
  return new OperatorError(`${path} is damaged, or was cut: download it again.`)
}
