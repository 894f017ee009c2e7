/** Passkeys: added over a socket, used before there is one, and refused wherever anything is not as it was. */
import { describe, expect, test } from "bun:test"
import { siteOf } from "../../src/accounts/site.ts"
import { limits } from "../../src/contract/limits.ts"
import { call, connectAs, startWithAdmin } from "../support/accounts.ts"
import { attested } from "../support/attested.ts"
import { type Asked, Authenticator } from "../support/authenticator.ts"
import type { TestClient } from "../support/client.ts"
import { stoppedClock } from "../support/clock.ts"

type Team = Awaited<ReturnType<typeof startWithAdmin>>

const originOf = (url: string) => `http://localhost:${new URL(url).port}`

async function begin(client: TestClient): Promise<Asked> {
  const answer = await client.ask("begin_passkey", {})
  if (!answer.ok) throw new Error(answer.error.message)
  return answer
}

async function challenged(url: string): Promise<Asked> {
  const { answer } = await call(url, "passkey", {})
  return answer as unknown as Asked
}

async function added({ url, client }: Team, device = new Authenticator(originOf(url))): Promise<Authenticator> {
  const answer = await client.ask("add_passkey", { name: "Laptop", ...device.create(await begin(client)) })
  expect(answer).toMatchObject({ ok: true, passkey: { name: "Laptop", usedAt: null } })
  return device
}

test("[ACC9] one is added, signs in, and is removed", async () => {
  await using team = await startWithAdmin()
  const { url, client, admin } = team
  const server = await (await fetch(`${url}/api/server`)).json()
  expect(server).toMatchObject({ hasPasskeys: true })
  const device = await added(team)
  const asked = await challenged(url)
  expect(asked.rpId).toBe("localhost")
  const signedIn = await call(url, "passkey-sign-in", device.get(asked))
  expect(signedIn.answer).toMatchObject({ ok: true, user: { userId: admin.userId, login: "ann", role: "admin" } })
  const token = signedIn.answer.ok ? signedIn.answer.token : ""
  await using other = connectAs(url, token)
  const listed = await other.ask("list_passkeys", {})
  expect(listed).toMatchObject({ ok: true, passkeys: [{ name: "Laptop", usedAt: expect.any(String) }] })

  // The page gets a cookie instead, and no other page does.
  const headers = { Origin: url }
  const cookie = await call(url, "passkey-sign-in", { ...device.get(await challenged(url)), as: "cookie" }, headers)
  expect(cookie.response.headers.get("set-cookie")).toContain("HttpOnly; SameSite=Strict")
  const foreign = await call(url, "passkey-sign-in", { ...device.get(await challenged(url)), as: "cookie" })
  expect(foreign).toMatchObject({ code: "ERR_FORBIDDEN" })

  const passkeyId = listed.ok ? (listed.passkeys[0]?.id ?? "") : ""
  for (const _ of "12") expect(await client.ask("remove_passkey", { passkeyId })).toEqual({ ok: true })
  expect(await call(url, "passkey-sign-in", device.get(await challenged(url)))).toMatchObject({
    code: "ERR_UNAUTHORIZED",
  })
})

