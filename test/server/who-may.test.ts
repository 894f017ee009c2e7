/** The table of who may ask what, put to a running server cell by cell. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { Session } from "../../src/chat/session.ts"
import { type ClientEvent, clientEvents } from "../../src/contract/events.ts"
import { Conversation } from "../chat/conversation.ts"
import { codeIn, password } from "../support/accounts.ts"
import { startTestApp, type TestApp } from "../support/app.ts"
import { type Cast, furnish, granted, type Name, showOut, startCast, startTokenCast } from "../support/cast.ts"
import { connect, type TestClient } from "../support/client.ts"
import { user } from "../support/ids.ts"
import { type Claims, tokenOf } from "../support/tokens.ts"
import { codes, type Mode, modes, type Row, tables } from "./who-may.ts"

/** What a row is about. */
interface Scene {
  readonly roomId: string
  /** What somebody wrote there; for whoever wrote nothing, what another did. */
  readonly written: (name: string) => string
  /** What somebody else wrote. */
  readonly theirs: (name: string) => string
  readonly userId: (name: string) => string
  readonly invite: string
}

/** What is asked for, beside the room. */
const wanted: Record<string, (scene: Scene, name: string) => object> = {
  join_room: (_, username) => ({ username }),
  "leave_room:for_good": () => ({ forGood: true }),
  add_member: ({ userId }) => ({ targetId: userId("known") }),
  "add_member:banned": ({ userId }) => ({ targetId: userId("banned") }),
  "add_member:nobody": () => ({ targetId: "nobody" }),
  set_role: ({ userId }) => ({ targetId: userId("other"), role: "moderator" }),
  "set_role:last_owner": ({ userId }) => ({ targetId: userId("owner"), role: "member" }),
  remove_member: ({ userId }) => ({ targetId: userId("other") }),
  "remove_member:moderator": ({ userId }) => ({ targetId: userId("second") }),
  "remove_member:owner": ({ userId }) => ({ targetId: userId("owner") }),
  unban_member: ({ userId }) => ({ targetId: userId("banned") }),
  update_room: () => ({ topic: "Another" }),
  "update_room:visibility": () => ({ visibility: "unlisted" }),
  "update_room:keep_days": () => ({ keepDays: 30 }),
  mark_read: () => ({ seq: 1 }),
  set_notifications: () => ({ level: "none" }),
  send_message: () => ({ content: "hello" }),
  "send_message:reply": ({ written }) => ({ content: "hello", replyTo: written("owner") }),
  "send_message:taken_id": ({ theirs }, name) => ({ content: "hello", id: theirs(name) }),
  sync: () => ({ since: 0 }),
  edit_message: ({ written }, name) => ({ id: written(name), content: "other words" }),
  "edit_message:theirs": ({ theirs }, name) => ({ id: theirs(name), content: "other words" }),
  "edit_message:unknown": () => ({ id: crypto.randomUUID(), content: "other words" }),
  delete_message: ({ written }, name) => ({ id: written(name) }),
  "delete_message:theirs": ({ theirs }, name) => ({ id: theirs(name) }),
  react: ({ written }) => ({ id: written("owner"), emoji: "👍", isOn: true }),
  typing: () => ({ isTyping: true }),
  search_messages: () => ({ query: "hello" }),
  "search_messages:everywhere": () => ({ query: "hello" }),
  create_room: () => ({ name: "Garden" }),
  "create_room:private": () => ({ name: "Garden", visibility: "private" }),
  open_direct: ({ userId }) => ({ targetIds: [userId("other")] }),
  "open_direct:nobody": () => ({ targetIds: ["nobody"] }),
  get_user: ({ userId }) => ({ targetId: userId("known") }),
  "get_user:nobody": () => ({ targetId: "nobody" }),
  update_profile: (_, name) => ({ username: `${name} Lee` }),
  end_session: () => ({ sessionId: crypto.randomUUID() }),
  change_password: () => ({ old: password, new: "staple staple staple" }),
  "change_password:wrong": () => ({ old: "not the one", new: "staple staple staple" }),
  add_passkey: () => ({ name: "Laptop", id: "AQID", clientData: "e30", attestation: "oA" }),
  remove_passkey: () => ({ passkeyId: crypto.randomUUID() }),
  revoke_invite: () => ({ inviteId: crypto.randomUUID() }),
  accept_invite: ({ invite }) => ({ code: invite }),
  "accept_invite:unknown": () => ({ code: "q83vEjRWeJASNFZ4mrze8A" }),
  update_user: ({ userId }) => ({ targetId: userId("known"), role: "member" }),
  "update_user:nobody": () => ({ targetId: "nobody", role: "member" }),
  create_reset_link: ({ userId }) => ({ targetId: userId("known") }),
}

