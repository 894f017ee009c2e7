/** What administrators may do, attacked: by whoever was one a moment ago, and by names that are made to mislead. */
import { expect, test } from "bun:test"
import { limits } from "../../src/contract/limits.ts"
import { call, codeIn, connectAs, joinBy, password, signIn, startWithAdmin } from "../support/accounts.ts"

const refused = { ok: false, error: { code: "ERR_FORBIDDEN" } }

test("[ACC6] whoever was lowered is none from the answer on: no list, no link, no invite, no private room", async () => {
  await using team = await startWithAdmin()
  const bob = await team.join("bob")
  const made = await team.client.ask("create_room", { name: "Board", visibility: "private" })
  const roomId = made.ok ? made.room.id : ""
  await using client = connectAs(team.url, bob.token)
  const change = (role: string) => team.client.ask("update_user", { targetId: bob.userId, role })
  await change("admin")
  const kept = await client.ask("create_invite", { uses: 5 })
  const reset = await client.ask("create_reset_link", { targetId: team.admin.userId })
  expect(await change("member")).toMatchObject({ ok: true, user: { role: "member" } })

  for (const [event, payload] of [
    ["list_accounts", {}],
    ["update_user", { targetId: bob.userId, role: "admin" }],
    ["update_user", { targetId: team.admin.userId, isActive: false }],
    ["create_reset_link", { targetId: team.admin.userId }],
    ["create_invite", {}],
  ] as const)
    expect(await client.ask(event, payload)).toMatchObject(refused)
  expect(await client.ask("join_room", { roomId })).toMatchObject({ error: { code: "ERR_ROOM_NOT_FOUND" } })
  expect(await client.ask("list_invites", {})).toEqual({ ok: true, invites: [] })
  // What they made while they were one is good for nothing.
  const invite = codeIn(kept.ok ? kept.invite.url : "")
  expect(await call(team.url, "join", { invite, login: "eve", username: "Eve", password })).toMatchObject({
    code: "ERR_NOT_FOUND",
  })
  const code = codeIn(reset.ok ? reset.url : "")
  expect(await call(team.url, "redeem", { code, password })).toMatchObject({ code: "ERR_NOT_FOUND" })
})

test("[ACC6] an administrator closes themselves out while there is another, and the last one cannot", async () => {
  await using team = await startWithAdmin()
  const out = { targetId: team.admin.userId, isActive: false }
  expect(await team.client.ask("update_user", out)).toMatchObject(refused)
  const bob = await team.join("bob")
  expect(await team.client.ask("update_user", out)).toMatchObject(refused)
  await team.client.ask("update_user", { targetId: bob.userId, role: "admin" })
  expect(await team.client.ask("update_user", out)).toMatchObject({ ok: true, user: { isActive: false } })
  await team.client.until(() => team.client.payloads("error").length > 0)
  expect(team.client.payloads("error")).toMatchObject([{ code: "ERR_UNAUTHORIZED" }])
  expect(signIn(team.url, "ann")).rejects.toThrow("closed")
  await using client = connectAs(team.url, bob.token)
  for (const change of [{ isActive: false }, { role: "member" }])
    expect(await client.ask("update_user", { targetId: bob.userId, ...change })).toMatchObject(refused)
})

test("[ACC6] whoever is deactivated gets no link to a password: it would let nobody in", async () => {
  await using team = await startWithAdmin()
  const bob = await team.join("bob")
  const before = await team.client.ask("create_reset_link", { targetId: bob.userId })
  await team.client.ask("update_user", { targetId: bob.userId, isActive: false })
  expect(await team.client.ask("create_reset_link", { targetId: bob.userId })).toMatchObject(refused)
  await team.client.ask("update_user", { targetId: bob.userId, isActive: true })
  const code = codeIn(before.ok ? before.url : "")
  expect(await call(team.url, "redeem", { code, password })).toMatchObject({ code: "ERR_NOT_FOUND" })
})

test("[ACC5] [ACC6] an administrator deletes no room of others, and whoever owns it leaves nobody in it", async () => {
  await using team = await startWithAdmin()
  const bob = await team.join("bob")
  await using client = connectAs(team.url, bob.token)
  const made = await client.ask("create_room", { name: "Garden" })
  const roomId = made.ok ? made.room.id : ""
  expect(await team.client.ask("join_room", { roomId })).toMatchObject({ ok: true })
  expect(await team.client.ask("delete_room", { roomId })).toMatchObject(refused)
  const invite = await client.ask("create_invite", { roomId })
  expect(invite).toMatchObject(refused)
  const link = await team.client.ask("create_invite", { roomId })
  expect(await client.ask("delete_room", { roomId })).toMatchObject({ ok: true })
  expect(await team.client.ask("send_message", { roomId, content: "Anybody?" })).toMatchObject({
    error: { code: "ERR_NOT_IN_ROOM" },
  })
  // Its invites lead nowhere, and so let nobody in.
  expect(joinBy(team.url, link.ok ? link.invite.url : "", "eve")).rejects.toThrow("not valid")
})

test("[ACC6] the list goes on behind a login however it was written, and a page has its bound", async () => {
  await using team = await startWithAdmin()
  for (const login of ["Bob", "CAROL", "Groß", "ＤＡＮ"]) await team.join(login)
  const logins: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await team.client.ask("list_accounts", { limit: 2, ...(after && { after }) })
    if (!page.ok) throw new Error(page.error.message)
    logins.push(...page.users.map(({ login }) => login))
    if (!page.hasMore || logins.length > 10) break
    after = page.users.at(-1)?.login
  }
  expect(logins).toEqual(["ann", "Bob", "CAROL", "ＤＡＮ", "Groß"])
  for (const limit of [limits.pageLengthMax + 1, 1e9, -1, 0, 1.5, "all"])
    expect(await team.client.ask("list_accounts", { limit })).toMatchObject({ error: { code: "ERR_VALIDATION" } })
  expect(await team.client.ask("list_accounts", { after: "x".repeat(65) })).toMatchObject({
    error: { code: "ERR_VALIDATION", field: "after" },
  })
})

test("[ACC1] [VAL1] no login is another one's in disguise, whatever its case, and no name turns the line it stands in", async () => {
  await using team = await startWithAdmin()
  await team.join("Groß")
  const link = await team.client.ask("create_invite", { uses: 5 })
  const invite = codeIn(link.ok ? link.invite.url : "")
  const join = (login: string, username = login) => call(team.url, "join", { invite, login, username, password })
  for (const login of ["ANN", "ａｎｎ", "gross", "GROSS", "GROẞ"])
    expect(await join(login)).toMatchObject({ code: "ERR_CONFLICT", answer: { error: { field: "login" } } })
  for (const login of ["an\u200bn", "\u202eann", "an\u00adn", "ann ", "ann\n", "an\u2028n", "\u0301ann", "ann\u0000"])
    expect(await join(login, "Ann")).toMatchObject({ code: "ERR_VALIDATION", answer: { error: { field: "login" } } })
  // A Cyrillic a, a Greek omicron, and one that becomes Greek.
  for (const login of ["\u0430nn", "b\u03bfb", "ann.\u00b5"])
    expect(await join(login, "Ann")).toMatchObject({ code: "ERR_VALIDATION", answer: { error: { field: "login" } } })
  for (const login of ["анна", "άννα", "ann日本"]) expect(await join(login)).toMatchObject({ code: "ok" })
  for (const username of ["\u202eAnn", "\u200b", "\u2066Ann\u2069", "A\u0000nn"])
    expect(await join("eve", username)).toMatchObject({
      code: "ERR_VALIDATION",
      answer: { error: { field: "username" } },
    })
})
