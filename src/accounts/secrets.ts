/** Tokens and codes: random texts that only their holder has. What is stored is a hash. */

/** 256 bits. */
const tokenBytes = 32
/** 128 bits. */
const codeBytes = 16

export type NewSecret = (bytes: number) => string

export const randomSecret: NewSecret = (bytes) =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("base64url")

export const newToken = (newSecret: NewSecret): string => newSecret(tokenBytes)
export const newCode = (newSecret: NewSecret): string => newSecret(codeBytes)

/** They are random, so a fast hash is enough: nobody guesses 128 random bits. */
export function hashOf(secret: string): string {
  return new Bun.CryptoHasher("sha256").update(secret).digest("base64url")
}
