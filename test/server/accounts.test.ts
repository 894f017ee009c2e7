/** Accounts as clients meet them: HTTP before there is a socket, and sockets that end with their sessions. */
import { describe, expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { call, closed, codeIn, connectAs, joinBy, password, signIn, startWithAdmin } from "../support/accounts.ts"
import { startTestApp } from "../support/app.ts"
import { TestClient } from "../support/client.ts"
import { runProcess } from "../support/process.ts"

describe("[ACC1] the first run", () => {
  test("prints a link that makes an administrator, once", async () => {
    await using app = await startTestApp({ auth: "accounts" })
    const server = () => fetch(`${app.url}/api/server`).then((response) => response.json())
    expect(await server()).toMatchObject({ auth: "accounts", hasAdministrator: false })
    const code = codeIn(app.setupLink)
    expect(await call(app.url, "peek", { code })).toMatchObject({ status: 200, answer: { ok: true, kind: "setup" } })
    const wanted = { invite: code, login: "Ann", username: "Ann Lee", password }
    const { answer } = await call(app.url, "join", wanted)
    if (!answer.ok) throw new Error(answer.error.message)
    expect(answer.user).toMatchObject({ login: "Ann", username: "Ann Lee", role: "admin" })
    expect(answer.user["userId"]).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/)
    expect(await server()).toMatchObject({ hasAdministrator: true })
    expect(await call(app.url, "join", { ...wanted, login: "eve" })).toMatchObject({
      status: 404,
      code: "ERR_NOT_FOUND",
    })
    expect(await call(app.url, "peek", { code })).toMatchObject({ code: "ERR_NOT_FOUND" })
  })

  test("a later start prints none, and everything is as it was", async () => {
    await using first = await startWithAdmin()
    const { dataDir } = first.app
    await first.app.stop()
    await using second = await startTestApp({ auth: "accounts", dataDir })
    expect(second.setupLink).toBeUndefined()
    const { userId } = await signIn(second.url, "ANN")
    expect(userId).toBe(first.admin.userId)
    await using client = connectAs(second.url, first.admin.token)
    expect(await client.ask("list_sessions", {})).toMatchObject({ ok: true, sessions: [{}, { isCurrent: true }] })
  })

  test("a login is one person's, whatever its case and the width of its letters", async () => {
    await using team = await startWithAdmin()
    const invite = async () => {
      const answer = await team.client.ask("create_invite", {})
      return answer.ok ? codeIn(answer.invite.url) : ""
    }
    for (const login of ["ANN", "ａｎｎ"]) {
      const wanted = { invite: await invite(), login, username: "Other", password }
      expect(await call(team.url, "join", wanted)).toMatchObject({ status: 409, answer: { error: { field: "login" } } })
    }
  })

  test("every other way to know people says so, and has no accounts", async () => {
    await using app = await startTestApp()
    const server = await fetch(`${app.url}/api/server`)
    expect(await server.json()).toEqual({ version: expect.any(String), auth: "open", fileBytesMax: 25_000_000 })
    expect(await call(app.url, "sign-in", { login: "ann", password })).toMatchObject({
      status: 403,
      code: "ERR_FORBIDDEN",
    })
    await using client = new TestClient(app.url, ["websocket"])
    const answer = await client.ask("list_sessions", { userId: "ann" })
    expect(answer).toMatchObject({ ok: false, error: { code: "ERR_FORBIDDEN", message: "This needs AUTH=accounts." } })
  })
})

