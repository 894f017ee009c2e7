/** Another site's page, in the browser of somebody who is signed in: it asks for everything, and their cookie does nothing for it. */
import { expect, test } from "bun:test"
import { type Call, calls } from "../../src/contract/accounts.ts"
import { call, codeIn, password, startWithAdmin } from "../support/accounts.ts"
import { Browser, withProvider } from "../support/oidc-browser.ts"
import { startProvider } from "../support/provider.ts"

/** What the browser says of whoever asks. The last says nothing, as browsers of old. */
const foreign = {
  "another site's page": { Origin: "https://evil.example", "Sec-Fetch-Site": "cross-site" },
  "a page without an address": { Origin: "null", "Sec-Fetch-Site": "cross-site" },
  "another page of this machine": { Origin: "http://localhost:1", "Sec-Fetch-Site": "same-site" },
  "a picture or a form of another site": { "Sec-Fetch-Site": "cross-site" },
  "a picture or a form of another host of this site": { "Sec-Fetch-Site": "same-site" },
  "a link that somebody typed": { "Sec-Fetch-Site": "none" },
  "nobody says who": {},
} as const satisfies Record<string, Record<string, string>>

/** Which may be asked by anybody, with a cookie or without. */
const forAnybody: readonly Call[] = ["peek", "passkey"]

test("[ACC2] [ACC3] [AUTH3] no other page comes in, signs out, reads, links or uploads by somebody's cookie, and uses up no link", async () => {
  using provider = await startProvider()
  await using team = await startWithAdmin(withProvider(provider))
  const { url, client } = team
  const ann = new Browser(url)
  await ann.signIn("ann", password)
  const Cookie = `warren-${new URL(url).port}=${ann.token()}`
  const [invite, device] = [await client.ask("create_invite", { uses: 1 }), await client.ask("link_device", {})]
  const codes = { invite: codeIn(invite.ok ? invite.invite.url : ""), device: codeIn(device.ok ? device.url : "") }
  const as = "cookie"
  const assertion = { id: "AAAA", clientData: "AAAA", authenticatorData: "AAAA", signature: "AAAA" }
  const bodies: Readonly<Record<Call, object>> = {
    join: { invite: codes.invite, login: "eve", username: "Eve", password, as },
    "sign-in": { login: "ann", password, as },
    redeem: { code: codes.device, as },
    "passkey-sign-in": { ...assertion, as },
    peek: { code: codes.invite },
    ...{ passkey: {}, me: {}, "sign-out": {}, "my-data": {} },
  }
  for (const [who, headers] of Object.entries(foreign)) {
    for (const name of Object.keys(calls) as Call[]) {
      const { response, code } = await call(url, name, bodies[name], { ...headers, Cookie })
      expect({ who, name, set: response.headers.getSetCookie() }).toEqual({ who, name, set: [] })
      const isRefused = code === "ERR_FORBIDDEN" || code === "ERR_UNAUTHORIZED"
      if (!forAnybody.includes(name)) expect({ who, name, isRefused }).toEqual({ who, name, isRefused: true })
    }
    for (const [method, path] of [
      ["POST", "/files?name=x"],
      ["POST", "/uploads?name=x"],
      ["GET", "/api/oidc?link"],
    ] as const) {
      const asked = { method, redirect: "manual", headers: { ...headers, Cookie, "Upload-Length": "1" } } as const
      const { status } = await fetch(url + path, { ...asked, ...(method === "POST" && { body: "x" }) })
      expect([who, path, [401, 403].includes(status)]).toEqual([who, path, true])
    }
  }
  // All is as it was, and the links are good for whom they were made.
  expect(await ann.me()).toMatchObject({ login: "ann" })
  expect(await client.ask("list_sessions", {})).toMatchObject({ ok: true, sessions: { length: 2 } })
  expect(await client.ask("list_accounts", {})).toMatchObject({ ok: true, users: { length: 1 } })
  for (const name of ["join", "redeem"] as const)
    expect(await call(url, name, bodies[name], { Origin: url })).toMatchObject({ code: "ok" })
})

test("[ACC2] what a form of any page can send is refused, also where it says that it is this server's own", async () => {
  await using team = await startWithAdmin()
  const ann = new Browser(team.url)
  await ann.signIn("ann", password)
  const Cookie = `warren-${new URL(team.url).port}=${ann.token()}`
  for (const name of Object.keys(calls))
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const headers = { "Content-Type": type, Origin: team.url, Cookie }
      expect(await call(team.url, name, "{}", headers)).toMatchObject({ status: 400, code: "ERR_VALIDATION" })
    }
  expect(await ann.me()).toMatchObject({ login: "ann" })
})

test("[ACC2] behind a proxy that speaks TLS the cookie is Secure, also where no setting names the address", async () => {
  await using team = await startWithAdmin()
  const { host, port } = new URL(team.url)
  const ask = (scheme: string, Cookie = "") => ({
    Origin: `${scheme}://${host}`,
    "Sec-Fetch-Site": "same-origin",
    Cookie,
  })
  const asked = { login: "ann", password, as: "cookie" }
  const { response } = await call(team.url, "sign-in", asked, ask("https"))
  const [cookie = ""] = response.headers.getSetCookie()
  expect(cookie).toMatch(
    new RegExp(`^__Host-warren-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000; Secure$`),
  )
  const [pair = ""] = cookie.split(";")
  expect(await call(team.url, "me", {}, ask("https", pair))).toMatchObject({ answer: { user: { login: "ann" } } })
  expect(await call(team.url, "me", {}, ask("http", pair))).toMatchObject({ code: "ERR_UNAUTHORIZED" })
})
