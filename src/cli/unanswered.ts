/**
 * Why a server did not answer. The runtime's own messages give useless advice, so its code is shown; of certificates,
 * which many an operator meets once in their life, also what it means.
 */
import { codeOf, reasonOf } from "../observe/operator-error.ts"

const unknown = "its certificate is of no authority that is known here: name yours by NODE_EXTRA_CA_CERTS=FILE"
const incomplete =
  "its certificate comes without the one that signed it: give the proxy the whole chain (fullchain.pem), or name your own authority by NODE_EXTRA_CA_CERTS=FILE"
const certificates: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: unknown,
  SELF_SIGNED_CERT_IN_CHAIN: unknown,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: incomplete,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: incomplete,
  CERT_HAS_EXPIRED: "its certificate has expired: renew it",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is of another name: get one for this",
}

export function whyUnanswered(cause: unknown): string {
  const code = codeOf(cause)
  if (code === undefined) return reasonOf(cause).replace(/\.$/, "")
  const meaning = Object.hasOwn(certificates, code) ? certificates[code] : undefined
  return meaning === undefined ? code : `${meaning} (${code})`
}