describe("[ACC2] the requests before there is a socket", () => {
  test("are refused in the form of all errors, with a fitting status", async () => {
    await using app = await startTestApp({ auth: "accounts" })
    const post = (path: string, body: unknown, headers = {}) => call(app.url, path, body, headers)
    const large = JSON.stringify({ login: "x".repeat(limits.accountRequestBytesMax), password })
    expect(await post("sign-in", large)).toMatchObject({ status: 413, code: "ERR_TOO_LARGE" })
    expect(await post("sign-in", "{")).toMatchObject({ status: 400, code: "ERR_VALIDATION" })
    expect(await post("sign-in", [])).toMatchObject({ status: 400, code: "ERR_VALIDATION" })
    expect(await post("sign-in", { login: "ann" })).toMatchObject({ answer: { error: { field: "password" } } })
    expect(await post("sign-in", { login: "ann", password: "" })).toMatchObject({ code: "ERR_VALIDATION" })
    expect(await post("sign-in", { login: "ann\0", password })).toMatchObject({ answer: { error: { field: "login" } } })
    expect(await post("nothing", {})).toMatchObject({ status: 404, code: "ERR_NOT_FOUND" })
    expect(await post("constructor", {})).toMatchObject({ status: 404, code: "ERR_NOT_FOUND" })
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"]) {
      const refused = await post("sign-in", { login: "ann", password }, { "Content-Type": type })
      expect(refused).toMatchObject({ status: 400, code: "ERR_VALIDATION" })
    }
    const evil = await post("sign-in", { login: "ann", password }, { Origin: "https://evil.example" })
    expect(evil).toMatchObject({ status: 403, code: "ERR_FORBIDDEN" })
    expect(evil.response.headers.get("access-control-allow-origin")).toBe("https://evil.example")
    expect((await fetch(`${app.url}/api/sign-in`)).status).toBe(405)
    expect((await fetch(`${app.url}/api/sign-in`, { method: "OPTIONS" })).status).toBe(204)
  })

  test("a join whose answer was lost signs in when it comes again, with the right password alone", async () => {
    await using team = await startWithAdmin()
    const answer = await team.client.ask("create_invite", { uses: 1 })
    const wanted = { invite: codeIn(answer.ok ? answer.invite.url : ""), login: "bob", username: "Bob", password }
    const [first, again] = [await call(team.url, "join", wanted), await call(team.url, "join", wanted)]
    expect([first.code, again.code]).toEqual(["ok", "ok"])
    expect(again.answer.ok && first.answer.ok && again.answer.user).toEqual(first.answer.ok && first.answer.user)
    const other = await call(team.url, "join", { ...wanted, password: "another password" })
    expect(other).toMatchObject({ status: 401, code: "ERR_UNAUTHORIZED" })
    expect(await call(team.url, "join", { ...wanted, login: "carol" })).toMatchObject({ code: "ERR_NOT_FOUND" })
  })

  test("a token opens a socket as its account, and nothing else does", async () => {
    await using team = await startWithAdmin()
    const refused = async (auth: object) => {
      await using client = new TestClient(team.url, ["websocket"], { auth, reconnection: false })
      return await new Promise((resolve) => {
        client.socket.on("connect_error", (error) => resolve((error as Error & { data?: { code: string } }).data?.code))
        client.socket.on("connect", () => resolve("connected"))
      })
    }
    for (const auth of [{}, { token: null }, { token: 7 }, { token: "x" }, { token: "A".repeat(43) }])
      expect(await refused(auth)).toBe("ERR_UNAUTHORIZED")
    expect(await refused({ token: team.admin.token })).toBe("connected")
    const made = await team.client.ask("create_room", { name: "Garden" })
    expect(made).toMatchObject({ ok: true })
    const foreign = await team.client.ask("create_room", { name: "Garden", userId: "bob" })
    expect(foreign).toMatchObject({ ok: false, error: { code: "ERR_FORBIDDEN" } })
    const roomId = made.ok ? made.room.id : ""
    const joined = await team.client.ask("join_room", {
      roomId,
      username: "Somebody else",
      avatar: "https://example.com/x.png",
    })
    expect(joined).toMatchObject({
      ok: true,
      members: [{ userId: team.admin.userId, username: "ann", avatar: null }],
    })
  })
})