let casts: Readonly<Record<Mode, Cast>>
let open: TestApp
beforeAll(async () => {
  const accounts = await startCast({ invites: "members" })
  casts = { accounts, token: await startTokenCast(accounts) }
  open = await startTestApp({ rateLimits: "off" })
})
afterAll(async () => {
  for (const mode of modes) await casts[mode][Symbol.asyncDispose]()
  await open[Symbol.asyncDispose]()
})

test("every request of the contract is in the table, and each row asks for something", () => {
  const rows = Object.values(tables).flat()
  expect(new Set(rows.map(({ event }) => event))).toEqual(new Set(Object.keys(clientEvents)))
  const ofRooms = Object.entries(clientEvents).filter(([, { payload }]) => "roomId" in payload.entries)
  for (const kind of ["public", "private", "direct", "open"] as const)
    for (const mode of modes)
      expect(new Set(rowsOf(kind, mode).map(([, { event }]) => event)), kind).toEqual(
        new Set(ofRooms.map(([event]) => event)),
      )
  expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(wanted)))
})

for (const mode of modes) {
  for (const kind of ["public", "private"] as const) {
    describe(`[MEM4] [MEM5] [ROOM4] [ROOM5] of a ${kind} room with AUTH=${mode}`, () => {
      test.each(rowsOf(kind, mode))("%s", async (_, row) => {
        const cast = casts[mode]
        const roomId = await furnish(cast, { visibility: kind })
        const scene = await sceneIn(cast, roomId, ["removed", "member", "moderator", "chief", "owner"])
        await showOut(cast, roomId)
        expect(await answers(row, scene, socketsOf(cast))).toEqual(row.cells)
      })
    })
  }

  describe(`[ROOM6] [MEM5] of a direct room with AUTH=${mode}`, () => {
    test.each(rowsOf("direct", mode))("%s", async (_, row) => {
      const cast = casts[mode]
      const { owner, member } = cast.people
      const { room } = await granted(owner.outside, "open_direct", { targetIds: [member.userId] })
      for (const { inside } of [owner, member]) await granted(inside, "join_room", { roomId: room.id, username: "x" })
      const scene = await sceneIn(cast, room.id, ["owner", "member"])
      expect(await answers(row, scene, socketsOf(cast))).toEqual(row.cells)
    })
  })
}

describe("[ACC3] [ACC5] [ACC6] [ACC9] [ACC11] [USER1] [USER2] [LIST1] [MEM2] of no room", () => {
  test.each(tables.anywhere.map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const { root, known } = casts.accounts.people
    const { invite } = await granted(root.outside, "create_invite", { uses: 10 })
    const named = (name: string) =>
      name === "admin" ? root.userId : name === "member" ? known.userId : idIn(casts.accounts)(name)
    const scene = { ...nowhere, userId: named, invite: codeIn(invite.url) }
    await using stranger = await connect(open.url)
    await using token = await withToken({ sub: "token" })
    await using steward = await withToken({ sub: "steward", admin: true })
    const sockets = {
      open: [stranger],
      token: [token],
      steward: [steward],
      posing: [known.outside],
      member: [known.outside],
      admin: [root.outside],
    }
    expect(await answers(row, scene, (name) => sockets[name as keyof typeof sockets])).toEqual(row.cells)
  })
})

describe("[OPEN1] of a public room where nobody is known", () => {
  test.each(tables.open.map((row) => [row.name, row] as const))("%s", async (_, row) => {
    const sockets = new Map<string, TestClient[]>()
    for (const name of ["stranger", "member", "owner"])
      sockets.set(name, [await connect(open.url), await connect(open.url)])
    const inside = (name: string) => sockets.get(name)?.[1] as TestClient
    const { room } = await granted(inside("owner"), "create_room", {
      name: "Garden",
      userId: "owner",
      visibility: "public",
    })
    const written = new Map<string, string>()
    for (const name of ["owner", "member"]) {
      await granted(inside(name), "join_room", { roomId: room.id, userId: name, username: name })
      written.set(name, await say(inside(name), { roomId: room.id, userId: name }))
    }
    const scene = { ...nowhere, ...by(written), roomId: room.id, userId: (name: string) => name }
    expect(await answers(row, scene, (name) => sockets.get(name) ?? [])).toEqual(row.cells)
    for (const client of [...sockets.values()].flat()) client.socket.disconnect()
  })
})

