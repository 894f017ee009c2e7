import { afterAll, beforeAll, expect, test } from "bun:test"
import type { Auth } from "../../src/contract/accounts.ts"
import { errorMessages } from "../../src/contract/errors.ts"
import { type ClientEvent, clientEvents, serverEvents } from "../../src/contract/events.ts"
import { limitInWords } from "../../src/contract/limit-words.ts"
import { type LimitName, limitTable } from "../../src/contract/limits.ts"
import { rules } from "../../src/contract/rules.ts"
import { asyncApi } from "../../src/docs/asyncapi.ts"
import { documents } from "../../src/docs/documents.ts"
import type { JsonSchema } from "../../src/docs/json-schema.ts"
import { documentPaths } from "../../src/docs/paths.ts"
import { typeDeclarations } from "../../src/docs/type-declarations.ts"
import { tables } from "../server/who-may.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { authSecret } from "../support/tokens.ts"

let app: TestApp
let page: string
beforeAll(async () => {
  app = await startTestApp()
  page = await (await get("/docs")).text()
})
afterAll(() => app[Symbol.asyncDispose]())

/** The same for the same setting, so made once. */
const memo = new Map<Auth, ReturnType<typeof documents>>()
function made(auth: Auth): ReturnType<typeof documents> {
  const known = memo.get(auth) ?? documents({ address: "https://chat.example.com", auth })
  memo.set(auth, known)
  return known
}

// A server tells nobody why they cannot be made.
test("the documents can be made of the contract", () => {
  for (const auth of ["open", "token", "accounts"] as const)
    expect(made(auth).map(({ path }) => path)).toEqual([...documentPaths])
})

test.each([
  ["/docs", "text/html; charset=utf-8"],
  ["/docs/docs.css", "text/css; charset=utf-8"],
  ["/docs/docs.js", "text/javascript; charset=utf-8"],
  ["/asyncapi.json", "application/json"],
  ["/types.d.ts", "text/plain; charset=utf-8"],
] as const)("%s is %s, kept by browsers and asked about each time", async (path, type) => {
  const response = await get(path)
  expect(response.status).toBe(200)
  expect(response.headers.get("content-type")).toBe(type)
  expect(response.headers.get("x-content-type-options")).toBe("nosniff")
  expect(response.headers.get("cache-control")).toBe("no-cache")
  const etag = response.headers.get("etag") ?? ""
  expect(etag).toMatch(/^W\/"\w+"$/)

  const again = await get(path, { headers: { "If-None-Match": `"other", ${etag}` } })
  expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag])
  expect((await get(path, { headers: { "If-None-Match": '"other"' } })).status).toBe(200)
})

test("documents are only read: HEAD has no body, and nothing else is allowed", async () => {
  const head = await get("/docs", { method: "HEAD" })
  expect([head.status, await head.text()]).toEqual([200, ""])
  const post = await get("/docs", { method: "POST", body: "x" })
  expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"])
})

test("the page runs nothing but its own script, and asks for nothing from elsewhere", async () => {
  const policy = (await get("/docs")).headers.get("content-security-policy") ?? ""
  expect(policy).toContain("default-src 'none'")
  expect(policy).not.toContain("unsafe")
  expect(page.match(/<script[^>]*>/g)).toEqual(['<script type="module" src="/docs/docs.js">'])
  expect(page).not.toMatch(/<style| style=| on[a-z]+="/)
  const asked = [...page.matchAll(/(?:<link[^>]*href|src)="([^"]+)"/g)].map(([, url]) => url)
  expect(asked).toEqual(["data:,", "/docs/docs.css", "/docs/docs.js"])
})

test("every request, event, error code and rule has its place in the page, once", () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
  const named = [clientEvents, serverEvents, errorMessages, rules].flatMap((table) => Object.keys(table))
  expect(named.filter((name) => !ids.includes(name))).toEqual([])
})