describe("[ACC2] the cookie of this server's own page", () => {
  const own = (url: string) => ({ Origin: url })

  test("opens a socket for that page alone", async () => {
    await using team = await startWithAdmin()
    const { url } = team
    const { answer, response } = await call(url, "sign-in", { login: "ann", password, as: "cookie" }, own(url))
    expect(answer).toMatchObject({ ok: true, user: { userId: team.admin.userId } })
    expect(answer).not.toHaveProperty("token")
    const [cookie = ""] = response.headers.getSetCookie()
    const { port } = new URL(url)
    expect(cookie).toMatch(
      new RegExp(`^warren-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000$`),
    )
    const [pair = ""] = cookie.split(";")
    const opens = (headers: Record<string, string>, path = "/socket.io/?EIO=4&transport=polling") =>
      handshake(url, path, { Cookie: pair, ...headers })
    expect(await opens(own(url))).toBe("connected")
    expect(await opens({ "Sec-Fetch-Site": "same-origin" })).toBe("connected")
    expect(await opens({})).toBe("ERR_UNAUTHORIZED")
    expect(await opens({ "Sec-Fetch-Site": "none" })).toBe("ERR_UNAUTHORIZED")
    // A loopback page may connect, and is still another one.
    expect(await opens({ Origin: "http://localhost:1" })).toBe("ERR_UNAUTHORIZED")
  })

  test("opens a websocket too, which ends with its session", async () => {
    await using team = await startWithAdmin()
    const { response } = await call(team.url, "sign-in", { login: "ann", password, as: "cookie" }, own(team.url))
    const [Cookie = ""] = response.headers.getSetCookie()[0]?.split(";") ?? []
    const extraHeaders = { Cookie, ...own(team.url) }
    await using page = new TestClient(team.url, ["websocket"], { extraHeaders, reconnection: false })
    const listed = await page.ask("list_sessions", {})
    const current = listed.ok ? listed.sessions.find(({ isCurrent }) => isCurrent) : undefined
    expect(await team.client.ask("end_session", { sessionId: current?.id })).toEqual({ ok: true })
    await closed(page)
    expect(page.payloads("error")).toMatchObject([{ code: "ERR_UNAUTHORIZED" }])
  })

  test("is given to no other page, and counts for no allowed origin", async () => {
    const allowedOrigins = ["https://app.example.com"]
    await using team = await startWithAdmin({ allowedOrigins })
    const ask = (headers: Record<string, string>) =>
      call(team.url, "sign-in", { login: "ann", password, as: "cookie" }, headers)
    expect(await ask({ Origin: "https://app.example.com" })).toMatchObject({ status: 403, code: "ERR_FORBIDDEN" })
    expect(await ask({})).toMatchObject({ status: 403, code: "ERR_FORBIDDEN" })
    const { response } = await ask({ Origin: team.url })
    const [cookie = ""] = response.headers.getSetCookie()
    const [pair = ""] = cookie.split(";")
    const path = "/socket.io/?EIO=4&transport=polling"
    const fromApp = await handshake(team.url, path, { Cookie: pair, Origin: "https://app.example.com" })
    expect(fromApp).toBe("ERR_UNAUTHORIZED")
    expect(await handshake(team.url, path, { Cookie: pair, Origin: team.url })).toBe("connected")
  })

  test("under https is one that nobody else can set", async () => {
    const publicUrl = "https://chat.example.com"
    await using team = await startWithAdmin({ publicUrl })
    const origin = { Origin: publicUrl }
    const { response } = await call(team.url, "sign-in", { login: "ann", password, as: "cookie" }, origin)
    const [cookie = ""] = response.headers.getSetCookie()
    expect(cookie).toMatch(
      /^__Host-warren-443=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=31536000; Secure$/,
    )
    const token = /=([\w-]{43})/.exec(cookie)?.[1]
    const path = "/socket.io/?EIO=4&transport=polling"
    expect(await handshake(team.url, path, { ...origin, Cookie: `__Host-warren-443=${token}` })).toBe("connected")
    expect(await handshake(team.url, path, { ...origin, Cookie: `warren-443=${token}` })).toBe("ERR_UNAUTHORIZED")
  })

  test("goes with the session when that page signs out", async () => {
    await using team = await startWithAdmin()
    const origin = { Origin: team.url }
    const { response } = await call(team.url, "sign-in", { login: "ann", password, as: "cookie" }, origin)
    const [pair = ""] = response.headers.getSetCookie()[0]?.split(";") ?? []
    expect(await call(team.url, "sign-out", {}, { Cookie: pair })).toMatchObject({ status: 403 })
    const out = await call(team.url, "sign-out", {}, { ...origin, Cookie: pair })
    expect(out.response.headers.getSetCookie()[0]).toContain("Max-Age=0")
    const path = "/socket.io/?EIO=4&transport=polling"
    expect(await handshake(team.url, path, { ...origin, Cookie: pair })).toBe("ERR_UNAUTHORIZED")
  })
})