describe("[ACC6] whoever is deactivated", () => {
  test("is refused whatever is asked, on a socket that is still there", async () => {
    const talk = new Conversation()
    const session = new Session("ann", { userId: user("ann"), username: "Ann", avatar: undefined, isAdmin: true })
    const roomId = await talk.newRoom(session, { userId: "ann" })
    await talk.join(session, roomId, "ann")
    session.end()
    for (const [event, { examples }] of Object.entries(clientEvents)) {
      const payload = { ...examples[0], userId: "ann", ...("roomId" in examples[0] && { roomId }) }
      expect(await talk.refused(event as ClientEvent, session, payload), event).toBe("ERR_UNAUTHORIZED")
    }
  })

  test("has no socket any more, and gets none", async () => {
    const { url, people } = casts.accounts
    const { chief, second } = people
    await granted(chief.outside, "update_user", { targetId: second.userId, isActive: false })
    for (const client of [second.inside, second.outside]) {
      await client.until(() => client.payloads("error").length > 0)
      expect(client.payloads("error")).toMatchObject([{ code: "ERR_UNAUTHORIZED" }])
    }
    await expect(connect(url, ["websocket"], { auth: { token: second.token } })).rejects.toMatchObject({
      data: { code: "ERR_UNAUTHORIZED" },
    })
  })
})

function rowsOf(kind: keyof typeof tables, mode: Mode): (readonly [string, Row])[] {
  return tables[kind].filter((row) => (row.mode ?? mode) === mode).map((row) => [row.name, row] as const)
}

async function withToken(claims: Claims): Promise<TestClient> {
  return connect(casts.token.url, ["websocket"], { auth: { token: await tokenOf(claims) } })
}

const nowhere: Scene = { roomId: "", ...by(new Map()), userId: (name) => name, invite: "" }

/** Messages by their authors. */
function by(written: ReadonlyMap<string, string>): Pick<Scene, "written" | "theirs"> {
  const first = (name: string) => [...written].find(([author]) => author !== name)?.[1] ?? ""
  return { written: (name) => written.get(name) ?? first(name), theirs: first }
}

function idIn({ people }: Cast): (name: string) => string {
  return (name) => (name in people ? people[name as Name].userId : name)
}

function socketsOf({ people }: Cast): (name: string) => readonly TestClient[] {
  return (name) => {
    const { outside, inside } = people[name === "posing" ? "member" : (name as Name)]
    return [outside, inside]
  }
}

/** In which each of them has written something. */
async function sceneIn(cast: Cast, roomId: string, names: readonly Name[]): Promise<Scene> {
  const entries = names.map(async (name) => [name, await say(cast.people[name].inside, { roomId })] as const)
  return { ...nowhere, ...by(new Map(await Promise.all(entries))), roomId, userId: idIn(cast) }
}

async function say(client: TestClient, place: object): Promise<string> {
  return (await granted(client, "send_message", { ...place, content: "hello" })).message.id
}

/** The row as it is answered: by person, from left to right, outside the room and then in it. */
async function answers(
  row: Row,
  scene: Scene,
  socketsOf: (name: string) => readonly TestClient[],
): Promise<Row["cells"]> {
  const cells: Record<string, string> = {}
  for (const name of Object.keys(row.cells)) {
    const payload = { ...(scene.roomId && { roomId: scene.roomId }), ...wanted[row.name]?.(scene, name) }
    const userId = scene.userId(name === "posing" ? "owner" : name)
    const found: string[] = []
    for (const client of socketsOf(name)) found.push(await codeOf(client, row, { userId, ...payload }))
    cells[name] = [...new Set(found)].join("/")
  }
  return cells
}

async function codeOf(client: TestClient, { event }: Row, payload: object): Promise<string> {
  const answer = await client.ask(event as ClientEvent, payload)
  const code = answer.ok ? "ok" : answer.error.code
  return Object.entries(codes).find(([, long]) => long === code)?.[0] ?? code
}
