/**
 * What one request costs before anything is done for it: as much text as a request may bring, of the kinds that take
 * long to look through, in each field of each request. It is met by its schema within 5 ms of the event loop.
 */
import { expect, test } from "bun:test"
import { ChatError } from "../../../src/contract/errors.ts"
import { type ClientEvent, clientEvents } from "../../../src/contract/events.ts"
import { limits } from "../../../src/contract/limits.ts"
import { parseRequest } from "../../../src/contract/parse.ts"

const goalMs = 5
/** Of a measured figure, on a machine that may be slow. */
const slack = 3
/** The others are only made where the first took longer, as on a machine that is busy. */
const attempts = 20
/** Beside the field there are the others, and the name of the event. */
const bytes = limits.requestBytesMax - 2_048

/** Letters, marks and signs that are put in order, belong together, or begin something that does not end. */
const pieces = [
  ...["a", "1", " ", "\t", "\n", "-", ".", "/", "@", ":", "[", "{", "%41", "a ", "a.", "0e"],
  ...["\u0301", "\u0307\u0323", "a\u0307\u0323", "\u0628\u0650", "한", "\u1100\u1161", "ﷺ", "\ufdfa ", "ß", "İ"],
  ...["\u200d", "\u200c", "a\u200d", "\u0d30\u0d4d\u200d", "\ufe0f", "1\ufe0f\u20e3", "\u{e0100}", "\u180b", "\u00ad"],
  ...["🇦", "👩\u200d", "👋🏽", "🏴\u{e0067}\u{e0062}", "\u{e007f}", "\u2800", "\u202e", "\ud83d", "\0", "\u2028"],
]
const urls = [
  "http://a",
  "https://a.",
  "https://",
  "http:////",
  "https://a@",
  "https://a/",
  "https://xn--",
  "https://[::",
]

test("[VAL1] whatever a field holds, a request is met by its schema within 5 ms", () => {
  const worst = { ms: 0, of: "" }
  const all = [...values()]
  let parsed = 0
  for (const [event, { payload, examples }] of Object.entries(clientEvents)) {
    for (const field of Object.keys(payload.entries)) {
      for (const [kind, value] of all) {
        const ms = costMs(event as ClientEvent, { ...examples[0], [field]: value })
        parsed++
        if (ms > worst.ms) Object.assign(worst, { ms, of: `${event}, ${field}: ${JSON.stringify(kind).slice(0, 60)}` })
      }
    }
  }
  console.log(`of ${parsed} requests the longest took ${worst.ms.toFixed(2)} ms: ${worst.of}`)
  expect(worst.ms, worst.of).toBeLessThan(goalMs * slack)
}, 120_000)

function* values(): Generator<readonly [kind: unknown, value: unknown]> {
  for (const piece of pieces) yield [piece, filled("", piece)]
  for (const url of urls)
    for (const piece of ["a", ".", "%CC%87", "\u0307\u0323", "xn--"]) yield [url + piece, filled(url, piece)]
  for (const one of ["a", 0, null, {}, []])
    yield [[one], Array(Math.floor(bytes / (JSON.stringify(one).length + 1))).fill(one)]
}

/** In bytes of JSON. */
function filled(start: string, piece: string): string {
  return start + piece.repeat(Math.floor((bytes - start.length) / (Buffer.byteLength(JSON.stringify(piece)) - 2)))
}

function costMs(event: ClientEvent, payload: unknown): number {
  let least = Infinity
  for (let attempt = 0; attempt < attempts && least > goalMs; attempt++) {
    const startedMs = performance.now()
    try {
      parseRequest(event, payload)
    } catch (error) {
      if (!(error instanceof ChatError)) throw error
    }
    least = Math.min(least, performance.now() - startedMs)
  }
  return least
}