describe("[ACC3] sessions", () => {
  test("that end close their sockets, which are told why", async () => {
    await using team = await startWithAdmin()
    const phone = await signIn(team.url, "ann")
    await using onPhone = connectAs(team.url, phone.token)
    const sessions = await onPhone.ask("list_sessions", {})
    if (!sessions.ok) throw new Error(sessions.error.message)
    const other = sessions.sessions.find(({ isCurrent }) => !isCurrent)
    expect(sessions.sessions).toHaveLength(2)
    expect(await onPhone.ask("end_session", { sessionId: other?.id })).toEqual({ ok: true })
    await team.client.until(() => team.client.payloads("error").length > 0)
    expect(team.client.payloads("error")).toMatchObject([{ code: "ERR_UNAUTHORIZED" }])
    await closed(team.client)
    expect(await onPhone.ask("list_sessions", {})).toMatchObject({ sessions: [{ isCurrent: true }] })
    expect(await onPhone.ask("end_session", { sessionId: other?.id })).toEqual({ ok: true })
  })

  test("of one who signs out while sending: each message is stored or refused, and nothing is sent afterwards", async () => {
    await using team = await startWithAdmin()
    const made = await team.client.ask("create_room", { name: "Garden" })
    const roomId = made.ok ? made.room.id : ""
    await team.client.ask("join_room", { roomId })
    const send = (content: string) => team.client.ask("send_message", { roomId, content })
    const before = Array.from({ length: 5 }, (_, index) => send(`before ${index}`))
    const out = team.client.ask("sign_out", {})
    const after = Array.from({ length: 5 }, (_, index) => send(`after ${index}`))
    expect(await out).toEqual({ ok: true })
    expect((await Promise.all(before)).map(({ ok }) => ok)).toEqual([true, true, true, true, true])
    await closed(team.client)
    const answers = await Promise.all(after.map((answer) => Promise.race([answer, Bun.sleep(0).then(() => undefined)])))
    for (const answer of answers) if (answer) expect(answer).toMatchObject({ error: { code: "ERR_UNAUTHORIZED" } })
    const { token } = await signIn(team.url, "ann")
    await using again = connectAs(team.url, token)
    await again.ask("join_room", { roomId })
    const [history] = again.payloads("history")
    expect(history.map(({ content }: { content: string }) => content)).toEqual(
      [0, 1, 2, 3, 4].map((n) => `before ${n}`),
    )
  })

  test("end with a new password, which only the old one sets; links that sign in end too", async () => {
    await using team = await startWithAdmin()
    const laptop = await signIn(team.url, "ann")
    await using onLaptop = connectAs(team.url, laptop.token)
    const device = await team.client.ask("link_device", {})
    const wrong = await onLaptop.ask("change_password", { old: "not the password", new: "staple staple staple" })
    expect(wrong).toMatchObject({ ok: false, error: { code: "ERR_FORBIDDEN", field: "old" } })
    expect(await onLaptop.ask("change_password", { old: password, new: "staple staple staple" })).toEqual({ ok: true })
    await closed(team.client)
    expect(await call(team.url, "sign-in", { login: "ann", password })).toMatchObject({ code: "ERR_UNAUTHORIZED" })
    expect(await call(team.url, "redeem", { code: codeIn(device.ok ? device.url : "") })).toMatchObject({
      code: "ERR_NOT_FOUND",
    })
    expect(await onLaptop.ask("list_sessions", {})).toMatchObject({ sessions: [{ isCurrent: true }] })
    await signIn(team.url, "ann", "staple staple staple")
  })

  test("a link to another device signs in once", async () => {
    await using team = await startWithAdmin()
    const link = await team.client.ask("link_device", {})
    if (!link.ok) throw new Error(link.error.message)
    const code = codeIn(link.url)
    expect(await call(team.url, "peek", { code })).toMatchObject({ answer: { kind: "device", username: "ann" } })
    const { answer } = await call(team.url, "redeem", { code })
    expect(answer).toMatchObject({ ok: true, user: { userId: team.admin.userId } })
    expect(await call(team.url, "redeem", { code })).toMatchObject({ status: 404 })
    await using phone = connectAs(team.url, answer.ok ? answer.token : "")
    expect(await phone.ask("list_sessions", {})).toMatchObject({ sessions: [{}, {}] })
  })
})

