/** Ways in, tried by whoever should not come in: links, codes that are guessed, and cookies that others have set. */
import { expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { call, codeIn, connectAs, password, signIn, startWithAdmin } from "../support/accounts.ts"
import { stoppedClock } from "../support/clock.ts"
import { recordLog } from "../support/log.ts"

const guess = () => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString("base64url")
const path = "/socket.io/?EIO=4&transport=polling"

test("[ACC3] a link to another device ends with any session of its account: whoever had that one may have made it", async () => {
  await using team = await startWithAdmin()
  const thief = await signIn(team.url, "ann")
  await using stolen = connectAs(team.url, thief.token)
  const link = await stolen.ask("link_device", {})
  const reset = await team.client.ask("create_reset_link", { targetId: team.admin.userId })
  const listed = await team.client.ask("list_sessions", {})
  const theirs = listed.ok ? listed.sessions.find(({ isCurrent }) => !isCurrent) : undefined
  expect(await team.client.ask("end_session", { sessionId: theirs?.id })).toEqual({ ok: true })
  const code = codeIn(link.ok ? link.url : "")
  expect(await call(team.url, "redeem", { code })).toMatchObject({ code: "ERR_NOT_FOUND" })
  expect(await call(team.url, "peek", { code })).toMatchObject({ code: "ERR_NOT_FOUND" })
  // What an administrator made for them is another matter.
  const redeemed = await call(team.url, "redeem", { code: codeIn(reset.ok ? reset.url : ""), password })
  expect(redeemed).toMatchObject({ code: "ok" })
})

test("[ACC3] [ACC5] a code does what it was made for, and nothing else", async () => {
  await using team = await startWithAdmin()
  const bob = await team.join("bob")
  await using client = connectAs(team.url, bob.token)
  const device = await team.client.ask("link_device", {})
  const invite = await team.client.ask("create_invite", {})
  const codes = {
    device: codeIn(device.ok ? device.url : ""),
    invite: codeIn(invite.ok ? invite.invite.url : ""),
    setup: codeIn(team.app.setupLink),
  }
  const newcomer = { login: "eve", username: "Eve", password }
  for (const code of [codes.device, codes.setup]) {
    expect(await call(team.url, "join", { invite: code, ...newcomer })).toMatchObject({ code: "ERR_NOT_FOUND" })
    expect(await client.ask("accept_invite", { code })).toMatchObject({ error: { code: "ERR_NOT_FOUND" } })
  }
  for (const code of [codes.invite, codes.setup])
    expect(await call(team.url, "redeem", { code, password })).toMatchObject({ code: "ERR_NOT_FOUND" })
  // And is still good for that.
  expect(await call(team.url, "join", { invite: codes.invite, ...newcomer })).toMatchObject({ code: "ok" })
  expect(await call(team.url, "redeem", { code: codes.device })).toMatchObject({ code: "ok" })
})

test("[ACC4] codes are guessed so often from an address and no more, in whatever way, also without other limits", async () => {
  const { clock, pass } = stoppedClock()
  await using team = await startWithAdmin({ rateLimits: "off" }, clock)
  const made = await team.client.ask("create_invite", {})
  const good = codeIn(made.ok ? made.invite.url : "")
  const tries = [
    () => call(team.url, "peek", { code: guess() }),
    () => call(team.url, "redeem", { code: guess(), password }),
    () => call(team.url, "join", { invite: guess(), login: "eve", username: "Eve", password }),
  ]
  const answers = []
  for (let n = 0; n < limits.triesPerAddressMax; n++) answers.push((await tries[n % tries.length]?.())?.code)
  expect(new Set(answers)).toEqual(new Set(["ERR_NOT_FOUND"]))
  for (const attempt of tries) expect(await attempt()).toMatchObject({ status: 429, code: "ERR_RATE_LIMITED" })
  // One that is right is not told from the others meanwhile.
  expect(await call(team.url, "peek", { code: good })).toMatchObject({ code: "ERR_RATE_LIMITED" })
  pass(limits.triesWindowMs)
  expect(await call(team.url, "peek", { code: good })).toMatchObject({ code: "ok" })
})

test("[ACC2] a cookie that was there before signing in is worth nothing afterwards, and another one of that name does not help", async () => {
  await using team = await startWithAdmin()
  const origin = { Origin: team.url }
  const { port } = new URL(team.url)
  const set = `warren-${port}=${"A".repeat(43)}`
  const own = await call(team.url, "sign-in", { login: "ann", password, as: "cookie" }, { ...origin, Cookie: set })
  const [mine = ""] = own.response.headers.getSetCookie()[0]?.split(";") ?? []
  expect(mine).not.toBe(set)
  expect(await opens(team.url, { ...origin, Cookie: set })).toBe("ERR_UNAUTHORIZED")
  expect(await opens(team.url, { ...origin, Cookie: mine })).toBe("connected")
  const other = mine.replace(`warren-${port}`, `warren-${Number(port) + 1}`)
  expect(await opens(team.url, { ...origin, Cookie: other })).toBe("ERR_UNAUTHORIZED")
  expect(await opens(team.url, { ...origin, Cookie: mine.replace("warren-", "Warren-") })).toBe("ERR_UNAUTHORIZED")
})

test("[ACC2] the page of another host or port has no cookie of this server, wherever its request says it is", async () => {
  await using team = await startWithAdmin()
  const { port } = new URL(team.url)
  const { response } = await call(
    team.url,
    "sign-in",
    { login: "ann", password, as: "cookie" },
    { Origin: team.url, Host: `127.0.0.1:${port}` },
  )
  const [Cookie = ""] = response.headers.getSetCookie()[0]?.split(";") ?? []
  for (const Origin of [
    `http://127.0.0.1:${Number(port) + 1}`,
    `https://127.0.0.1:${port}`,
    `http://localhost:${port}`,
    `http://127.0.0.1.evil.example:${port}`,
    "null",
  ])
    expect([Origin, await opens(team.url, { Cookie, Origin })]).not.toEqual([Origin, "connected"])
  for (const site of ["same-site", "cross-site", "none", "SAME-ORIGIN", ""])
    expect([site, await opens(team.url, { Cookie, "Sec-Fetch-Site": site })]).not.toEqual([site, "connected"])
  expect(await opens(team.url, { Cookie, Origin: team.url })).toBe("connected")
})

test("[ACC4] [ACC6] attempts, refusals and what administrators do are in the log, each with who or from where, and no secret", async () => {
  using log = recordLog()
  await using team = await startWithAdmin()
  const bob = await team.join("bob")
  const change = (payload: object) => team.client.ask("update_user", { targetId: bob.userId, ...payload })
  await change({ role: "admin" })
  await change({ role: "member" })
  const reset = await team.client.ask("create_reset_link", { targetId: bob.userId })
  const made = await team.client.ask("create_invite", { uses: 3 })
  await team.client.ask("revoke_invite", { inviteId: made.ok ? made.invite.id : "" })
  await call(team.url, "sign-in", { login: "bob", password: "not the password" })
  const wrong = guess()
  await call(team.url, "peek", { code: wrong })
  await call(team.url, "redeem", { code: codeIn(reset.ok ? reset.url : ""), password: "staple staple staple" })
  const device = await team.client.ask("link_device", {})
  const phone = await call(team.url, "redeem", { code: codeIn(device.ok ? device.url : "") })
  await team.client.ask("change_password", { old: "not the old one", new: "battery battery" })
  await team.client.ask("change_password", { old: password, new: "battery battery" })
  for (let n = 0; n <= limits.triesPerAddressMax; n++) await call(team.url, "peek", { code: guess() })

  const lines = log.messages.join("\n")
  for (const line of [
    "ann joined as admin.",
    "ann made an invite for 1.",
    "bob joined as member.",
    "ann made bob an administrator, active.",
    "ann made a link to a new password for bob.",
    "ann made an invite for 3.",
    "ann ended an invite.",
    "A sign-in from 127.0.0.1 was refused.",
    "A link that is not valid was used from 127.0.0.1.",
    "bob chose a new password by a link, from 127.0.0.1.",
    "ann made a link to another device.",
    "ann signed in on another device by a link, from 127.0.0.1.",
    "ann gave a wrong old password.",
    "ann has a new password.",
    "Too many attempts to sign in from 127.0.0.1: more are refused by triesPerAddressMax.",
  ])
    expect(lines).toContain(line)
  const levels = (part: string) =>
    log.records.filter((record) => record.includes(part)).map((record) => /level: "(\w+)"/.exec(record)?.[1])
  expect(new Set(levels('incident: "administration"'))).toEqual(new Set(["info"]))
  expect(new Set(levels('incident: "refused sign-in"'))).toEqual(new Set(["warning"]))
  const secrets = [
    ...[password, "not the password", "not the old one", "staple staple staple", "battery battery", wrong],
    ...[team.admin.token, bob.token, phone.answer.ok ? phone.answer.token : ""],
    ...[team.app.setupLink, reset.ok && reset.url, made.ok && made.invite.url, device.ok && device.url].map((url) =>
      codeIn(url || ""),
    ),
  ]
  for (const secret of secrets) expect([secret, log.records.join("\n").includes(secret)]).toEqual([secret, false])
})

/** "connected", or the code that the handshake is refused with. */
async function opens(url: string, headers: Record<string, string>): Promise<string> {
  const opened = await fetch(url + path, { headers })
  const [, sid] = /"sid":"([^"]+)"/.exec(await opened.text()) ?? []
  if (sid === undefined) return `${opened.status}`
  await fetch(`${url}${path}&sid=${sid}`, { method: "POST", headers, body: "40" })
  const answered = await (await fetch(`${url}${path}&sid=${sid}`, { headers })).text()
  return /ERR_[A-Z_]+/.exec(answered)?.[0] ?? (answered.startsWith("40") ? "connected" : answered)
}
