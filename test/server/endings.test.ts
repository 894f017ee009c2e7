/**
 * What ends a session and what leaves it alone, put to live sockets: those that a deed is said to end are told so and
 * closed, all others go on. Beside it, what still signs somebody in afterwards.
 */
import { expect, test } from "bun:test"
import { call, closed, codeIn, connectAs, password, startWithAdmin } from "../support/accounts.ts"
import { type Asked, Authenticator } from "../support/authenticator.ts"
import { granted } from "../support/cast.ts"
import { connect, TestClient } from "../support/client.ts"

const newPassword = "staple staple staple"

const devices = ["laptop", "phone", "admin"] as const
type Device = (typeof devices)[number]

/** Bob, who signed in on his phone by a passkey; his laptop has a link open to another device. */
interface Scene {
  readonly url: string
  readonly bobId: string
  readonly passkeyId: string
  readonly phoneId: string
  readonly laptopToken: string
  readonly on: Readonly<Record<Device, TestClient>>
}

interface Outcome {
  readonly ended: readonly Device[]
  /** Of a password, a passkey and a link to another device. */
  readonly waysIn: string
}

type Deed = (scene: Scene) => Promise<unknown>

const update = (change: object) => (scene: Scene) =>
  granted(scene.on.admin, "update_user", { targetId: scene.bobId, ...change })
const both = (first: Deed, second: Deed) => async (scene: Scene) => {
  await first(scene)
  await second(scene)
}

const deeds: Readonly<Record<string, readonly [Deed, Outcome]>> = {
  "[ACC9] a passkey that is removed ends no session, not even the one that it began": [
    ({ on, passkeyId }) => granted(on.laptop, "remove_passkey", { passkeyId }),
    { ended: [], waysIn: "password link" },
  ],
  "[ACC3] a device that is removed is signed out, and no other; links to others end": [
    ({ on, phoneId }) => granted(on.laptop, "end_session", { sessionId: phoneId }),
    { ended: ["phone"], waysIn: "password passkey" },
  ],
  "[ACC3] signing out ends that session alone": [
    ({ on }) => granted(on.laptop, "sign_out", {}),
    { ended: ["laptop"], waysIn: "password passkey" },
  ],
  "[ACC3] so does signing out without a socket, as the page does it": [
    ({ url, laptopToken }) => signOutOnPage(url, laptopToken),
    { ended: ["laptop"], waysIn: "password passkey" },
  ],
  "[ACC3] a new password ends all other sessions and open links": [
    ({ on }) => granted(on.laptop, "change_password", { old: password, new: newPassword }),
    { ended: ["phone"], waysIn: "new password passkey" },
  ],
  "[ACC6] a link to a new password ends nothing until it is used": [
    ({ on, bobId }) => granted(on.admin, "create_reset_link", { targetId: bobId }),
    { ended: [], waysIn: "password passkey link" },
  ],
  "[ACC6] [ACC9] and then all sessions, passkeys and links": [
    async ({ url, on, bobId }) => {
      const link = await granted(on.admin, "create_reset_link", { targetId: bobId })
      expect((await call(url, "redeem", { code: codeIn(link.url), password: newPassword })).code).toBe("ok")
    },
    { ended: ["laptop", "phone"], waysIn: "new password" },
  ],
  "[ACC6] whoever is deactivated has no session and no way in": [
    update({ isActive: false }),
    { ended: ["laptop", "phone"], waysIn: "" },
  ],
  "[ACC6] whoever is let in again has their ways in, and no session or link of before": [
    both(update({ isActive: false }), update({ isActive: true })),
    { ended: ["laptop", "phone"], waysIn: "password passkey" },
  ],
  "[ACC6] an administrator is made without ending anything, and may at once": [
    both(update({ role: "admin" }), async ({ on }) => expect(await mayAdminister(on.phone)).toBe("ok")),
    { ended: [], waysIn: "password passkey link" },
  ],
  "[ACC6] an administrator who is lowered keeps their sessions without the rights, and none of the links they made": [
    async (scene) => {
      await update({ role: "admin" })(scene)
      const { invite } = await granted(scene.on.laptop, "create_invite", {})
      await update({ role: "member" })(scene)
      for (const client of [scene.on.laptop, scene.on.phone]) expect(await mayAdminister(client)).toBe("ERR_FORBIDDEN")
      expect((await call(scene.url, "peek", { code: codeIn(invite.url) })).code).toBe("ERR_NOT_FOUND")
    },
    { ended: [], waysIn: "password passkey" },
  ],
}