describe("[ACC6] administrators", () => {
  test("close people out, who are gone within a second and cannot come back until they are let in", async () => {
    await using team = await startWithAdmin()
    const bob = await team.join("bob")
    await using client = connectAs(team.url, bob.token)
    expect(await client.ask("list_sessions", {})).toMatchObject({ ok: true })
    const change = (isActive: boolean) => team.client.ask("update_user", { targetId: bob.userId, isActive })
    expect(await change(false)).toMatchObject({ ok: true, user: { login: "bob", isActive: false, role: "member" } })
    await client.until(() => client.payloads("error").length > 0)
    expect(client.payloads("error")).toMatchObject([{ code: "ERR_UNAUTHORIZED" }])
    await closed(client)
    expect(await call(team.url, "sign-in", { login: "bob", password })).toMatchObject({
      status: 403,
      answer: { error: { code: "ERR_FORBIDDEN", field: "login", message: expect.stringContaining("closed") } },
    })
    const wrong = await call(team.url, "sign-in", { login: "bob", password: "not the password" })
    expect(wrong.answer).toMatchObject({ error: { message: "The login or the password is wrong." } })
    expect(await change(false)).toMatchObject({ ok: true })
    expect(await change(true)).toMatchObject({ ok: true, user: { isActive: true } })
    await signIn(team.url, "bob")
  })

  test("are made and lowered while they are connected, and nobody else may do what they do", async () => {
    await using team = await startWithAdmin()
    const bob = await team.join("bob")
    await using client = connectAs(team.url, bob.token)
    const byBob = () => client.ask("list_accounts", {})
    const refused = { ok: false, error: { code: "ERR_FORBIDDEN" } }
    expect(await byBob()).toMatchObject(refused)
    for (const [event, payload] of [
      ["update_user", { targetId: bob.userId, role: "admin" }],
      ["create_reset_link", { targetId: team.admin.userId }],
      ["create_invite", {}],
    ] as const)
      expect(await client.ask(event, payload)).toMatchObject(refused)
    await team.client.ask("update_user", { targetId: bob.userId, role: "admin" })
    expect(await byBob()).toMatchObject({
      ok: true,
      hasMore: false,
      users: [
        { login: "ann", role: "admin" },
        { login: "bob", role: "admin" },
      ],
    })
    await team.client.ask("update_user", { targetId: bob.userId, role: "member" })
    expect(await byBob()).toMatchObject(refused)
    const last = await team.client.ask("update_user", { targetId: team.admin.userId, role: "member" })
    expect(last).toMatchObject({ ok: false, error: { code: "ERR_FORBIDDEN" } })
    const nobody = await team.client.ask("update_user", { targetId: "nobody", role: "member" })
    expect(nobody).toMatchObject({ ok: false, error: { code: "ERR_NOT_FOUND" } })
  })

  test("make links to new passwords, which end what was signed in by the old one", async () => {
    await using team = await startWithAdmin()
    const bob = await team.join("bob")
    await using client = connectAs(team.url, bob.token)
    await client.ask("list_sessions", {})
    const link = await team.client.ask("create_reset_link", { targetId: bob.userId })
    const code = codeIn(link.ok ? link.url : "")
    expect(await call(team.url, "redeem", { code })).toMatchObject({ answer: { error: { field: "password" } } })
    const reset = await call(team.url, "redeem", { code, password: "staple staple staple" })
    expect(reset).toMatchObject({ code: "ok" })
    await closed(client)
    expect(await call(team.url, "redeem", { code, password: "staple staple staple" })).toMatchObject({ status: 404 })
    await signIn(team.url, "bob", "staple staple staple")
  })
})

test("[ACC5] invites: made, listed and revoked by who may", async () => {
  await using team = await startWithAdmin({ invites: "members" })
  const bob = await team.join("bob")
  await using client = connectAs(team.url, bob.token)
  expect(await client.ask("create_invite", {})).toMatchObject({ error: { code: "ERR_FORBIDDEN", field: "roomId" } })
  const made = await team.client.ask("create_room", { name: "Garden" })
  const roomId = made.ok ? made.room.id : ""
  expect(await client.ask("create_invite", { roomId })).toMatchObject({ error: { code: "ERR_NOT_IN_ROOM" } })
  await client.ask("join_room", { roomId })
  const invite = await client.ask("create_invite", { roomId, uses: 2 })
  if (!invite.ok) throw new Error(invite.error.message)
  expect(invite.invite).toMatchObject({ uses: 2, usesLeft: 2, creatorId: bob.userId, roomId })
  expect(await call(team.url, "peek", { code: codeIn(invite.invite.url) })).toMatchObject({
    answer: { kind: "invite", username: "bob", roomName: "Garden" },
  })
  await joinBy(team.url, invite.invite.url, "carol")
  const { url: _, ...listed } = { ...invite.invite, usesLeft: 1 }
  expect(await client.ask("list_invites", {})).toEqual({ ok: true, invites: [listed] })
  expect(await team.client.ask("list_invites", {})).toMatchObject({ invites: [listed] })
  const byAnn = await team.client.ask("create_invite", {})
  const foreign = await client.ask("revoke_invite", { inviteId: byAnn.ok ? byAnn.invite.id : "" })
  expect(foreign).toMatchObject({ error: { code: "ERR_NOT_FOUND" } })
  for (const asking of [client, team.client])
    expect(await asking.ask("revoke_invite", { inviteId: invite.invite.id })).toEqual({ ok: true })
  expect(joinBy(team.url, invite.invite.url, "dora")).rejects.toThrow("not valid")
})

