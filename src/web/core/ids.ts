/** Ids chosen by this browser. `crypto.randomUUID` is missing on pages without TLS, as in a home network. */

/** A random UUID (version 4): it reveals nothing. */
export function newUuid(): string {
  return uuid(4, crypto.getRandomValues(new Uint8Array(16)))
}

/** A UUID that grows with time (version 7), so the server appends to its index of ids. */
export function newMessageId(nowMs: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let i = 0, rest = nowMs; i < 6; i++, rest = Math.floor(rest / 256)) bytes[5 - i] = rest % 256
  return uuid(7, bytes)
}

export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
}

function uuid(version: number, bytes: Uint8Array): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
}
