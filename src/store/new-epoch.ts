/** A name for a life of the data, which no other has: 128 random bits. */
export function newEpoch(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")
}
