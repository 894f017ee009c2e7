/** Signing in by a provider (OIDC), by a browser that follows where it is sent, and by those who would be somebody else. */
import { describe, expect, test } from "bun:test"
import { readConfig } from "../../src/config.ts"
import { limits } from "../../src/contract/limits.ts"
import { call, connectAs, startWithAdmin } from "../support/accounts.ts"
import { startTestApp } from "../support/app.ts"
import { stoppedClock } from "../support/clock.ts"
import { recordLog } from "../support/log.ts"
import { Browser, withProvider } from "../support/oidc-browser.ts"
import { startProvider, type TestProvider } from "../support/provider.ts"

describe("[ACC8] signing in by a provider", () => {
  test("makes an account the first time, and is the same one ever after, whatever its address is then", async () => {
    using provider = await startProvider()
    await using team = await startWithAdmin(withProvider(provider))
    const bob = new Browser(team.url)
    const first = await bob.arrive(await bob.begin(provider, "/api/oidc?return=/r/6f9f2b0e"))
    expect(first).toEqual({
      userId: expect.stringMatching(/^[\da-f-]{36}$/),
      login: "bob@example.com",
      username: "Bob Lee",
      role: "member",
    })
    const names = await team.client.ask("list_accounts", {})
    expect(names).toMatchObject({ users: [{ login: "ann" }, { login: "bob@example.com", username: "Bob Lee" }] })

    provider.says = { sub: "1", email: "robert@elsewhere.example", email_verified: false }
    const phone = new Browser(team.url)
    expect(await phone.arrive(await phone.begin(provider))).toEqual(first)
    // Whoever has the address now is somebody else.
    provider.says = { sub: "2", email: "bob@example.com", email_verified: true, name: "Another Bob" }
    const other = new Browser(team.url)
    expect(await other.arrive(await other.begin(provider))).toMatchObject({ login: "bob@example.com-2" })

    const token = bob.cookie(new URL(team.url).port) ?? ""
    await using socket = connectAs(team.url, token)
    expect(await socket.ask("my_rooms", {})).toMatchObject({ ok: true, rooms: [{ name: "General" }] })
    expect(bob.cookie("-oidc")).toBeUndefined()
  })

  test("ends with a cookie as a password's does, and begins with one that its answer can be told by", async () => {
    using provider = await startProvider()
    await using app = await startTestApp(withProvider(provider))
    const begun = await fetch(`${app.url}/api/oidc`, { redirect: "manual" })
    const { port } = new URL(app.url)
    const pattern = `^warren-${port}-oidc=[\\w.-]+; Path=/; HttpOnly; SameSite=Lax; Max-Age=600$`
    expect(begun.headers.get("set-cookie")).toMatch(new RegExp(pattern))
    expect(begun.headers.get("cache-control")).toBe("no-store")
    const address = new URL(begun.headers.get("location") ?? "")
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      response_type: "code",
      redirect_uri: `${app.url}/api/oidc/callback`,
      scope: "openid email profile",
      code_challenge_method: "S256",
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    })
    const back = provider.authorize(address.href)
    const [cookie = ""] = begun.headers.getSetCookie()[0]?.split(";") ?? []
    const ended = await fetch(back, { redirect: "manual", headers: { Cookie: cookie } })
    const [session = "", over = ""] = ended.headers.getSetCookie()
    expect(session).toMatch(
      new RegExp(`^warren-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000$`),
    )
    expect(over).toMatch(/-oidc=; .*Max-Age=0$/)
  })

  test("under https goes by the public address, with cookies that nobody else can set", async () => {
    using provider = await startProvider()
    await using app = await startTestApp(withProvider(provider, { publicUrl: "https://chat.example.com" }))
    const begun = await fetch(`${app.url}/api/oidc`, { redirect: "manual" })
    expect(begun.headers.get("set-cookie")).toMatch(/^__Host-warren-443-oidc=.*; SameSite=Lax; .*; Secure$/)
    const address = begun.headers.get("location") ?? ""
    expect(new URL(address).searchParams.get("redirect_uri")).toBe("https://chat.example.com/api/oidc/callback")
    const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? ""
    const back = new URL(provider.authorize(address).pathname + provider.authorize(address).search, app.url)
    const ended = await fetch(back, { redirect: "manual", headers: { Cookie: cookie } })
    expect(ended.headers.getSetCookie()[0]).toMatch(/^__Host-warren-443=[\w-]{43};.*; Secure$/)
  })

  test("makes no account for whom no setting names", async () => {
    using provider = await startProvider()
    await using app = await startTestApp(withProvider(provider, { oidcGroup: "chat" }))
    const outcome = async (says: Record<string, unknown>, userInfo?: Record<string, unknown>) => {
      provider.says = { sub: "7", ...says }
      provider.userInfo = userInfo && { sub: "7", ...userInfo }
      const browser = new Browser(app.url)
      return browser.arrive(await browser.begin(provider))
    }
    const email = "eve@example.com"
    const refused = [
      { email, email_verified: false },
      { email },
      { email, email_verified: "true" },
      { email: "eve@evil.example", email_verified: true },
      { email: "eve@sub.example.com", email_verified: true },
      { email: "eve@notexample.com", email_verified: true },
      { email: "example.com", email_verified: true },
      { email: "eve@evil.example@example.com", email_verified: true },
      { email: ["eve@example.com"], email_verified: true },
      { email: "eve@evil.example", email_verified: true, groups: ["chats", "Chat"] },
      { groups: "chat" },
      {},
    ]
    for (const says of refused) expect(await outcome(says), JSON.stringify(says)).toBe("ERR_FORBIDDEN")
    // An address of one record, and the word that another one was verified.
    expect(await outcome({ email }, { email: "eve@evil.example", email_verified: true })).toBe("ERR_FORBIDDEN")
    expect(await outcome({}, { sub: "8", email, email_verified: true })).toBe("ERR_UNAUTHORIZED")
    expect(await outcome({}, { email: "eve@EXAMPLE.com", email_verified: true })).toMatchObject({ role: "member" })
    provider.userInfo = undefined
    provider.says = { sub: "9", groups: ["chat"], preferred_username: "Carol" }
    const carol = new Browser(app.url)
    expect(await carol.arrive(await carol.begin(provider))).toMatchObject({ login: "Carol", username: "Carol" })
  })

  test("keeps out who is deactivated", async () => {
    using provider = await startProvider()
    await using team = await startWithAdmin(withProvider(provider))
    const bob = new Browser(team.url)
    const { userId } = (await bob.arrive(await bob.begin(provider))) as { userId: string }
    expect(await team.client.ask("update_user", { targetId: userId, isActive: false })).toMatchObject({ ok: true })
    expect(await bob.me()).toBe("ERR_UNAUTHORIZED")
    expect(await bob.arrive(await bob.begin(provider))).toBe("ERR_FORBIDDEN")
    expect(await bob.me()).toBe("ERR_UNAUTHORIZED")
  })
})

