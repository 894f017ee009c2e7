import { SignJWT } from "jose"

export const authSecret = "a secret that is long enough for HS256, and for tests only"

export interface Claims {
  readonly sub?: unknown
  readonly name?: unknown
  readonly avatar?: unknown
  /** Seconds since the epoch; an hour from now unless told otherwise. */
  readonly exp?: unknown
  readonly [claim: string]: unknown
}

const inAnHour = () => Math.floor(Date.now() / 1000) + 3_600

/** A token of HS256 with the server's secret, unless another key is given. */
export async function tokenOf(
  claims: Claims,
  { alg = "HS256", key = new TextEncoder().encode(authSecret), kid }: TokenKey = {},
): Promise<string> {
  const payload = { exp: inAnHour(), ...claims } as never
  return new SignJWT(payload).setProtectedHeader({ alg, ...(kid !== undefined && { kid }) }).sign(key)
}

interface TokenKey {
  readonly alg?: string
  readonly key?: CryptoKey | Uint8Array
  readonly kid?: string
}
