/**
 * What is said in private and direct rooms reaches nobody who is no member: words that stand
 * nowhere else are looked for in everything that others can ask for, and in all they hear.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { type ClientEvent, clientEvents } from "../../src/contract/events.ts"
import { call, connectAs } from "../support/accounts.ts"
import { type Cast, furnish, granted, showOut, startCast } from "../support/cast.ts"
import type { TestClient } from "../support/client.ts"
import { upload } from "../support/files.ts"
import { recordLog } from "../support/log.ts"
import { jpegOf } from "../support/pictures.ts"
import { until } from "../support/until.ts"

const metricsToken = "a-token-of-the-test-that-is-long-enough"
/** Of each thing that a room holds. In one word, so that it is found and not cut. */
const canaries = ["name", "topic", "said", "edited", "deleted", "file", "words", "direct"] as const
const canary = (what: (typeof canaries)[number]) => `canary${what}zq`
/** Nobody uses it elsewhere. */
const emoji = "🦤"

interface Secret {
  readonly roomId: string
  readonly directId: string
  readonly messageIds: readonly string[]
  readonly fileIds: readonly string[]
  /** What all of it contains: no answer to others holds any of it. */
  readonly words: readonly string[]
}

const outsiders = ["stranger", "removed", "banned", "root"] as const

let cast: Cast
let secret: Secret
let log: ReturnType<typeof recordLog>
/** Of everybody who is no member, who hears what concerns them and is in the public room. */
let listeners: Readonly<Record<(typeof outsiders)[number], TestClient>>

beforeAll(async () => {
  log = recordLog()
  cast = await startCast({ invites: "members", metricsToken })
  const roomId = await furnish(cast, { name: canary("name"), topic: canary("topic"), visibility: "private" })
  await showOut(cast, roomId)
  listeners = Object.fromEntries(await Promise.all(outsiders.map(listening))) as typeof listeners
  secret = await talkInSecret(roomId)
}, 60_000)
afterAll(async () => {
  for (const client of Object.values(listeners)) client.socket.disconnect()
  await cast[Symbol.asyncDispose]()
  log[Symbol.dispose]()
})

/** Which of the words a text holds. */
function found(text: string): string[] {
  return secret.words.filter((word) => text.includes(word))
}

test("the words are there to be found: a member's answers hold all of them but what is gone", async () => {
  const { outside, inside } = cast.people.member
  const answers = [
    await granted(outside, "my_rooms", {}),
    await granted(inside, "get_history", { roomId: secret.roomId }),
    await granted(inside, "get_history", { roomId: secret.directId }),
  ]
  const gone = [canary("said"), canary("deleted"), secret.messageIds[1], secret.fileIds[1]]
  expect(secret.words.filter((word) => !found(JSON.stringify(answers)).includes(word)).toSorted()).toEqual(
    gone.filter((word) => word !== undefined).toSorted(),
  )
})

describe.each([...outsiders])("[MEM5] [FIND1] [HIST5] %s", (name) => {
  test("is answered nothing of it, whatever is asked about it", async () => {
    const client = listeners[name]
    for (const [event, payloads] of askedOf(name)) {
      for (const payload of payloads) {
        const answer = await client.ask(event, payload)
        // What the request named itself is told back.
        const own = JSON.stringify(payload)
        const leaked = found(JSON.stringify(answer)).filter((word) => !own.includes(word))
        expect({ event, payload, leaked }).toEqual({ event, payload, leaked: [] })
      }
    }
  })

  test("finds nothing of it by any word", async () => {
    const client = listeners[name]
    await searched()
    for (const query of [...canaries.map(canary), "canary", emoji]) {
      for (const scope of [{}, { roomId: secret.roomId }, { authorId: cast.people.owner.userId }]) {
        const answer = await client.ask("search_messages", { query, ...scope })
        if (answer.ok) expect(answer.hits).toEqual([])
        else expect(answer.error.code).toBe("ERR_NOT_IN_ROOM")
      }
      expect(await client.ask("list_rooms", { query })).toMatchObject({ ok: true, rooms: [] })
    }
  })

  test("hears nothing of it, whatever its members do", async () => {
    const { heard } = listeners[name]
    const before = heard.length
    await live()
    expect(before).toBeGreaterThan(0)
    expect(found(JSON.stringify(heard))).toEqual([])
  })

  test("gets none of its files into a message or a profile of their own", async () => {
    const client = listeners[name]
    const roomId = await general(client)
    for (const id of secret.fileIds)
      expect(await client.ask("send_message", { roomId, files: [id] })).toMatchObject({ ok: false })
    for (const replyTo of secret.messageIds)
      expect(await client.ask("send_message", { roomId, content: "x", replyTo })).toMatchObject({
        error: { code: "ERR_NOT_FOUND" },
      })
  })
})