describe("[ACC9] nobody signs in by", () => {
  const attacks: Record<string, (device: Authenticator, asked: Asked, url: string) => object> = {
    "a passkey that nobody has": (_, asked, url) => new Authenticator(originOf(url)).get(asked),
    "the page of another origin": (device, asked) => device.get(asked, "https://evil.example"),
    "the same host with another port": (device, asked) => device.get(asked, "http://localhost:1"),
    "a passkey of another site": (device, asked) => device.get({ ...asked, rpId: "evil.example" }),
    "a device that asked nobody": (device, asked) => {
      device.isVerified = false
      return device.get(asked)
    },
    "a signature of another key": (device, asked, url) => ({
      ...new Authenticator(originOf(url)).get(asked),
      id: device.id,
    }),
    "a challenge of nobody's": (device, asked) => device.get({ ...asked, challenge: "AAAA" }),
    "a challenge whose time was changed": (device, asked) => {
      const text = Buffer.from(asked.challenge, "base64url")
        .toString()
        .replace(/\.\d+\./, ".999999999999999.")
      return device.get({ ...asked, challenge: Buffer.from(text).toString("base64url") })
    },
    "a counter that went back": (device, asked) => {
      device.counter = 0
      return device.get(asked)
    },
    "what is no JSON": (device, asked) => ({ ...device.get(asked), clientData: "AAAA" }),
    "what is too short": (device, asked) => ({ ...device.get(asked), authenticatorData: "AAAA" }),
  }
  test.each(Object.keys(attacks))("%s", async (name) => {
    await using team = await startWithAdmin()
    const device = await added(team)
    const first = await call(team.url, "passkey-sign-in", device.get(await challenged(team.url)))
    expect(first.code).toBe("ok")
    const attack = attacks[name]?.(device, await challenged(team.url), team.url) ?? {}
    expect(await call(team.url, "passkey-sign-in", attack)).toMatchObject({ status: 401, code: "ERR_UNAUTHORIZED" })
  })

  test("what was sent before, at once or later", async () => {
    await using team = await startWithAdmin()
    const device = await added(team)
    const sent = device.get(await challenged(team.url))
    const all = await Promise.all(Array.from("123", () => call(team.url, "passkey-sign-in", sent)))
    expect(all.map(({ code }) => code).sort()).toEqual(["ERR_UNAUTHORIZED", "ERR_UNAUTHORIZED", "ok"])
    expect(await call(team.url, "passkey-sign-in", sent)).toMatchObject({ code: "ERR_UNAUTHORIZED" })
  })

  test("a challenge that is too old, or was for adding one", async () => {
    const { clock, pass } = stoppedClock()
    await using team = await startWithAdmin({}, clock)
    const device = await added(team)
    const asked = await challenged(team.url)
    const foreign = device.get(await begin(team.client))
    expect(await call(team.url, "passkey-sign-in", foreign)).toMatchObject({ code: "ERR_UNAUTHORIZED" })
    pass(limits.passkeyChallengeMs)
    expect(await call(team.url, "passkey-sign-in", device.get(asked))).toMatchObject({ code: "ERR_UNAUTHORIZED" })
  })

  test("the passkey of a closed account, and none after a new password by a link", async () => {
    await using team = await startWithAdmin()
    const bob = await team.join("bob")
    await using client = connectAs(team.url, bob.token)
    const device = await added({ ...team, client })
    const signsIn = async () => (await call(team.url, "passkey-sign-in", device.get(await challenged(team.url)))).code
    const update = (isActive: boolean) => team.client.ask("update_user", { targetId: bob.userId, isActive })
    expect(await update(false)).toMatchObject({ ok: true })
    expect(await signsIn()).toBe("ERR_FORBIDDEN")
    expect(await update(true)).toMatchObject({ ok: true })
    expect(await signsIn()).toBe("ok")
    const link = await team.client.ask("create_reset_link", { targetId: bob.userId })
    const code = link.ok ? link.url.replace(/^.*#code=/, "") : ""
    expect(await call(team.url, "redeem", { code, password: "staple staple staple" })).toMatchObject({ code: "ok" })
    expect(await signsIn()).toBe("ERR_UNAUTHORIZED")
  })

  test("trying: it counts as an attempt to sign in", async () => {
    await using team = await startWithAdmin({ rateLimits: "off" })
    const codes: string[] = []
    for (let n = 0; n <= limits.triesPerAddressMax; n++) {
      const sent = new Authenticator(originOf(team.url)).get(await challenged(team.url))
      codes.push((await call(team.url, "passkey-sign-in", sent)).code)
    }
    expect(codes.slice(-2)).toEqual(["ERR_UNAUTHORIZED", "ERR_RATE_LIMITED"])
  })
})

describe("[ACC9] nobody adds", () => {
  test("what was made for another page, for another account, or for signing in", async () => {
    await using team = await startWithAdmin()
    const { url, client } = team
    const bob = await team.join("bob")
    await using others = connectAs(url, bob.token)
    const device = new Authenticator(originOf(url))
    const add = (made: ReturnType<Authenticator["create"]>) => client.ask("add_passkey", { name: "x", ...made })
    const refused = { ok: false, error: { code: "ERR_UNAUTHORIZED" } }
    expect(await add(device.create(await begin(client), "https://evil.example"))).toMatchObject(refused)
    expect(await add(device.create({ ...(await begin(client)), rpId: "evil.example" }))).toMatchObject(refused)
    expect(await add(device.create(await begin(others)))).toMatchObject(refused)
    expect(await add(device.create(await challenged(url)))).toMatchObject(refused)
    expect(await add({ ...device.create(await begin(client)), attestation: "AAAA" })).toMatchObject(refused)
    // Certificates name addresses, at which it is looked up whether they still hold.
    const vouched = device.create(await begin(client))
    const attestation = attested(vouched.attestation, vouched.clientData)
    expect(await add({ ...vouched, attestation })).toMatchObject(refused)
    const made = device.create(await begin(client))
    expect(await add(made)).toMatchObject({ ok: true })
    expect(await add(made)).toMatchObject(refused)
    // One credential is one account's.
    expect(await others.ask("add_passkey", { name: "x", ...device.create(await begin(others)) })).toMatchObject(refused)
    expect(await others.ask("list_passkeys", {})).toEqual({ ok: true, passkeys: [] })
  })

  test("more than an account may have, or another's away", async () => {
    await using team = await startWithAdmin({ rateLimits: "off" })
    const { client } = team
    for (let n = 0; n < limits.passkeysPerAccountMax; n++) await added(team)
    const device = new Authenticator(originOf(team.url))
    const more = await client.ask("add_passkey", { name: "x", ...device.create(await begin(client)) })
    expect(more).toMatchObject({ ok: false, error: { code: "ERR_FORBIDDEN" } })
    const listed = await client.ask("list_passkeys", {})
    const passkeyId = listed.ok ? (listed.passkeys[0]?.id ?? "") : ""
    const bob = await team.join("bob")
    await using others = connectAs(team.url, bob.token)
    expect(await others.ask("remove_passkey", { passkeyId })).toEqual({ ok: true })
    expect(await client.ask("list_passkeys", {})).toMatchObject({ passkeys: { length: limits.passkeysPerAccountMax } })
  })
})

test("[ACC9] they are of an https address with a name, or of localhost", async () => {
  expect(siteOf("https://chat.example.com:8443", true)).toEqual({
    rpId: "chat.example.com",
    origin: "https://chat.example.com:8443",
  })
  expect(siteOf("http://localhost:3000", true)).toEqual({ rpId: "localhost", origin: "http://localhost:3000" })
  for (const address of ["http://chat.example.com", "https://192.0.2.1", "https://[2001:db8::1]"])
    expect(siteOf(address, true)).toBeUndefined()
  await using team = await startWithAdmin({ publicUrl: "http://chat.example.com" })
  expect(await (await fetch(`${team.url}/api/server`)).json()).not.toHaveProperty("hasPasskeys")
  const refused = { ok: false, error: { code: "ERR_FORBIDDEN", message: expect.stringContaining("PUBLIC_URL") } }
  expect(await team.client.ask("begin_passkey", {})).toMatchObject(refused)
  expect((await call(team.url, "passkey", {})).answer).toMatchObject(refused)
})
