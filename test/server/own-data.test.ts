/** One's own data as people download it. */
import { describe, expect, test } from "bun:test"
import * as v from "valibot"
import type { Accounts } from "../../src/accounts/accounts.ts"
import type { Command } from "../../src/chat/rules/rules.ts"
import type { ChatStore } from "../../src/chat/store.ts"
import { OwnDataLine } from "../../src/contract/own-data.ts"
import type { UserId } from "../../src/contract/values.ts"
import { Counters } from "../../src/observe/counters.ts"
import { Incidents } from "../../src/observe/incidents.ts"
import { OwnDataRequests } from "../../src/server/http/own-data.ts"
import { call, connectAs, password, startWithAdmin } from "../support/accounts.ts"
import { startTestApp } from "../support/app.ts"
import { noise, upload } from "../support/files.ts"

const download = (url: string, headers: Record<string, string>, body = "{}") =>
  fetch(`${url}/api/my-data`, { method: "POST", headers: { "Content-Type": "application/json", ...headers }, body })
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: { code: string } }).error.code
}

describe("[ACC10] one's own data", () => {
  test("is all that is one's own, line by line, and no secret or word of others", async () => {
    await using team = await startWithAdmin()
    const bob = await team.join("bob")
    await using client = connectAs(team.url, bob.token)
    const made = await team.client.ask("create_room", { name: "Garden" })
    const roomId = made.ok ? made.room.id : ""
    for (const one of [team.client, client]) await one.ask("join_room", { roomId, username: "x" })
    const hers = await team.client.ask("send_message", { roomId, content: "The words of Ann" })
    const { body } = await upload(team.url, noise(1_000), { name: "plan.bin", headers: bearer(bob.token) })
    const sent = { roomId, content: "The words of Bob", replyTo: hers.ok ? hers.message.id : "", files: [body.file.id] }
    const message = await client.ask("send_message", sent)
    const id = message.ok ? message.message.id : ""
    await client.ask("edit_message", { roomId, id, content: "Better words" })
    await client.ask("react", { roomId, id: sent.replyTo, emoji: "🎉", isOn: true })
    await client.ask("update_profile", { username: "Bobby" })

    const response = await download(team.url, bearer(bob.token))
    expect(response.status).toBe(200)
    expect(response.headers.get("content-type")).toBe("application/x-ndjson")
    expect(response.headers.get("cache-control")).toBe("no-store")
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="warren-my-data-\d{4}-\d\d-\d\d.ndjson"$/,
    )
    const text = await response.text()
    const lines = text
      .trimEnd()
      .split("\n")
      .map((line) => v.parse(OwnDataLine, JSON.parse(line)))
    expect(lines.map(({ kind }) => kind)).toEqual([
      "warren",
      "account",
      "session",
      "profile",
      "room",
      "room",
      "message",
      "reaction",
      "file",
      "end",
    ])
    const [, account, , profile, general, garden, said, reaction, file, end] = lines
    expect(account).toMatchObject({ login: "bob", role: "member" })
    expect(profile).toEqual({ kind: "profile", userId: bob.userId as UserId, username: "Bobby", avatar: null })
    expect([general, garden]).toMatchObject([{ name: "General" }, { name: "Garden", role: "member" }])
    expect(said).toMatchObject({
      id,
      content: "Better words",
      replyToSeq: 1,
      fileIds: [body.file.id],
      editedAt: expect.any(String),
    })
    expect(reaction).toMatchObject({ roomId, messageId: sent.replyTo, emoji: "🎉" })
    expect(file).toMatchObject({ name: "plan.bin", url: body.file.url })
    expect(end).toMatchObject({ lines: 9 })
    for (const foreign of ["The words of", "ann", bob.token, password, "argon2"]) expect(text).not.toContain(foreign)
  })

  test("is for whoever proves to be that account: a token, or the page's cookie from the page alone", async () => {
    await using team = await startWithAdmin()
    const { url, admin } = team
    const own = { Origin: url }
    const { response } = await call(url, "sign-in", { login: "ann", password, as: "cookie" }, own)
    const [pair = ""] = (response.headers.getSetCookie()[0] ?? "").split(";")
    const byPage = await download(url, { Cookie: pair, ...own })
    expect([byPage.status, (await byPage.text()).includes(admin.userId)]).toEqual([200, true])
    for (const headers of [{}, { Cookie: pair }, bearer("A".repeat(43)), bearer("x")])
      expect(await codeOf(await download(url, headers))).toBe("ERR_UNAUTHORIZED")
    expect(await codeOf(await download(url, { Cookie: pair, Origin: "https://evil.example" }))).toBe("ERR_FORBIDDEN")
    await team.client.ask("sign_out", {})
    expect(await codeOf(await download(url, bearer(admin.token)))).toBe("ERR_UNAUTHORIZED")
  })

  test("comes three times in a while", async () => {
    await using team = await startWithAdmin()
    const ask = () => download(team.url, bearer(team.admin.token))
    for (let time = 0; time < 3; time++) expect((await (await ask()).text()).endsWith('"lines":5}\n')).toBe(true)
    const fourth = await ask()
    expect([fourth.status, await codeOf(fourth)]).toEqual([429, "ERR_RATE_LIMITED"])
    expect(team.app.limited()).toMatchObject({ ownDataRate: 1 })
  })

  test("is read no faster than it is taken, one at a time, until its reader goes away", async () => {
    const { requests, accounts, steps } = endless()
    const request = new Request("http://localhost/", { headers: bearer("A".repeat(43)) })
    const reader = (await requests.send(accounts, request)).body?.getReader()
    for (let piece = 0; piece < 10; piece++) expect((await reader?.read())?.done).toBe(false)
    // The header, the account and the profile are no steps.
    expect(steps()).toBeLessThanOrEqual(10)
    const again = () => requests.send(accounts, request).catch((error) => error)
    expect(await again()).toMatchObject({ code: "ERR_BUSY" })
    await reader?.cancel()
    expect(await again()).toMatchObject({ status: 200 })
  })

  test("is refused where the server does not keep its people, and to what is no JSON", async () => {
    await using app = await startTestApp()
    expect(await codeOf(await download(app.url, {}))).toBe("ERR_FORBIDDEN")
    await using team = await startWithAdmin()
    const form = { ...bearer(team.admin.token), "Content-Type": "application/x-www-form-urlencoded" }
    expect(await codeOf(await download(team.url, form))).toBe("ERR_VALIDATION")
  })
})

/** Somebody who has written without an end. */
function endless() {
  const userId = "ann" as UserId
  let steps = 0
  const store = {
    submit: ({ kind }: Command, settle: (outcome: never) => void) => {
      if (kind === "ownData") steps++
      const things = [{ kind: "reaction", emoji: "🎉" }]
      queueMicrotask(() =>
        settle((kind === "ownData" ? { things, next: steps } : { username: "Ann", avatar: null }) as never),
      )
    },
  } as Pick<ChatStore, "submit">
  const accounts = {
    admit: async () => ({ userId, sessionId: "s" }),
    ownAccount: async () => [],
  } as unknown as Accounts
  const origins = { publicOrigin: undefined, allowedOrigins: [], listensOnLoopback: true, ownNames: [] }
  const clock = { epochMs: () => 0, elapsedMs: () => 0 }
  const incidents = new Incidents(new Counters(), clock.elapsedMs)
  const requests = new OwnDataRequests({ store, origins, limiter: undefined, incidents, clock, address: () => "" })
  return { requests, accounts, steps: () => steps }
}