/** What a handshake over polling comes to, by a client whose headers are its own. */
async function handshake(url: string, path: string, headers: Record<string, string>): Promise<string> {
  const opened = await fetch(url + path, { headers })
  const { sid } = JSON.parse((await opened.text()).slice(1))
  const session = `${url}${path}&sid=${sid}`
  await fetch(session, { method: "POST", headers, body: "40" })
  const answer = await (await fetch(session, { headers })).text()
  return answer.startsWith("40") ? "connected" : JSON.parse(answer.slice(2)).data.code
}

test("[ACC5] everybody new is a member of General, and of the room that the invite leads to", async () => {
  await using team = await startWithAdmin()
  const [general] = await roomsOf(team.client)
  const made = await team.client.ask("create_room", { name: "Garden" })
  const roomId = made.ok ? made.room.id : ""
  await team.client.ask("join_room", { roomId })
  const invite = await team.client.ask("create_invite", { roomId })
  const bob = await joinBy(team.url, invite.ok ? invite.invite.url : "", "bob")
  await using client = connectAs(team.url, bob.token)
  for (const id of [general, roomId]) {
    const listed = await client.ask("list_members", { roomId: id })
    expect(listed).toMatchObject({
      ok: true,
      members: [
        { username: "ann", role: id === roomId ? "owner" : "member" },
        { userId: bob.userId, username: "bob", role: "member" },
      ],
    })
  }
})

test("[ACC5] who has an account already accepts an invite, which uses it up once", async () => {
  await using team = await startWithAdmin()
  const [bob, carol] = [await team.join("bob"), await team.join("carol")]
  const [general] = await roomsOf(team.client)
  const made = await team.client.ask("create_room", { name: "Garden" })
  const roomId = made.ok ? made.room.id : ""
  const invite = await team.client.ask("create_invite", { roomId, uses: 1 })
  const code = codeIn(invite.ok ? invite.invite.url : "")
  await using client = connectAs(team.url, bob.token)
  await using other = connectAs(team.url, carol.token)
  expect(await client.ask("list_members", { roomId })).toMatchObject({ error: { code: "ERR_NOT_IN_ROOM" } })
  await using elsewhere = connectAs(team.url, bob.token)
  await elsewhere.ask("my_rooms", {})
  const added = new Promise((resolve) => elsewhere.socket.once("room_added", resolve))
  expect(await team.client.ask("accept_invite", { code })).toMatchObject({ ok: true, room: { id: roomId } })
  for (let n = 0; n < 2; n++)
    expect(await client.ask("accept_invite", { code })).toMatchObject({
      ok: true,
      room: { id: roomId, role: "member" },
    })
  expect(await added).toMatchObject({ id: roomId, role: "member", unread: 0 })
  expect(await client.ask("list_members", { roomId })).toMatchObject({ members: [{}, { userId: bob.userId }] })
  expect(await other.ask("accept_invite", { code })).toMatchObject({ error: { code: "ERR_NOT_FOUND" } })
  const anywhere = await team.client.ask("create_invite", { uses: 1 })
  const toGeneral = codeIn(anywhere.ok ? anywhere.invite.url : "")
  expect(await other.ask("accept_invite", { code: toGeneral })).toMatchObject({ ok: true, room: { id: general } })
  expect(await team.client.ask("list_invites", {})).toMatchObject({ invites: [{ usesLeft: 1 }] })
})

