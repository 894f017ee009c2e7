/** The provider as another way in to an account: linked by its owner, taken away while another is left, and nobody else's doing. */
import { describe, expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { call, closed, connectAs, password, startWithAdmin } from "../support/accounts.ts"
import { Authenticator } from "../support/authenticator.ts"
import { Browser, withProvider } from "../support/oidc-browser.ts"
import { startProvider, type TestProvider } from "../support/provider.ts"

const ownPage = { "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate" }

async function team(provider: TestProvider) {
  const server = await startWithAdmin(withProvider(provider))
  const ann = new Browser(server.url)
  await ann.signIn("ann", password)
  return { ...server, ann }
}

/** From the page of whoever is signed in, to the provider and back. */
async function link(browser: Browser, provider: TestProvider): Promise<unknown> {
  const begun = await browser.open("/api/oidc?link&return=/", ownPage)
  if (begun.status !== 303) return ((await begun.json()) as { error: { code: string } }).error.code
  return comeBack(browser, provider.authorize(begun.headers.get("location") ?? ""))
}

async function comeBack(browser: Browser, back: URL): Promise<unknown> {
  const response = await browser.open(back, { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" })
  if (response.status !== 303) return ((await response.json()) as { error: { code: string } }).error.code
  expect(response.headers.getSetCookie().join()).toMatch(/^warren-\d+-oidc=; [^,]*Max-Age=0$/)
  return response.headers.get("location")
}

async function byProvider(url: string, provider: TestProvider): Promise<{ browser: Browser; user: unknown }> {
  const browser = new Browser(url)
  return { browser, user: await browser.arrive(await browser.begin(provider)) }
}

describe("[ACC8] whoever is signed in", () => {
  test("links what they are to the provider, which signs them in from then on, and takes it away again", async () => {
    using provider = await startProvider()
    await using server = await team(provider)
    const { ann, url, client } = server
    expect(await ann.waysIn()).toEqual({ hasPassword: true, hasProvider: false, passkeys: 0 })
    // No setting gives this one an account.
    provider.says = { sub: "ann of old", email: "ann@elsewhere.example", email_verified: true }
    expect((await byProvider(url, provider)).user).toBe("ERR_FORBIDDEN")
    for (const _ of "12") expect(await link(ann, provider)).toBe("/")
    expect(await ann.waysIn()).toEqual({ hasPassword: true, hasProvider: true, passkeys: 0 })
    expect((await byProvider(url, provider)).user).toEqual(await ann.me())
    await using elsewhere = connectAs(url, ann.token())
    await elsewhere.ask("list_sessions", {})
    for (const _ of "12") expect(await client.ask("unlink_provider", {})).toEqual({ ok: true })
    // Whom the provider may have let in is out; where it was unlinked goes on.
    expect(await ann.me()).toBe("ERR_UNAUTHORIZED")
    await closed(elsewhere)
    expect(elsewhere.payloads("error")).toMatchObject([{ code: "ERR_UNAUTHORIZED" }])
    expect(await client.ask("list_sessions", {})).toMatchObject({ sessions: [{ isCurrent: true }] })
    await ann.signIn("ann", password)
    expect(await ann.waysIn()).toMatchObject({ hasProvider: false })
    expect((await byProvider(url, provider)).user).toBe("ERR_FORBIDDEN")
  })

  test("and came by the provider sets a first password, and only then goes without the provider", async () => {
    using provider = await startProvider()
    await using server = await team(provider)
    const { browser, user } = await byProvider(server.url, provider)
    expect(await browser.waysIn()).toEqual({ hasPassword: false, hasProvider: true, passkeys: 0 })
    await using bob = connectAs(server.url, browser.token())
    const only = { ok: false, error: { code: "ERR_FORBIDDEN" } }
    expect(await bob.ask("unlink_provider", {})).toMatchObject(only)
    expect(await bob.ask("change_password", { new: "staple staple staple" })).toEqual({ ok: true })
    expect(await bob.ask("change_password", { new: "another one for me" })).toMatchObject({
      error: { code: "ERR_FORBIDDEN", field: "old" },
    })
    expect(await bob.ask("unlink_provider", {})).toEqual({ ok: true })
    expect(await browser.waysIn()).toEqual({ hasPassword: true, hasProvider: false, passkeys: 0 })
    const again = await call(server.url, "sign-in", { login: "bob@example.com", password: "staple staple staple" })
    expect(again.answer).toMatchObject({ ok: true, user })
  })

  test("[ACC9] keeps the last way in, a passkey too", async () => {
    using provider = await startProvider()
    await using server = await team(provider)
    const { browser } = await byProvider(server.url, provider)
    await using bob = connectAs(server.url, browser.token())
    const begun = await bob.ask("begin_passkey", {})
    if (!begun.ok) throw new Error(begun.error.message)
    const device = new Authenticator(`http://localhost:${new URL(server.url).port}`)
    const added = await bob.ask("add_passkey", { name: "Laptop", ...device.create(begun) })
    const passkeyId = added.ok ? added.passkey.id : ""
    expect(await browser.waysIn()).toEqual({ hasPassword: false, hasProvider: true, passkeys: 1 })
    expect(await bob.ask("unlink_provider", {})).toEqual({ ok: true })
    expect(await bob.ask("remove_passkey", { passkeyId })).toMatchObject({ error: { code: "ERR_FORBIDDEN" } })
    expect(await browser.waysIn()).toEqual({ hasPassword: false, hasProvider: false, passkeys: 1 })
    expect(await link(browser, provider)).toBe("/")
    expect(await bob.ask("remove_passkey", { passkeyId })).toEqual({ ok: true })
  })

  test("loses what was linked by a new password from an administrator's link, not what the account came by", async () => {
    using provider = await startProvider()
    await using server = await team(provider)
    const { ann, url, client } = server
    const { browser: bob, user } = await byProvider(url, provider)
    const { userId } = user as { userId: string }
    provider.says = { sub: "2" }
    expect(await link(ann, provider)).toBe("/")
    for (const targetId of [userId, server.admin.userId]) {
      const reset = await client.ask("create_reset_link", { targetId })
      const code = reset.ok ? reset.url.split("=")[1] : ""
      expect(await call(url, "redeem", { code, password })).toMatchObject({ code: "ok" })
    }
    expect([await ann.me(), await bob.me()]).toEqual(["ERR_UNAUTHORIZED", "ERR_UNAUTHORIZED"])
    expect((await byProvider(url, provider)).user).toBe("ERR_FORBIDDEN")
    provider.says = { sub: "1" }
    expect((await byProvider(url, provider)).user).toEqual(user)
  })
})

describe("[ACC8] nobody links", () => {
  /** Bob has an account by the provider, as `1`; Ann has a password. */
  async function attacked(
    attack: (scene: Awaited<ReturnType<typeof team>> & { bob: Browser; provider: TestProvider }) => Promise<unknown>,
  ) {
    using provider = await startProvider()
    await using server = await team(provider)
    const { browser: bob, user } = await byProvider(server.url, provider)
    const outcome = await attack({ ...server, bob, provider })
    provider.says = { sub: "1" }
    expect((await byProvider(server.url, provider)).user).toEqual(user)
    return outcome
  }

  test("an identity that signs in to another account", async () => {
    const outcome = await attacked(async ({ ann, provider }) => [await link(ann, provider), await ann.waysIn()])
    expect(outcome).toMatchObject(["ERR_CONFLICT", { hasProvider: false }])
  })

  test("a second identity of one provider", async () => {
    const outcome = await attacked(async ({ bob, provider }) => {
      provider.says = { sub: "2" }
      return link(bob, provider)
    })
    expect(outcome).toBe("ERR_CONFLICT")
  })

  test("without being signed in, or from another site's page", async () => {
    const outcome = await attacked(async ({ ann, url }) => {
      const begin = async (browser: Browser, headers: Record<string, string>) =>
        (await browser.open("/api/oidc?link", headers)).status
      const site = (name: string) => ({ "Sec-Fetch-Site": name, "Sec-Fetch-Mode": "navigate" })
      return [
        await begin(new Browser(url), ownPage),
        await begin(ann, site("cross-site")),
        await begin(ann, site("same-site")),
        await begin(ann, site("none")),
        await begin(ann, {}),
      ]
    })
    expect(outcome).toEqual([401, 403, 403, 401, 401])
  })

  test("their own identity to somebody else's account, by a cookie of their own making", async () => {
    const outcomes = await attacked(async ({ ann, bob, provider, client }) => {
      const sessions = await client.ask("list_sessions", {})
      const ids = sessions.ok ? sessions.sessions.map(({ id }) => id) : []
      const found: unknown[] = []
      for (const id of ids) {
        provider.says = { sub: "eve" }
        const begun = await bob.open("/api/oidc?link", ownPage)
        const back = provider.authorize(begun.headers.get("location") ?? "")
        const [secret, at, path, , proof] = bob.cookie("-oidc")?.split(".") ?? []
        bob.forge("-oidc", [secret, at, path, id, proof].join("."))
        found.push(await comeBack(bob, back))
        // A sign-in that was none to link.
        const plain = await bob.begin(provider)
        bob.forge("-oidc", `${bob.cookie("-oidc")}.${id}.${"x".repeat(43)}`)
        found.push(await comeBack(bob, plain))
      }
      return [ids.length > 0, new Set(found), await ann.waysIn()]
    })
    expect(outcomes).toMatchObject([true, new Set(["ERR_UNAUTHORIZED"]), { hasProvider: false }])
  })

  test("somebody else's identity to their own account: the answer is for the browser that set out", async () => {
    const outcomes = await attacked(async ({ ann, bob, provider }) => {
      // Eve is Ann here: Bob's browser opens what she was given, and hers what Bob was given.
      const begun = await ann.open("/api/oidc?link", ownPage)
      const hers = provider.authorize(begun.headers.get("location") ?? "")
      const first = await comeBack(bob, hers)
      provider.says = { sub: "bob at home" }
      const his = await bob.begin(provider)
      const state = hers.searchParams.get("state") ?? ""
      const mixed = new URL(his)
      mixed.searchParams.set("state", state)
      return [first, await comeBack(ann, his), await comeBack(ann, mixed), await ann.waysIn()]
    })
    expect(outcomes).toMatchObject(["ERR_UNAUTHORIZED", "ERR_UNAUTHORIZED", "ERR_UNAUTHORIZED", { hasProvider: false }])
  })

  test("anything, by codes that the provider refuses, of which it is asked so many only", async () => {
    const outcomes = await attacked(async ({ ann, provider }) => {
      const begun = await ann.open("/api/oidc?link", ownPage)
      const back = provider.authorize(begun.headers.get("location") ?? "")
      back.searchParams.set("code", "a guess")
      const before = provider.asked
      const found: unknown[] = []
      for (let guess = 0; guess < limits.triesPerAddressMax + 2; guess++) found.push(await comeBack(ann, back))
      return [provider.asked - before, found.at(0), found.at(-3), found.at(-2), found.at(-1)]
    })
    const [refused, tooMany] = ["ERR_UNAUTHORIZED", "ERR_RATE_LIMITED"]
    expect(outcomes).toEqual([limits.triesPerAddressMax, refused, refused, tooMany, tooMany])
  })

  test("once the session that set out has ended, whoever is signed in there now", async () => {
    const outcomes = await attacked(async ({ ann, provider }) => {
      provider.says = { sub: "2" }
      const begun = await ann.open("/api/oidc?link", ownPage)
      const back = provider.authorize(begun.headers.get("location") ?? "")
      await ann.signOut()
      await ann.signIn("ann", password)
      const page = await ann.open(back, { Accept: "text/html" })
      return [page.status, (await page.text()).includes("Your account is not linked"), await ann.waysIn()]
    })
    expect(outcomes).toMatchObject([401, true, { hasProvider: false }])
  })
})
