/** Passkeys in the browser; to and from the server as base64url. */

interface Asked {
  readonly challenge: string
  readonly rpId: string
}

/** Browsers allow them on secure pages, of a host with a name. */
export function hasPasskeysHere(): boolean {
  return isSecureContext && "PublicKeyCredential" in globalThis && !/^[\d.]+$|^\[/.test(location.hostname)
}

interface Owner {
  readonly userId: string
  readonly login: string
  readonly username: string
}

/** ES256, EdDSA and RS256. */
const algorithms = [-7, -8, -257]

/** Rejects if the person or the browser refuses. */
export async function makePasskey(
  { challenge, rpId, known }: Asked & { readonly known: readonly string[] },
  { userId, login, username }: Owner,
) {
  const credential = await navigator.credentials.create({
    publicKey: {
      challenge: bytesOf(challenge),
      rp: { id: rpId, name: "Warren" },
      user: { id: new TextEncoder().encode(userId), name: login, displayName: username },
      pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: known.map((id) => ({ type: "public-key", id: bytesOf(id) })),
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    },
  })
  const { id, response } = credential as PublicKeyCredential & { readonly response: AuthenticatorAttestationResponse }
  return { id, clientData: textOf(response.clientDataJSON), attestation: textOf(response.attestationObject) }
}

/** Uses one that the browser finds; rejects as well. */
export async function signWithPasskey({ challenge, rpId }: Asked) {
  const publicKey = { challenge: bytesOf(challenge), rpId, userVerification: "required" } as const
  const credential = await navigator.credentials.get({ publicKey })
  const { id, response } = credential as PublicKeyCredential & { readonly response: AuthenticatorAssertionResponse }
  const { clientDataJSON, authenticatorData, signature } = response
  return {
    id,
    clientData: textOf(clientDataJSON),
    authenticatorData: textOf(authenticatorData),
    signature: textOf(signature),
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(binary, (character) => character.charCodeAt(0))
}

function textOf(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join("")
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
}