test("[ACC5] [MEM5] whoever was removed from a room comes back by no invite that they made, and brings nobody in", async () => {
  await using team = await startWithAdmin({ invites: "members" })
  const bob = await team.join("bob")
  await using client = connectAs(team.url, bob.token)
  const made = await team.client.ask("create_room", { name: "Board", visibility: "private" })
  const roomId = made.ok ? made.room.id : ""
  await team.client.ask("add_member", { roomId, targetId: bob.userId })
  const invite = await client.ask("create_invite", { roomId, uses: 9 })
  const code = codeIn(invite.ok ? invite.invite.url : "")
  expect(await call(team.url, "peek", { code })).toMatchObject({ answer: { roomName: "Board" } })
  expect(await team.client.ask("remove_member", { roomId, targetId: bob.userId })).toEqual({ ok: true })
  expect(await client.ask("accept_invite", { code })).toMatchObject({ error: { code: "ERR_NOT_FOUND" } })
  expect(await call(team.url, "peek", { code })).toMatchObject({ code: "ERR_NOT_FOUND" })
  const joining = { invite: code, login: "eve", username: "Eve", password }
  expect(await call(team.url, "join", joining)).toMatchObject({ code: "ERR_NOT_FOUND" })
  await team.client.ask("add_member", { roomId, targetId: bob.userId })
  expect(await call(team.url, "join", joining)).toMatchObject({ code: "ok" })
})

test("[ACC5] who accepts an invite from several devices at once uses it once", async () => {
  await using team = await startWithAdmin()
  const bob = await team.join("bob")
  const made = await team.client.ask("create_room", { name: "Garden", visibility: "private" })
  const roomId = made.ok ? made.room.id : ""
  const invite = await team.client.ask("create_invite", { roomId, uses: 9 })
  const code = codeIn(invite.ok ? invite.invite.url : "")
  await using phone = connectAs(team.url, bob.token)
  await using laptop = connectAs(team.url, bob.token)
  await Promise.all([phone.ask("list_sessions", {}), laptop.ask("list_sessions", {})])
  const answers = await Promise.all([phone, laptop, phone].map((device) => device.ask("accept_invite", { code })))
  for (const answer of answers) expect(answer).toMatchObject({ ok: true, room: { id: roomId } })
  expect(await team.client.ask("list_invites", {})).toMatchObject({ invites: [{ usesLeft: 8 }] })
})

test("[ACC6] the rooms of who is deactivated go to the oldest moderator or member, also when the terminal does it", async () => {
  await using team = await startWithAdmin()
  const bob = await team.join("bob")
  const [carol, dora] = [await team.join("carol"), await team.join("dora")]
  await using byBob = connectAs(team.url, bob.token)
  await using byCarol = connectAs(team.url, carol.token)
  await using byDora = connectAs(team.url, dora.token)
  const made = await byBob.ask("create_room", { name: "Garden" })
  const roomId = made.ok ? made.room.id : ""
  for (const client of [byBob, byCarol, byDora]) await client.ask("join_room", { roomId })
  const roles = async () => {
    const answer = await byDora.ask("list_members", { roomId })
    return answer.ok ? answer.members.map(({ username, role }) => `${username} ${role}`) : answer.error.code
  }
  expect(await roles()).toEqual(["bob owner", "carol member", "dora member"])
  await team.client.ask("update_user", { targetId: bob.userId, isActive: false })
  expect(await roles()).toEqual(["bob member", "carol owner", "dora member"])
  await runProcess(["user", "deactivate", "carol"], { DATA_DIR: team.app.dataDir })
  await byCarol.until(() => byCarol.payloads("error").length > 0)
  expect(await roles()).toEqual(["bob member", "carol member", "dora owner"])
  await team.client.ask("update_user", { targetId: dora.userId, isActive: false })
  await team.client.ask("update_user", { targetId: bob.userId, isActive: true })
  const again = await signIn(team.url, "bob")
  await using back = connectAs(team.url, again.token)
  expect(await back.ask("list_members", { roomId })).toMatchObject({
    members: [{ username: "bob", role: "owner" }, { username: "carol" }, { username: "dora", role: "member" }],
  })
})

async function roomsOf(client: TestClient): Promise<string[]> {
  const answer = await client.ask("list_rooms", {})
  return answer.ok ? answer.rooms.map(({ id }) => id) : []
}
