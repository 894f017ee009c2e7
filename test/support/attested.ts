/** What a device's maker says of it (WebAuthn's "packed" attestation), with a certificate of the maker's that is as valid as any. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto"

/** Of an attestation without such a word, for the same page and challenge. */
export function attested(attestation: string, clientData: string): string {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const whole = Buffer.from(attestation, "base64url")
  const name = cbor("authData")
  const data = whole.subarray(whole.indexOf(name) + name.length + 2)
  const hash = createHash("sha256").update(Buffer.from(clientData, "base64url")).digest()
  const signature = sign("sha256", Buffer.concat([data, hash]), privateKey)
  const statement = [cbor("alg"), hex("26"), cbor("sig"), cbor(signature), cbor("x5c"), hex("81")]
  const certificate = cbor(certificateOf(publicKey, privateKey))
  const said = [cbor("fmt"), cbor("packed"), cbor("attStmt"), hex("a3"), ...statement, certificate]
  return Buffer.concat([hex("a3"), ...said, name, cbor(data)]).toString("base64url")
}

/** X.509, signed by itself: a version, a number, who and until when, and that it is no authority. */
function certificateOf(publicKey: KeyObject, privateKey: KeyObject): Buffer {
  const algorithm = der(0x30, hex("06082a8648ce3d040302"))
  const part = (oid: string, text: string) => der(0x31, der(0x30, hex(`0603${oid}`), der(0x0c, Buffer.from(text))))
  const words = { "550406": "DE", "55040a": "Maker", "55040b": "Authenticator Attestation", "550403": "Device" }
  const maker = der(0x30, ...Object.entries(words).map(([oid, text]) => part(oid, text)))
  const times = der(0x30, ...["20000101000000Z", "29991231000000Z"].map((time) => der(0x18, Buffer.from(time))))
  const noAuthority = der(0xa3, der(0x30, der(0x30, hex("0603551d13"), der(0x04, hex("3000")))))
  const key = publicKey.export({ type: "spki", format: "der" })
  const body = der(0x30, hex("a003020102020101"), algorithm, maker, times, maker, key, noAuthority)
  return der(0x30, body, algorithm, der(0x03, hex("00"), sign("sha256", body, privateKey)))
}

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function cbor(content: string | Uint8Array): Buffer {
  const { length } = content
  const kind = typeof content === "string" ? 0x60 : 0x40
  const size =
    length < 24 ? [kind + length] : length < 0x100 ? [kind + 24, length] : [kind + 25, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(size), Buffer.from(content)])
}

function hex(text: string): Buffer {
  return Buffer.from(text, "hex")
}