test("[MEM5] [FILE3] over HTTP nobody learns of it: pages, links, metrics, files of what is deleted", async () => {
  const { url, people } = cast
  const id = secret.roomId
  const paths = [
    "/",
    `/r/${id}`,
    `/r/${id}/1`,
    `/r/${secret.directId}`,
    "/api/server",
    "/healthz",
    "/readyz",
    "/metrics",
  ]
  paths.push("/api/oidc", `/api/rooms/${id}`, `/files/${secret.fileIds[1]}/x`)
  for (const path of paths) {
    for (const headers of [{}, { Authorization: `Bearer ${people.removed.token}`, Accept: "text/html" }]) {
      const response = await fetch(url + path, { headers })
      expect(
        found(await response.text()).filter((word) => !path.includes(word)),
        path,
      ).toEqual([])
    }
  }
  const metrics = await fetch(`${url}/metrics`, { headers: { Authorization: `Bearer ${metricsToken}` } })
  expect(metrics.status).toBe(200)
  expect(found(await metrics.text())).toEqual([])
  for (const name of ["peek", "me", "sign-in", "redeem", "join"])
    expect(found(JSON.stringify((await call(url, name, { code: id, login: id, password: id })).answer))).toEqual([])
  const own = await fetch(`${url}/api/my-data`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${people.stranger.token}` },
    body: "{}",
  })
  expect([own.status, found(await own.text())]).toEqual([200, []])
  for (const suffix of ["x", "thumbnail", "x?thumbnail", ""]) {
    const gone = await fetch(`${url}/files/${secret.fileIds[1]}/${suffix}`)
    expect([suffix, gone.status]).toEqual([suffix, 404])
  }
})

test("[MEM5] an invite to the room tells its name to whoever holds it, and to nobody once it is revoked", async () => {
  const { outside } = cast.people.owner
  const { invite } = await granted(outside, "create_invite", { roomId: secret.roomId })
  const [, code] = invite.url.split("=")
  expect((await call(cast.url, "peek", { code })).answer).toMatchObject({ roomName: canary("name") })
  await granted(outside, "revoke_invite", { inviteId: invite.id })
  expect(found(JSON.stringify((await call(cast.url, "peek", { code })).answer))).toEqual([])
  expect(found(JSON.stringify(await listeners.stranger.ask("accept_invite", { code })))).toEqual([])
})

test("[MEM5] [FILE1] neither the log nor the names of files in the data say anything of it", async () => {
  expect(log.records.length).toBeGreaterThan(0)
  expect(found(log.records.join("\n"))).toEqual([])
  const files = readdirSync(join(cast.dataDir, "files"), { recursive: true }).map(String)
  expect(files.length).toBeGreaterThan(0)
  expect(found(files.join("\n"))).toEqual([])
})

test("[USER3] [USER2] [PERS1] whoever shares no room any more hears nothing of its people either", async () => {
  const { removed, owner } = cast.people
  await using client = connectAs(cast.url, removed.token)
  const { rooms } = await granted(client, "my_rooms", {})
  for (const { id } of rooms) await granted(client, "leave_room", { roomId: id, forGood: true })
  const before = client.heard.length
  await granted(owner.outside, "update_profile", { username: "Owner Lee" })
  await live(["stranger"])
  await granted(client, "list_rooms", {})
  const told = client.heard.slice(before).filter(({ event }) => event !== "room_removed")
  expect(told).toEqual([])
})

/** Hears what concerns them, and is in the room that everybody is in. */
async function listening(name: (typeof outsiders)[number]): Promise<[string, TestClient]> {
  const client = connectAs(cast.url, cast.people[name].token)
  await granted(client, "join_room", { roomId: await general(client), username: name })
  return [name, client]
}

async function general(client: TestClient): Promise<string> {
  const { rooms } = await granted(client, "my_rooms", {})
  const id = rooms.find(({ name }) => name === "General")?.id
  if (id === undefined) throw new Error("There is no General")
  return id
}

/** What is said in the room and between two of its members, changed and deleted. */
async function talkInSecret(roomId: string): Promise<Secret> {
  const { owner, member } = cast.people
  const say = async (content: string, more: object = {}) =>
    (await granted(member.inside, "send_message", { roomId, content, ...more })).message.id
  const headers = { Authorization: `Bearer ${member.token}` }
  const file = async (bytes: Uint8Array) => {
    const { body } = await upload(cast.url, bytes, { name: `${canary("file")}.jpg`, headers })
    return body.file.id
  }
  const fileIds = [await file(await jpegOf(40, 30)), await file(await jpegOf(30, 40))]
  const edited = await say(canary("said"))
  const deleted = await say(canary("deleted"), { files: [fileIds[1]] })
  const messageIds = [edited, deleted, await say(canary("words"), { files: [fileIds[0]], replyTo: edited })]
  await granted(member.inside, "edit_message", { roomId, id: edited, content: canary("edited") })
  await granted(member.inside, "delete_message", { roomId, id: deleted })
  await granted(owner.inside, "react", { roomId, id: edited, emoji, isOn: true })
  const { room } = await granted(owner.outside, "open_direct", { targetIds: [member.userId] })
  for (const { inside } of [owner, member]) await granted(inside, "join_room", { roomId: room.id, username: "x" })
  const direct = await granted(owner.inside, "send_message", { roomId: room.id, content: canary("direct") })
  messageIds.push(direct.message.id)
  const words = [...canaries.map(canary), emoji, roomId, room.id, ...messageIds, ...fileIds]
  return { roomId, directId: room.id, messageIds, fileIds, words }
}

/** Everything that happens in rooms happens there again; resolves when all who listen have heard what came after it. */
async function live(names: readonly (typeof outsiders)[number][] = outsiders): Promise<void> {
  const { owner, member, other } = cast.people
  for (const roomId of [secret.roomId, secret.directId]) {
    const { message } = await granted(member.inside, "send_message", { roomId, content: canary("words") })
    const { id } = message
    await granted(member.inside, "edit_message", { roomId, id, content: canary("edited"), mentions: [owner.userId] })
    for (const isOn of [true, false]) await granted(owner.inside, "react", { roomId, id, emoji, isOn })
    for (const isTyping of [true, false]) await granted(member.inside, "typing", { roomId, isTyping })
    await granted(owner.outside, "mark_read", { roomId, seq: message.seq })
    await granted(owner.outside, "set_notifications", { roomId, level: "all" })
    await granted(member.inside, "delete_message", { roomId, id })
    for (const event of ["leave_room", "join_room"] as const)
      await granted(member.inside, event, { roomId, username: "member" })
  }
  const target = { roomId: secret.roomId, targetId: other.userId }
  await granted(owner.outside, "remove_member", target)
  await granted(owner.outside, "add_member", target)
  await granted(owner.outside, "set_role", { ...target, role: "moderator" })
  await granted(owner.outside, "update_room", { roomId: secret.roomId, topic: canary("topic") })
  await granted(member.outside, "join_room", { roomId: await general(member.outside), username: "member" })
  const marker = crypto.randomUUID()
  await granted(member.outside, "send_message", { roomId: await general(member.outside), content: marker })
  await Promise.all(
    names.map((name) => listeners[name].until(() => JSON.stringify(listeners[name].heard.at(-1)).includes(marker))),
  )
}

/** The words are in the index. */
async function searched(): Promise<void> {
  const { outside } = cast.people.member
  const asked = { query: canary("words"), roomId: secret.roomId }
  await until("the room is searched", async () => (await granted(outside, "search_messages", asked)).hits.length > 0)
}

/** Each ends a session, or changes people whom the test needs as they are; an administrator may enter a private room by its id. */
const unasked: Readonly<Record<"everybody" | "root", readonly ClientEvent[]>> = {
  everybody: ["sign_out", "change_password"],
  root: ["join_room", "update_user", "create_reset_link"],
}

/** Of each event what its examples ask for, about the rooms, messages, files and people that are secret. */
function askedOf(name: (typeof outsiders)[number]): [ClientEvent, object[]][] {
  const { member, owner } = cast.people
  const left = [...unasked.everybody, ...(name === "root" ? unasked.root : [])]
  const events = (Object.keys(clientEvents) as ClientEvent[]).filter((event) => !left.includes(event))
  return events.map((event) => [
    event,
    clientEvents[event].examples.flatMap(({ userId, cursor, ...example }: Record<string, unknown>) =>
      [secret.roomId, secret.directId].flatMap((roomId) =>
        secret.messageIds.map((id) => {
          const named = {
            ...{ roomId, id, replyTo: id, targetId: member.userId, targetIds: [member.userId, owner.userId] },
            ...{ authorId: owner.userId, mentions: [member.userId], files: [...secret.fileIds], query: "canary" },
          }
          const known = Object.entries(named).filter(([field]) => field in example)
          return { ...example, ...Object.fromEntries(known) }
        }),
      ),
    ),
  ])
}