describe("[ACC8] nobody comes in by", () => {
  const attacked = async (attack: (bob: Browser, provider: TestProvider) => Promise<unknown>) => {
    using provider = await startProvider()
    await using app = await startTestApp(withProvider(provider))
    const bob = new Browser(app.url)
    const outcome = await attack(bob, provider)
    // The same browser signs in when nothing is wrong.
    Object.assign(provider, { wrong: {}, signing: "well" })
    expect(await bob.arrive(await bob.begin(provider))).toMatchObject({ login: "bob@example.com" })
    return outcome
  }
  const wrong: Record<string, (provider: TestProvider) => void> = {
    "another nonce": (provider) => {
      provider.wrong = { nonce: "another" }
    },
    "no nonce": (provider) => {
      provider.wrong = { nonce: undefined }
    },
    "another issuer": (provider) => {
      provider.wrong = { iss: "https://evil.example" }
    },
    "a token for another client": (provider) => {
      provider.wrong = { aud: "another" }
    },
    "a token that has expired": (provider) => {
      provider.wrong = { exp: 1_000_000_000 }
    },
    "a token without a signature": (provider) => {
      provider.signing = "not"
    },
    "a token that somebody else signed": (provider) => {
      provider.signing = "by another"
    },
  }
  test.each(Object.keys(wrong))("%s", async (name) => {
    const outcome = await attacked(async (bob, provider) => {
      const back = await bob.begin(provider)
      wrong[name]?.(provider)
      return [await bob.arrive(back), await bob.me()]
    })
    expect(outcome).toEqual(["ERR_UNAUTHORIZED", "ERR_UNAUTHORIZED"])
  })

  test("another state, or none", async () => {
    const outcomes = await attacked(async (bob, provider) => {
      const [one, other] = [await bob.begin(provider), await bob.begin(provider)]
      one.searchParams.delete("state")
      const none = await bob.arrive(one)
      other.searchParams.set("state", "x".repeat(43))
      return [none, await bob.arrive(other)]
    })
    expect(outcomes).toEqual(["ERR_UNAUTHORIZED", "ERR_UNAUTHORIZED"])
  })

  test("a code that was used, also with the cookie of then", async () => {
    const outcomes = await attacked(async (bob, provider) => {
      const back = await bob.begin(provider)
      const copy = new Browser(back.origin)
      copy.keep(bob)
      const first = await bob.arrive(back)
      expect(first).toMatchObject({ login: "bob@example.com" })
      return [await bob.arrive(back), await copy.arrive(back)]
    })
    expect(outcomes).toEqual(["ERR_UNAUTHORIZED", "ERR_UNAUTHORIZED"])
  })

  test("a link to somebody else's answer, which another browser opens", async () => {
    const outcomes = await attacked(async (bob, provider) => {
      const [eve, victim] = [new Browser((await bob.begin(provider)).origin), bob]
      const begun = await eve.begin(provider)
      const stranger = new Browser(begun.origin)
      return [await stranger.arrive(begun), await victim.arrive(begun), await stranger.me()]
    })
    expect(outcomes).toEqual(["ERR_UNAUTHORIZED", "ERR_UNAUTHORIZED", "ERR_UNAUTHORIZED"])
  })

  test("an error that the provider, or anybody, sends back", async () => {
    const outcomes = await attacked(async (bob, provider) => {
      const back = await bob.begin(provider)
      const state = back.searchParams.get("state") ?? ""
      back.search = new URLSearchParams({ error: "access_denied", error_description: "<script>", state }).toString()
      const page = await bob.open(back, { Accept: "text/html" })
      expect(page.status).toBe(401)
      expect(page.headers.get("content-security-policy")).toContain("default-src 'none'")
      const text = await page.text()
      expect(text).toContain("The provider did not sign you in: try again.")
      expect(text).toContain("ERR_UNAUTHORIZED")
      expect(text).not.toContain("<script>")
      return bob.arrive(back)
    })
    expect(outcomes).toBe("ERR_UNAUTHORIZED")
  })

  test("a flow that is older than it may be", async () => {
    using provider = await startProvider()
    const { clock, pass } = stoppedClock()
    await using app = await startTestApp(withProvider(provider), clock)
    const bob = new Browser(app.url)
    const back = await bob.begin(provider)
    pass(limits.outsideSignInMs)
    expect(await bob.arrive(back)).toBe("ERR_UNAUTHORIZED")
  })
})