test("the page gives the limits that warren limits does, in the same words", () => {
  const followed = (Object.keys(limitTable) as LimitName[]).filter((name) => limitTable[name].otherwise !== undefined)
  const cells = [...page.matchAll(/<td>([^<]*)<\/td>/g)].map(([, text]) => text)
  expect(followed.length).toBeGreaterThan(30)
  expect(followed.filter((name) => !cells.includes(limitInWords(name)))).toEqual([])
  expect(cells).toContain("10 at once, then 10 per hour")
})

test("the contents have every request, below what it is about and in the order of the page", () => {
  const [, contents = ""] = /<nav[^>]*>(.*?)<\/nav>/s.exec(page) ?? []
  const listed = [...contents.matchAll(/<span>(.*?)<\/span>|<a href="#(\w+)"><code>/g)].map(
    ([, topic, name]) => name ?? topic,
  )
  const named = listed.filter((name) => name !== undefined && name in clientEvents)
  const order = [...page.matchAll(/<h3 id="(\w+)"/g)].flatMap(([, name = ""]) => (name in clientEvents ? name : []))
  expect(named).toEqual(Object.keys(clientEvents))
  expect(order).toEqual(Object.keys(clientEvents))
  expect(listed.slice(0, 2)).toEqual(["Rooms", "create_room"])
})

test("every link of the page leads somewhere", async () => {
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
  const links = new Set([...page.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href = ""]) => href))
  expect(links.size).toBeGreaterThan(50)
  for (const link of links) {
    if (link.startsWith("#")) expect(ids, link).toContain(link.slice(1))
    else expect((await get(link)).status, link).toBe(200)
  }
})

test("/asyncapi.json is JSON that says which version it is of, and /types.d.ts too", async () => {
  const { version } = await Bun.file("package.json").json()
  expect(await (await get("/asyncapi.json")).json()).toMatchObject({ asyncapi: "3.0.0", info: { version } })
  expect(await (await get("/types.d.ts")).text()).toContain(`Warren ${version}`)
})

test("[AUTH1] [AUTH2] [ACC2] the documents are of the server's own way to know who somebody is, and of no other", () => {
  const texts = (auth: Auth) => made(auth).map(({ body }) => String(body))
  for (const auth of ["open", "token", "accounts"] as const) {
    const [docs = "", , , api = "", types = ""] = texts(auth)
    expect(types).toContain(` with AUTH=${auth}, `)
    expect(docs.split("paste it here")).toHaveLength(auth === "open" ? 1 : 3)
    expect(docs.includes("This server asks for a JWT")).toBe(auth === "token")
    expect(types.includes("The token's `sub`")).toBe(auth === "token")
    expect(docs.includes("/api/sign-in&#34;")).toBe(auth === "accounts")
    expect(types.includes("The account's, or left out.")).toBe(auth === "accounts")
    const { components } = JSON.parse(api)
    const [joining] = components.messages.join_room.examples
    expect(Object.keys(joining.payload)).toEqual(
      auth === "open" ? ["roomId", "userId", "username", "avatar"] : ["roomId", "avatar"],
    )
    const [renaming] = components.messages.update_profile.examples
    expect(renaming.payload).toMatchObject({ username: "Ann-Marie" })
    expect(components.schemas.UpdateProfile.properties.username.description).not.toContain("may be left out")
  }
})

test("[AUTH2] a server that asks for tokens says in its documents what it accepts", async () => {
  await using other = await startTestApp({ auth: "token", authSecret, publicUrl: "https://chat.example.com" })
  const textOf = async (path: string) =>
    (await fetch(other.url + path, { headers: { Host: "chat.example.com" } })).text()
  expect(await textOf("/types.d.ts")).toContain("userId?: string | undefined")
  const { components, servers } = JSON.parse(await textOf("/asyncapi.json"))
  expect(components.schemas.JoinRoom.required).toEqual(["roomId"])
  expect(servers.warren).toMatchObject({ protocol: "wss", variables: { host: { default: "chat.example.com" } } })
  expect(await textOf("/docs")).toContain("curl -o warren.d.ts https://chat.example.com/types.d.ts")
})

