/** Ids for imported items: the same each time, so repeated items are recognized. */

/** Of 48 bits. */
const timeMax = 2 ** 48 - 1

/** Version 7 of RFC 9562 with a hash instead of random bits: it grows with time, so ids are appended to their index. */
export function messageIdOf(at: number, key: string): string {
  const time = Math.min(Math.max(0, Math.floor(at)), timeMax)
    .toString(16)
    .padStart(12, "0")
  return uuid(time, "7", hashOf(key))
}

/** Version 8, which is for custom ids. */
export function roomIdOf(key: string): string {
  const hash = hashOf(key)
  return uuid(hash.slice(0, 12), "8", hash.slice(12))
}

function uuid(head: string, version: string, rest: string): string {
  const variant = "89ab"[Number.parseInt(rest[3] ?? "0", 16) & 3]
  return `${head.slice(0, 8)}-${head.slice(8, 12)}-${version}${rest.slice(0, 3)}-${variant}${rest.slice(4, 7)}-${rest.slice(7, 19)}`
}

function hashOf(key: string): string {
  return new Bun.CryptoHasher("sha256").update(key).digest("hex")
}
