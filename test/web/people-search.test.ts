/** Finding people of the server by a part of their name. */
import { expect, test } from "bun:test"
import { find, withFound } from "../../src/web/core/finding.ts"
import { Kept } from "../../src/web/core/kept.ts"
import { PeopleSearch } from "../../src/web/core/people-search.ts"
import type { Peer } from "../../src/web/core/room.ts"
import { connectAs, startWithAdmin } from "../support/accounts.ts"
import { newStorage, openPage, until } from "./page.ts"

const peer = (userId: string, username = userId): Peer => ({ userId, username, avatar: null, isOnline: false })

type Reply = { readonly users: readonly Peer[]; readonly cursor?: string }

/** A server that answers when the test says so. */
function slowServer() {
  const waiting: ((reply: Reply) => void)[] = []
  const asked: unknown[] = []
  const request = (event: string, payload: object) => {
    asked.push({ event, ...payload })
    return new Promise((resolve) => waiting.push((reply) => resolve({ ok: true, ...reply })))
  }
  const client = { connection: { request }, identity: { userId: "ann" } }
  const search = new PeopleSearch(client as unknown as ConstructorParameters<typeof PeopleSearch>[0], 3)
  return { search, asked, answer: (at: number, reply: Reply) => waiting[at]!(reply) }
}

test("[USER1] what was asked last is shown, whichever answer comes last", async () => {
  const { search, answer } = slowServer()
  const searches = [search.search("b"), search.search("bo")]
  answer(1, { users: [peer("bob")] })
  await searches[1]
  answer(0, { users: [peer("ben")] })
  await searches[0]
  expect(search.found.value.map(({ userId }) => userId)).toEqual(["bob"])
})

test("[USER1] of pages in which few match some are asked for, and none once there are enough", async () => {
  const nobody = slowServer()
  const searched = nobody.search.search("x")
  for (let page = 0; page < 5; page++) {
    nobody.answer(page, { users: [], cursor: `${page}` })
    await Bun.sleep(0)
  }
  await searched
  expect(nobody.asked.map((asked) => (asked as { cursor?: string }).cursor)).toEqual([undefined, "0", "1", "2", "3"])

  const some = slowServer()
  const found = some.search.search("b")
  some.answer(0, { users: [peer("a"), peer("b"), peer("c")], cursor: "more" })
  await found
  expect(some.asked.length).toBe(1)
})

test("[USER1] that nobody is found is said once all of it was answered, and not before", async () => {
  const { search, answer } = slowServer()
  expect(search.isOver.value).toBe(false)
  const first = search.search("x")
  answer(0, { users: [], cursor: "more" })
  await Bun.sleep(0)
  expect([search.found.value, search.isOver.value]).toEqual([[], false])
  answer(1, { users: [] })
  await first
  expect(search.isOver.value).toBe(true)
  // What is asked anew was not answered yet, and what nobody asks for any more answers nothing.
  const [old, latest] = [search.search("y"), search.search("yz")]
  answer(2, { users: [] })
  await old
  expect(search.isOver.value).toBe(false)
  answer(3, { users: [] })
  await latest
  expect(search.isOver.value).toBe(true)
})

test("[USER1] what the server did not answer says of nobody that they are not to be found", async () => {
  const request = async () => ({ ok: false, error: { code: "LOST", message: "The connection was lost." } })
  const client = { connection: { request }, identity: { userId: "ann" } }
  const search = new PeopleSearch(client as unknown as ConstructorParameters<typeof PeopleSearch>[0], 3)
  await search.search("x")
  expect(search.isOver.value).toBe(false)
})

test("[USER1] what is too long for a name finds nobody, and is not asked for", async () => {
  const { search, asked } = slowServer()
  await search.search("x".repeat(65))
  expect([search.found.value, asked]).toEqual([[], []])
})

test("[USER1] somebody is found who is in no room that is open, and who has another letter's accent", async () => {
  await using server = await startWithAdmin({ rateLimits: "off" })
  const zoe = await server.join("zoe")
  await using zoes = connectAs(server.url, zoe.token)
  await zoes.ask("update_profile", { userId: zoe.userId, username: "Zoë" })
  const storage = newStorage()
  const account = { userId: server.admin.userId, login: "ann", username: "ann", role: "admin" }
  new Kept(() => storage.forBrowser).write("account", account)
  await using page = openPage(server.url, { storage, token: server.admin.token })
  await until(() => page.client.connection.isOnline)
  const search = new PeopleSearch(page.client, 10)
  await search.search(" zoe ")
  expect(search.found.value).toMatchObject([{ userId: zoe.userId, username: "Zoë" }])
})

test("whoever the server found is an option, but for oneself and those whom a room is a talk with", () => {
  const person = (userId: string, isOnline = false) => ({ member: peer(userId), rooms: [], isOnline })
  const talk = { peer: peer("bob") } as never
  const found = [person("ann"), person("bob"), person("cleo"), person("dora")]
  const people = withFound([person("dora", true)], found, [talk], "ann")
  const options = find("", { rooms: [], people, listed: [] })
  expect(
    options.map((option) => option.kind === "person" && [option.person.member.userId, option.person.isOnline]),
  ).toEqual([
    ["cleo", false],
    ["dora", true],
  ])
})