test("a request that needs people to be known, or accounts, says so, and no other does", () => {
  const rows = Object.values(tables).flat()
  const isRefused = (event: string, person: string) => {
    const cells = rows.flatMap((row) => (row.event === event ? (row.cells[person] ?? []) : []))
    return cells.length > 0 && cells.every((cell) => cell === "no")
  }
  const openRooms = (event: string) =>
    tables.open.some((row) => row.event === event) &&
    tables.open.every((row) => row.event !== event || row.cells["owner"] === "no")
  const api = asyncApi({ version: "1.2.3", address: "https://chat.example.com", auth: "open" })
  const types = typeDeclarations({ version: "1.2.3", auth: "open" })
  for (const event of Object.keys(clientEvents) as ClientEvent[]) {
    const isOfAccounts = ["open", "token", "steward"].every((person) => isRefused(event, person))
    const isOfPeople = isRefused(event, "open") || openRooms(event)
    const said = isOfAccounts ? "Only with `AUTH=accounts`." : "Only with `AUTH=accounts` or `AUTH=token`."
    for (const text of [api.operations[event].description, types.match(new RegExp(`.*\\n  ${event}: `))?.[0] ?? ""]) {
      expect([event, /Only with[^.]*\./.exec(text)?.[0]]).toEqual([event, isOfPeople ? said : undefined])
    }
  }
})

test("every object that another one holds has a name, a place in the page, and a kind in words", () => {
  const { schemas } = asyncApi({ version: "1.2.3", address: "https://chat.example.com", auth: "open" }).components
  const written = (path: string, { properties = {}, anyOf = [], items = [] }: JsonSchema): string[] => [
    ...Object.entries(properties).flatMap(([name, field]) => [
      ...(field.properties === undefined ? [] : [`${path}.${name}`]),
      ...written(`${path}.${name}`, field),
    ]),
    ...[...anyOf, items]
      .flat()
      .flatMap((inner) => [...(inner.properties === undefined ? [] : [path]), ...written(path, inner)]),
  ]
  expect(Object.entries(schemas).flatMap(([name, schema]) => written(name, schema))).toEqual([])

  const kinds = [...page.matchAll(/<p class="kind">(.*?)<\/p>/gs)].map(([, kind = ""]) => kind.replace(/<[^>]+>/g, ""))
  expect(kinds.filter((kind) => /\b(object|undefined)\b|list of *$/.test(kind))).toEqual([])
  for (const kind of [
    "list of [whole number, whole number]",
    "list of line 1–8 of them",
    "list of line or null at most 50",
    "Quote",
    "LastMessage or null",
  ])
    expect(kinds).toContain(kind)
})

test("[FILE1] [FILE3] [ACC2] what goes over HTTP has its place too, and where there are accounts how to sign in", () => {
  const htmlOf = (auth: Auth) => String(made(auth)[0]?.body)
  const asked = (auth: Auth) =>
    [...htmlOf(auth).matchAll(/<a href="#[\w-]+"><code>((?:GET|POST) [^<]+)<\/code>/g)].map(([, request]) => request)
  const files = ["POST /files?name=…", "POST /uploads?name=…", "GET /files/…", "GET /api/server"]
  expect([asked("open"), asked("token")]).toEqual([files, files])
  const people = ["sign-in", "join", "peek", "redeem", "my-data"].map((name) => `POST /api/${name}`)
  expect(asked("accounts")).toEqual([...files, ...people])
  expect(htmlOf("open")).not.toContain("$TOKEN")
  expect(htmlOf("token")).toContain("Authorization: Bearer $TOKEN")
  for (const field of ["invite", "login", "password"]) expect(htmlOf("accounts")).toContain(`<code>${field}</code>`)
})

function get(path: string, options: BunFetchRequestInit = {}): Promise<Response> {
  return fetch(app.url + path, options)
}
