import { expect, test } from "bun:test"
import fc from "fast-check"
import { encodeClose, encodePong, encodeText, FrameReader } from "../../../src/load/frames.ts"

test("texts of every size class come out as they went in, however the bytes are cut", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.constantFrom("x".repeat(125), "x".repeat(126), "é".repeat(40_000)),
  )
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 70_000 })), (texts, sizes) => {
      const bytes = Buffer.concat(texts.map((text) => unmasked(encodeText(text))))
      expect(read(cut(bytes, sizes)).texts).toEqual(texts.map((text) => Buffer.from(text).toString()))
    }),
    { seed: 1, numRuns: 200 },
  )
})

test("a frame's bytes may be used again after the read", () => {
  const bytes = unmasked(encodeText("hello"))
  const seen: string[] = []
  const reader = new FrameReader({
    text: (frame, start, end) => seen.push(frame.toString("utf8", start, end)),
    ping: () => {},
    closed: () => {},
  })
  const first = Buffer.from(bytes.subarray(0, 4))
  reader.read(first)
  first.fill(0)
  reader.read(Buffer.from(bytes.subarray(4)))
  expect(seen).toEqual(["hello"])
})

test("fragments are put together, around a ping", () => {
  const fragments = Buffer.concat([
    frame(0x01, "hel"),
    frame(0x89, "are you there?"),
    frame(0x00, "l"),
    frame(0x80, "o"),
  ])
  expect(read([fragments])).toEqual({ texts: ["hello"], pings: ["are you there?"], closed: 0 })
})

test("pongs and closes are told apart from texts", () => {
  const bytes = Buffer.concat([unmasked(encodePong(Buffer.from("yes"))), unmasked(encodeClose())])
  expect(read([bytes])).toEqual({ texts: [], pings: [], closed: 1 })
})

test("what this client sends is masked, as RFC 6455 demands of clients", () => {
  for (const length of [5, 200, 70_000]) expect(encodeText("x".repeat(length))[1]! & 0x80).toBe(0x80)
})

test.each([
  ["a masked frame", encodeText("hello")],
  ["a binary frame", frame(0x82, "hello")],
  ["a compressed frame, which was not agreed on", frame(0xc1, "hello")],
])("%s from a server is refused", (_, bytes) => {
  expect(() => read([bytes])).toThrow("The server sent")
})

function read(chunks: readonly Buffer[]) {
  const texts: string[] = []
  const pings: string[] = []
  let closed = 0
  const reader = new FrameReader({
    text: (bytes, start, end) => texts.push(bytes.toString("utf8", start, end)),
    ping: (payload) => pings.push(payload.toString()),
    closed: () => closed++,
  })
  for (const chunk of chunks) reader.read(chunk)
  return { texts, pings, closed }
}

/** The frame as a server would send it. The key is zeros, so taking the mask off is taking the key out. */
function unmasked(bytes: Buffer): Buffer {
  const short = bytes[1]! & 0x7f
  const head = short === 126 ? 4 : short === 127 ? 10 : 2
  const copy = Buffer.concat([bytes.subarray(0, head), bytes.subarray(head + 4)])
  copy[1] = short
  return copy
}

function frame(head: number, text: string): Buffer {
  return Buffer.concat([Buffer.from([head, text.length]), Buffer.from(text)])
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return [...chunks, bytes.subarray(at)]
}
