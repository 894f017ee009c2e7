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

  test("is cut where the session ends that asked for it, before anything more is read", async () => {
    const { requests, accounts, steps, endSession } = endless()
    const request = new Request("http://localhost/", { headers: bearer("A".repeat(43)) })
    const reader = (await requests.send(accounts, request)).body?.getReader()
    for (let piece = 0; piece < 5; piece++) expect((await reader?.read())?.done).toBe(false)
    const before = steps()
    endSession()
    expect(await reader?.read().catch(({ code }) => code)).toBe("ERR_UNAUTHORIZED")
    expect(steps()).toBeLessThanOrEqual(before + 1)
    expect(await requests.send(accounts, request)).toMatchObject({ status: 200 })
  })

  test("is looked for in one step at a time, however many ask for theirs", async () => {
    const { requests, accounts, atOnce } = endless()
    const pieces = ["ann", "bob", "cid"].map(async (name) => {
      const request = new Request("http://localhost/", { headers: bearer(name.padEnd(43, "x")) })
      const reader = (await requests.send(accounts, request)).body?.getReader()
      for (let piece = 0; piece < 10; piece++) expect((await reader?.read())?.done).toBe(false)
      await reader?.cancel()
    })
    await Promise.all(pieces)
    expect(atOnce()).toBe(1)
  })

  test("is looked for no further once its reader is gone, also where there is nothing to find", async () => {
    const { requests, accounts, steps } = endless({ findsNothing: true })
    const request = new Request("http://localhost/", { headers: bearer("A".repeat(43)) })
    const reader = (await requests.send(accounts, request)).body?.getReader()
    // The header, then the account, then the profile; what comes after is looked for in vain.
    for (let piece = 0; piece < 3; piece++) await Promise.race([reader?.read(), Bun.sleep(0)])
    void reader?.read().catch(() => {})
    while (steps() < 10) await Bun.sleep(0)
    await reader?.cancel()
    const after = steps()
    for (let turn = 0; turn < 20; turn++) await Bun.sleep(0)
    expect(steps()).toBeLessThanOrEqual(after + 1)
  })

  test("is refused where the server does not keep its people, and to what is no JSON", async () => {
    await using app = await startTestApp()
    expect(await codeOf(await download(app.url, {}))).toBe("ERR_FORBIDDEN")
    await using team = await startWithAdmin()
    const form = { ...bearer(team.admin.token), "Content-Type": "application/x-www-form-urlencoded" }
    expect(await codeOf(await download(team.url, form))).toBe("ERR_VALIDATION")
  })
})

/** People who have written without an end, or nothing among what others have. */
function endless({ findsNothing = false } = {}) {
  let [steps, underWay, atOnce, isOver] = [0, 0, 0, false]
  const store = {
    submit: ({ kind }: Command, settle: (outcome: never) => void) => {
      if (kind === "ownData") steps++
      const things = findsNothing ? [] : [{ kind: "reaction", emoji: "🎉" }]
      underWay++
      atOnce = Math.max(atOnce, underWay)
      setImmediate(() => {
        underWay--
        settle((kind === "ownData" ? { things, next: steps } : { username: "Ann", avatar: null }) as never)
      })
    },
  } as Pick<ChatStore, "submit">
  const accounts = {
    admit: async (token: string) => ({ userId: token as UserId, sessionId: "s" }),
    ownAccount: async () => [],
    stillValid: async (ids: readonly string[]) => new Map(isOver ? [] : ids.map((id) => [id, {}])),
  } as unknown as Accounts
  const origins = { publicOrigin: undefined, allowedOrigins: [], listensOnLoopback: true, ownNames: [] }
  const clock = { epochMs: () => 0, elapsedMs: () => 0 }
  const incidents = new Incidents(new Counters(), clock.elapsedMs)
  const requests = new OwnDataRequests({ store, origins, limiter: undefined, incidents, clock, address: () => "" })
  const endSession = () => {
    isOver = true
  }
  return { requests, accounts, steps: () => steps, atOnce: () => atOnce, endSession }
}
