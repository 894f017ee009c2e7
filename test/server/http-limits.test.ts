/** Which HTTP requests count to a limit of their own: each uses it up, and the table of limits names the same. */
import { describe, expect, test } from "bun:test"
import { calls } from "../../src/contract/accounts.ts"
import { type LimitName, limits, limitTable } from "../../src/contract/limits.ts"
import { call, codeIn, joinBy, password, startWithAdmin } from "../support/accounts.ts"
import { stoppedClock } from "../support/clock.ts"
import { upload } from "../support/files.ts"
import { Browser, withProvider } from "../support/oidc-browser.ts"
import { startProvider } from "../support/provider.ts"

interface Scene {
  readonly url: string
  readonly token: string
  /** Of an invite that bob joined by. */
  readonly code: string
  /** Known to the server, whose passwords cost next to nothing here. */
  readonly logins: readonly string[]
  readonly byProvider: () => Promise<unknown>
}

/** "ERR_RATE_LIMITED" once it is used up. */
type Ask = (scene: Scene, n: number) => Promise<unknown>

const guess = () => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")
const from = (n: number) => ({ "X-Forwarded-For": `198.51.100.${n}` })
const named = { login: "eve", username: "Eve", password }
const posted =
  (
    name: string,
    body: (scene: Scene, n: number) => object,
    headers: (n: number) => Record<string, string> = () => ({}),
  ): Ask =>
  async (scene, n) =>
    (await call(scene.url, name, body(scene, n), headers(n))).code
const wrongOf = (login: string | undefined) => ({ login, password: "not the password" })
/** The same join again signs in. */
const again = ({ code }: Scene) => ({ invite: code, username: "bob", ...wrongOf("bob") })
const assertion = { id: "AAAA", clientData: "AAAA", authenticatorData: "AAAA", signature: "AAAA" }

const uses: readonly (readonly [request: string, limit: LimitName, ask: Ask])[] = [
  ["POST /api/sign-in", "triesPerLoginAndAddressMax", posted("sign-in", () => wrongOf("ann"))],
  ["POST /api/sign-in", "triesPerLoginMax", posted("sign-in", () => wrongOf("ann"), from)],
  ["POST /api/sign-in", "triesPerAddressMax", posted("sign-in", ({ logins }, n) => wrongOf(logins[n % logins.length]))],
  ["POST /api/join", "triesPerLoginAndAddressMax", posted("join", again)],
  ["POST /api/join", "triesPerLoginMax", posted("join", again, from)],
  ["POST /api/join", "triesPerAddressMax", posted("join", () => ({ invite: guess(), ...named }))],
  ["POST /api/redeem", "triesPerAddressMax", posted("redeem", () => ({ code: guess() }))],
  ["POST /api/peek", "triesPerAddressMax", posted("peek", () => ({ code: guess() }))],
  ["POST /api/passkey-sign-in", "triesPerAddressMax", posted("passkey-sign-in", () => assertion)],
  ["GET /api/oidc/callback", "triesPerAddressMax", ({ byProvider }) => byProvider()],
  ["POST /api/my-data", "ownDataRate", ownData],
  [
    "POST /files",
    "uploadRate",
    async ({ url, token }) => codeOf((await upload(url, "", { headers: bearer(token) })).body),
  ],
  ["POST /uploads", "uploadRate", (scene) => begun(scene, { isKept: false })],
  ["POST /uploads", "resumablePerOwnerMax", (scene) => begun(scene, { isKept: true })],
]

describe("[LIM1] [ACC4]", () => {
  test.each(uses.map(([request, limit]) => [request, limit] as const))("%s counts to %s", async (request, limit) => {
    using provider = await startProvider()
    provider.says = { sub: "nobody who gets an account" }
    const settings = withProvider(provider)
    await using team = await startWithAdmin(settings, stoppedClock().clock)
    const made = await team.client.ask("create_invite", { uses: 9 })
    const link = made.ok ? made.invite.url : ""
    const logins = ["bob", "carol", "dora"]
    for (const login of logins) await joinBy(team.url, link, login)
    const byProvider = async () => {
      const eve = new Browser(team.url)
      return eve.arrive(await eve.begin(provider))
    }
    const scene = { url: team.url, token: team.admin.token, code: codeIn(link), logins: ["ann", ...logins], byProvider }
    const [, , ask] = uses.find(([asked, other]) => asked === request && other === limit) ?? []
    let granted = 0
    while (granted <= most(limit) && (await ask?.(scene, granted)) !== "ERR_RATE_LIMITED") granted++
    expect({ granted, counted: team.app.limited()[limit] }).toEqual({ granted: most(limit), counted: 1 })
  })

  test("the sentences of these limits name these requests, and each other request is named by none", () => {
    const counted = Map.groupBy(uses, ([, limit]) => limit)
    for (const limit of Object.keys(limitTable) as LimitName[]) {
      const wanted = (counted.get(limit) ?? []).map(([request]) => request)
      expect({ limit, named: requestsIn(limitTable[limit].about) }).toEqual({ limit, named: wanted })
    }
  })

  test("what counts to none of them changes nothing but a session of one's own, and looks up nothing that could be guessed", () => {
    const own = new Set(uses.map(([request]) => request))
    const others = Object.keys(calls).filter((name) => !own.has(`POST /api/${name}`))
    expect(others).toEqual(["passkey", "me", "sign-out"])
  })
})

/** Such as `POST /files`. */
function requestsIn(sentence: string): string[] {
  return [...sentence.matchAll(/`([A-Z]+ \/[^`]*)`/g)].map(([, request = ""]) => request)
}

function most(limit: LimitName): number {
  const value = limits[limit]
  return typeof value === "number" ? value : value.atOnce
}

function bearer(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` }
}

function codeOf(answer: { readonly ok: boolean; readonly error?: { readonly code: string } }): string {
  return answer.ok ? "ok" : (answer.error?.code ?? "")
}

async function ownData({ url, token }: Scene): Promise<string> {
  const headers = { "Content-Type": "application/json", ...bearer(token) }
  const response = await fetch(`${url}/api/my-data`, { method: "POST", headers, body: "{}" })
  const text = await response.text()
  return response.ok ? "ok" : codeOf(JSON.parse(text))
}

/** An upload that is to be resumed, or is dropped at once. */
async function begun({ url, token }: Scene, { isKept }: { readonly isKept: boolean }): Promise<string> {
  const headers = { ...bearer(token), "Upload-Length": "1" }
  const response = await fetch(`${url}/uploads?name=x`, { method: "POST", headers })
  if (!response.ok) return codeOf((await response.json()) as { ok: false; error: { code: string } })
  if (!isKept) await fetch(url + response.headers.get("location"), { method: "DELETE", headers: bearer(token) })
  return "ok"
}