test.each(Object.entries(deeds))("%s", async (_, [deed, { ended, waysIn }]) => {
  await using team = await startWithAdmin()
  const { url, client: admin } = team
  const bob = await team.join("bob")
  await using laptop = connectAs(url, bob.token)
  const authenticator = new Authenticator(`http://localhost:${new URL(url).port}`)
  const made = authenticator.create(await granted(laptop, "begin_passkey", {}))
  const { passkey } = await granted(laptop, "add_passkey", { name: "Phone", ...made })
  const byPasskey = async () =>
    call(url, "passkey-sign-in", authenticator.get((await call(url, "passkey", {})).answer as unknown as Asked))
  const tokens = { laptop: bob.token, phone: tokenOf(await byPasskey()), admin: team.admin.token }
  // A socket that is not a websocket ends like any other.
  await using phone = new TestClient(url, ["polling"], { auth: { token: tokens.phone }, reconnection: false })
  const { sessions } = await granted(phone, "list_sessions", {})
  const phoneId = sessions.find(({ isCurrent }) => isCurrent)?.id ?? ""
  const { url: link } = await granted(laptop, "link_device", {})
  const on = { laptop, phone, admin }

  await deed({ url, bobId: bob.userId, passkeyId: passkey.id, phoneId, laptopToken: bob.token, on })
  await everythingSeenTo(team)
  for (const device of devices) {
    const isEnded = ended.includes(device)
    if (isEnded) await closed(on[device])
    expect(on[device].payloads("error"), device).toMatchObject(isEnded ? [{ code: "ERR_UNAUTHORIZED" }] : [])
    expect(await comesIn(url, tokens[device]), device).toBe(isEnded ? "ERR_UNAUTHORIZED" : "ok")
    if (!isEnded) expect(await on[device].ask("list_sessions", {}), device).toMatchObject({ ok: true })
  }
  const tried = [
    ["password", await call(url, "sign-in", { login: "bob", password })],
    ["new password", await call(url, "sign-in", { login: "bob", password: newPassword })],
    ["passkey", await byPasskey()],
    ["link", await call(url, "redeem", { code: codeIn(link) })],
  ] as const
  expect(tried.flatMap(([way, { code }]) => (code === "ok" ? [way] : [])).join(" ")).toBe(waysIn)
})

/** Sessions are looked at in the order of what happened: once one that ends now is closed, those before it have been seen to. */
async function everythingSeenTo({ url, client }: { readonly url: string; readonly client: TestClient }): Promise<void> {
  const { url: link } = await granted(client, "link_device", {})
  await using witness = connectAs(url, tokenOf(await call(url, "redeem", { code: codeIn(link) })))
  await granted(witness, "sign_out", {})
  await closed(witness)
}

async function mayAdminister(client: TestClient): Promise<string> {
  const answer = await client.ask("list_accounts", {})
  return answer.ok ? "ok" : answer.error.code
}

async function comesIn(url: string, token: string): Promise<string> {
  try {
    await using client = await connect(url, ["websocket"], { auth: { token }, reconnection: false })
    return client.socket.connected ? "ok" : ""
  } catch (cause) {
    return (cause as { data?: { code?: string } }).data?.code ?? String(cause)
  }
}

/** By its cookie, which has the same token. */
async function signOutOnPage(url: string, token: string): Promise<void> {
  const Cookie = `warren-${new URL(url).port}=${token}`
  expect((await call(url, "sign-out", {}, { Origin: url, Cookie })).code).toBe("ok")
}

function tokenOf({ answer }: Awaited<ReturnType<typeof call>>): string {
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.token
}
