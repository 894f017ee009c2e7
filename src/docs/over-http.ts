/** What goes over HTTP instead of a socket: files, and, where the server keeps its people, how they sign in. */
import { type Call, calls } from "../contract/accounts.ts"
import type { Rule } from "../contract/rules.ts"
import { code, fields, ruleLinks } from "./elements.ts"
import { type Html, html, prose } from "./html.ts"
import { jsonSchemaOf } from "./json-schema.ts"
import type { Served } from "./payloads.ts"

interface Entry {
  readonly request: string
  readonly about: string
  /** What its body holds, where that is JSON. */
  readonly call?: Call
  /** Asks for it by curl, from a server at that address. */
  readonly example?: (address: string, bearer: string) => string
  readonly rules: readonly Rule[]
}

const json = "-H 'Content-Type: application/json'"
/** Where a command goes on in the next line. */
const newLine = "\\\n  "

const files: readonly Entry[] = [
  {
    request: "POST /files?name=…",
    about:
      "Keeps a file, whose bytes are the body, and answers 201 `{ok, file}`. `send_message` then names it in `files`, by the `id` of `file`.",
    example: (address, bearer) => `curl --data-binary @plan.pdf ${bearer}${newLine}'${address}/files?name=plan.pdf'`,
    rules: ["FILE1", "FILE2"],
  },
  {
    request: "POST /uploads?name=…",
    about:
      "The same in pieces, which go on after a cut, by the core of tus 1.0: `Upload-Length` says how long it will be, and `Location` where it goes. `PATCH` there adds a piece at `Upload-Offset`, `HEAD` says how far it is, `DELETE` ends it. The answer to the last piece is `{ok, file}`.",
    rules: ["FILE1"],
  },
  {
    request: "GET /files/…",
    about:
      "A file, at the `url` or `thumbnailUrl` of a message's `files`: in ranges too, and with an `ETag`. It needs no token: its address is the key.",
    rules: ["FILE3", "FILE4"],
  },
  {
    request: "GET /api/server",
    about:
      "`{version, auth, fileBytesMax}`, and with accounts `hasAdministrator`, `signInWith` (what the provider is called), `hasPasskeys` and `membersInvite`, where they are so.",
    rules: ["ACC1"],
  },
]

const entered = "It answers `{ok, token, user}`, where `user` is `{userId, login, username, role}`."

const people: readonly Entry[] = [
  {
    request: "POST /api/sign-in",
    about: entered,
    call: "sign-in",
    example: (address) =>
      `curl ${address}/api/sign-in ${json} ${newLine}-d '{"login": "ann", "password": "correct horse battery"}'`,
    rules: ["ACC2", "ACC4"],
  },
  { request: "POST /api/join", about: `Makes an account. ${entered}`, call: "join", rules: ["ACC2", "ACC5"] },
  {
    request: "POST /api/peek",
    about:
      "Says what a code is for, and uses it not: `{ok, kind, username?, roomName?}`. The `kind` is `setup` or `invite`, for `join`, or `reset` or `device`, for `redeem`.",
    call: "peek",
    rules: ["ACC2"],
  },
  {
    request: "POST /api/redeem",
    about: `Uses a link to a new password, or to another device. ${entered}`,
    call: "redeem",
    rules: ["ACC2", "ACC3"],
  },
  {
    request: "POST /api/my-data",
    about: "Whoever has the token gets what is theirs, as lines of JSON.",
    example: (address, bearer) => `curl ${address}/api/my-data ${json} ${newLine}${bearer}-d '{}' > my-data.ndjson`,
    rules: ["ACC10"],
  },
]

export function overHttp({ address, auth }: Served): Html {
  const bearer = auth === "open" ? "" : '-H "Authorization: Bearer $TOKEN" '
  const entries = auth === "accounts" ? [...files, ...people] : files
  const token = auth === "open" ? "" : " What needs a token takes it as `Authorization: Bearer …`."
  return html`<section aria-labelledby="over-http"><h2 id="over-http">Over HTTP</h2>
<p>${prose(`What is refused is \`{ok: false, error}\` here too, with a fitting status.${token}`)}</p>
${entries.map(
  ({ request, about, call, example, rules }) => html`<section class="event" aria-labelledby="${anchorOf(request)}">
<h3 id="${anchorOf(request)}"><a href="#${anchorOf(request)}"><code>${request}</code></a></h3>
<p>${prose(about)}</p>
${call && fields(jsonSchemaOf(calls[call]))}
${example && code("sh", example(address, bearer))}
${ruleLinks(rules)}
</section>`,
)}</section>`
}

/** Such as "POST-files". */
function anchorOf(request: string): string {
  return request.replaceAll(/[^A-Za-z]+/g, "-").replace(/-(?:name-)?$/, "")
}
