/** Passkeys, by which people sign in without a password: keys that their devices hold, and only use on this site. */
import * as v from "valibot"
import { answer, type NamedObject, onlyOk, onlyUserId, payload, request } from "./definition.ts"
import { limits } from "./limits.ts"
import { ann, passkeyId } from "./story.ts"
import { about, cleanLine, codePoints, notBlank, PasskeyId, rule, string, Timestamp, UserId } from "./values.ts"

export const Passkey = v.object({
  id: PasskeyId,
  name: about("What its owner calls it.", v.string()),
  createdAt: Timestamp,
  usedAt: about("When it last signed in; `null` until then.", v.nullable(Timestamp)),
})

/** What a browser gives, in base64url. */
export const Bytes = v.pipe(
  string,
  rule<string>(
    (text) => text.length <= limits.passkeyTextLengthMax && /^[\w-]+$/.test(text),
    `must be base64url of at most ${limits.passkeyTextLengthMax} characters`,
    { pattern: "^[\\w-]+$", maxLength: limits.passkeyTextLengthMax },
  ),
)

const Challenge = {
  challenge: about("In base64url: what the passkey is to sign. It is for once, within 5 minutes.", v.string()),
  rpId: about("The site that the passkey is of.", v.string()),
}

const errors = ["ERR_FORBIDDEN", "ERR_STORAGE"] as const
const example = {
  id: passkeyId,
  name: "Laptop",
  createdAt: "2026-01-31T12:00:00.000Z",
  usedAt: "2026-01-31T12:34:56.789Z",
}
const challenge = "cTgzdkVqUldlSkFTTkZaNG1yemU4QQ"

const listPasskeys = request({
  summary: "Lists one's passkeys.",
  description: "One's own, and nobody else's.",
  rules: ["ACC9"],
  rate: "page",
  needs: "accounts",
  errors,
  ...onlyUserId,
  answer: answer({ passkeys: v.array(Passkey) }),
  answered: { ok: true, passkeys: [example] },
})

const beginPasskey = request({
  summary: "Begins to add a passkey.",
  description:
    "With the answer a page calls `navigator.credentials.create`, asking for a discoverable credential, user verification, no attestation, and ES256, EdDSA or RS256. `ERR_FORBIDDEN` where the server's address is neither https nor `localhost`.",
  rules: ["ACC9"],
  rate: "other",
  needs: "accounts",
  errors,
  ...onlyUserId,
  answer: answer({
    ...Challenge,
    known: about("The ids of the credentials that one has: a device makes no second one.", v.array(v.string())),
  }),
  answered: { ok: true, challenge, rpId: "chat.example.com", known: ["AQID"] },
})

const addPasskey = request({
  summary: "Adds the passkey that the browser made.",
  description: "`clientData` and `attestation` are what the credential's `response` holds, in base64url.",
  rules: ["ACC9"],
  rate: "other",
  needs: "accounts",
  errors,
  payload: payload({
    userId: UserId,
    name: about(
      "What its owner calls it.",
      v.pipe(string, codePoints(limits.passkeyNameLengthMax), cleanLine, notBlank),
    ),
    id: about("The credential's id.", Bytes),
    clientData: about("Its `clientDataJSON`.", Bytes),
    attestation: about("Its `attestationObject`.", Bytes),
  }),
  examples: [{ userId: ann, name: "Laptop", id: "AQID", clientData: "e30", attestation: "oA" }],
  mistakes: [
    { payload: { userId: ann, name: "", id: "AQID", clientData: "e30", attestation: "oA" }, field: "name" },
    { payload: { userId: ann, name: "Laptop", id: "A+/=", clientData: "e30", attestation: "oA" }, field: "id" },
    { payload: { userId: ann, name: "Laptop", id: "AQID", attestation: "oA" }, field: "clientData" },
    { payload: { userId: ann, name: "Laptop", id: "AQID", clientData: "e30" }, field: "attestation" },
  ],
  answer: answer({ passkey: Passkey }),
  answered: { ok: true, passkey: { ...example, usedAt: null } },
})

const removePasskey = request({
  summary: "Removes one of one's passkeys.",
  description: "It signs in no more; the sessions that it began go on. One that is gone is no error.",
  rules: ["ACC9"],
  rate: "other",
  needs: "accounts",
  errors,
  payload: payload({ userId: UserId, passkeyId: PasskeyId }),
  examples: [{ userId: ann, passkeyId }],
  mistakes: [{ payload: { userId: ann }, field: "passkeyId" }],
  ...onlyOk,
})

export const requests = {
  list_passkeys: listPasskeys,
  begin_passkey: beginPasskey,
  add_passkey: addPasskey,
  remove_passkey: removePasskey,
} as const

export const objects = {
  Passkey: { schema: Passkey, about: "A key by which somebody signs in without a password." },
} as const satisfies Record<string, NamedObject>

export type Passkey = v.InferOutput<typeof Passkey>