test("[ACC8] it leads back to paths of the page alone", async () => {
  using provider = await startProvider()
  await using app = await startTestApp(withProvider(provider))
  const paths = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "/r/../..",
    "/docs",
    "/r/x?y",
    "/r/x#y",
    "x",
  ]
  for (const path of paths) {
    const response = await fetch(`${app.url}/api/oidc?return=${encodeURIComponent(path)}`, { redirect: "manual" })
    expect([path, response.status, await response.json()]).toMatchObject([path, 400, { error: { field: "return" } }])
  }
  const evil = await fetch(`${app.url}/api/oidc`, { redirect: "manual", headers: { "Sec-Fetch-Site": "cross-site" } })
  expect(evil.status).toBe(403)
})

test("[ACC8] a provider that is down holds up neither the start nor a password", async () => {
  using provider = await startProvider()
  provider.isDown = true
  await using team = await startWithAdmin(withProvider(provider))
  expect(provider.asked).toBe(0)
  const bob = new Browser(team.url)
  const page = await bob.open("/api/oidc", { Accept: "text/html" })
  expect(page.status).toBe(503)
  expect(await page.text()).toContain("The provider does not answer")
  const inGerman = await (await bob.open("/api/oidc", { Accept: "text/html", "Accept-Language": "de" })).text()
  expect(inGerman).toContain("Der Anbieter antwortet nicht.")
  expect(inGerman).not.toContain("The provider")
  expect(await call(team.url, "sign-in", { login: "ann", password: "correct horse battery" })).toMatchObject({
    code: "ok",
  })
})

