/** A passkey's device as WebAuthn describes it, in software: it makes keys, counts, and signs whatever it is given. */
import { createHash, generateKeyPairSync, sign } from "node:crypto"

export interface Asked {
  readonly challenge: string
  readonly rpId: string
}

const userPresentAndVerified = 0x05
const hasKey = 0x40

export class Authenticator {
  readonly #origin: string
  readonly #keys = generateKeyPairSync("ec", { namedCurve: "P-256" })
  readonly #id = crypto.getRandomValues(new Uint8Array(32))
  counter = 0
  /** Whether it asked its owner for a finger or a code. */
  isVerified = true

  /** Of the page that it is asked by. */
  constructor(origin: string) {
    this.#origin = origin
  }

  get id(): string {
    return base64url(this.#id)
  }

  create({ challenge, rpId }: Asked, origin = this.#origin) {
    const key = this.#keys.publicKey.export({ format: "jwk" })
    const [x, y] = [key.x, key.y].map((part) => Buffer.from(part ?? "", "base64url"))
    const cose = [bytes("a5010203262001215820"), x ?? bytes(""), bytes("225820"), y ?? bytes("")]
    const length = Buffer.from([0, this.#id.length])
    const data = [this.#data(rpId, hasKey), Buffer.alloc(16), length, this.#id, ...cose]
    const authData = Buffer.concat(data)
    const header = bytes("a363666d74646e6f6e656761747453746d74a068617574684461746158")
    const attestation = base64url(Buffer.concat([header, Buffer.from([authData.length]), authData]))
    return { id: this.id, clientData: clientData("webauthn.create", challenge, origin), attestation }
  }

  get({ challenge, rpId }: Asked, origin = this.#origin) {
    this.counter++
    const said = clientData("webauthn.get", challenge, origin)
    const data = this.#data(rpId, 0)
    const hash = createHash("sha256").update(Buffer.from(said, "base64url")).digest()
    const signature = sign("sha256", Buffer.concat([data, hash]), this.#keys.privateKey)
    return { id: this.id, clientData: said, authenticatorData: base64url(data), signature: base64url(signature) }
  }

  #data(rpId: string, more: number): Buffer {
    const rest = Buffer.alloc(5)
    rest[0] = (this.isVerified ? userPresentAndVerified : 1) | more
    rest.writeUInt32BE(this.counter, 1)
    return Buffer.concat([createHash("sha256").update(rpId).digest(), rest])
  }
}

function clientData(type: string, challenge: string, origin: string): string {
  return base64url(Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })))
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, "hex")
}

function base64url(content: Uint8Array): string {
  return Buffer.from(content).toString("base64url")
}
