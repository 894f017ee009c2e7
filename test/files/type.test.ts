import { expect, test } from "bun:test"
import { typeOf } from "../../src/files/type.ts"

const bytes = (text: string) => Buffer.from(text, "latin1")

test.each([
  ["\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"],
  ["\xff\xd8\xff\xe0", "image/jpeg"],
  ["GIF89a", "image/gif"],
  ["RIFF\0\0\0\0WEBPVP8 ", "image/webp"],
  ["RIFF\0\0\0\0WAVEfmt ", "audio/wav"],
  ["\0\0\0\x1cftypavif", "image/avif"],
  ["\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "image/avif"],
  ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic"],
  ["\0\0\0\x20ftypisom", "video/mp4"],
  ["\0\0\0\x14ftypqt  ", "video/quicktime"],
  ["\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x84webm", "video/webm"],
  ["OggS\0", "audio/ogg"],
  ["ID3\x03", "audio/mpeg"],
  ["\xff\xfb\x90\x64", "audio/mpeg"],
  ["%PDF-1.7", "application/pdf"],
  ["PK\x03\x04", "application/zip"],
  ["", "text/plain"],
  ["Dear all,\n", "text/plain"],
  ["\n <!DOCTYPE html>", "text/html"],
  ["<?xml version='1.0'?><!-- a --><svg onload='x'>", "image/svg+xml"],
  ["\0\x01\x02", "application/octet-stream"],
  ["\xff\xfe\xfd", "application/octet-stream"],
  ["RIFF", "application/octet-stream"],
])("[FILE1] %j is %s", (head, type) => {
  expect(typeOf(bytes(head))).toBe(type)
})

test("[FILE1] a text is one though its head ends within a character", () => {
  expect(typeOf(Buffer.from(`${"x".repeat(4_095)}ü`).subarray(0, 4_096))).toBe("text/plain")
})