test("[ACC8] a provider whose answer has no end is one that does not answer, and no more of it is read than a megabyte", async () => {
  using log = recordLog()
  using provider = await startProvider()
  provider.isEndless = true
  await using app = await startTestApp(withProvider(provider))
  expect((await new Browser(app.url).open("/api/oidc")).status).toBe(503)
  expect(log.messages).toContainEqual(expect.stringContaining("its answer is larger than 1048576 bytes"))
})

test("[ACC8] who fails too often waits, as with passwords", async () => {
  using provider = await startProvider()
  await using app = await startTestApp(withProvider(provider, { rateLimits: "off" }))
  provider.says = { sub: "7" }
  const outcomes: unknown[] = []
  for (let n = 0; n <= limits.triesPerAddressMax; n++) {
    const eve = new Browser(app.url)
    outcomes.push(await eve.arrive(await eve.begin(provider)))
  }
  expect(outcomes.slice(-2)).toEqual(["ERR_FORBIDDEN", "ERR_RATE_LIMITED"])
})

test("[ACC8] the page learns what the button says; without a provider there is none", async () => {
  using provider = await startProvider()
  await using app = await startTestApp(withProvider(provider, { oidcName: "Example" }))
  const server = (url: string) => fetch(`${url}/api/server`).then((response) => response.json())
  expect(await server(app.url)).toMatchObject({ auth: "accounts", signInWith: "Example" })
  await using other = await startTestApp({ auth: "accounts" })
  expect(await server(other.url)).not.toHaveProperty("signInWith")
  const response = await fetch(`${other.url}/api/oidc`, { redirect: "manual" })
  expect([response.status, await response.json()]).toMatchObject([404, { error: { code: "ERR_NOT_FOUND" } }])
})

describe("[ACC8] the settings", () => {
  const mistakesOf = (environment: Record<string, string>): string[] => {
    try {
      readConfig({}, environment)
      return []
    } catch (error) {
      return (error as Error).message.split("\n")
    }
  }
  const whole = { AUTH: "accounts", OIDC_ISSUER: "https://id.example.com/realms/team", OIDC_CLIENT_ID: "warren" }
  const secret = { OIDC_CLIENT_SECRET: "a secret" }

  test("need each other, and somebody who gets an account", () => {
    expect(mistakesOf({ ...whole, ...secret, OIDC_DOMAINS: "example.com, Example.org" })).toEqual([])
    expect(mistakesOf({ ...whole, ...secret, OIDC_GROUP: "chat", OIDC_NAME: "Example & Söhne" })).toEqual([])
    expect(mistakesOf({ ...whole })).toEqual([
      'OIDC_ISSUER needs OIDC_CLIENT_SECRET as well, such as "$(cat oidc-secret)"',
      "OIDC_ISSUER needs OIDC_DOMAINS or OIDC_GROUP as well, which say who gets an account.",
    ])
    expect(mistakesOf({ ...whole, AUTH: "open" })).toEqual([
      "OIDC_ISSUER needs AUTH=accounts, since who comes by it gets an account.",
    ])
    expect(mistakesOf({ AUTH: "accounts", ...secret })).toEqual([
      "OIDC_CLIENT_SECRET needs OIDC_ISSUER as well, or unset it.",
    ])
  })

  test("are an issuer over https and whole domains", () => {
    const all = { ...whole, ...secret, OIDC_DOMAINS: "example.com" }
    const issuers = [
      "http://id.example.com",
      "id.example.com",
      "https://id.example.com?x",
      "https://a:b@id.example.com",
    ]
    for (const OIDC_ISSUER of issuers) expect(mistakesOf({ ...all, OIDC_ISSUER })[0]).toStartWith("OIDC_ISSUER=")
    for (const OIDC_DOMAINS of ["*", "*.example.com", "@example.com", "example.com,", "com", "a@example.com"])
      expect(mistakesOf({ ...all, OIDC_DOMAINS })[0]).toStartWith("OIDC_DOMAINS=")
    expect(mistakesOf({ ...all, OIDC_NAME: " " })[0]).toStartWith("OIDC_NAME=")
  })
})
