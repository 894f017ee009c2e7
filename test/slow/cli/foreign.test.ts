/** Whatever stands in what another chat exported, it is taken as Warren may have it, left out, or refused in a sentence. */

import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as v from "valibot"
import { campfire } from "../../../src/cli/import/campfire.ts"
import { Intake } from "../../../src/cli/import/intake.ts"
import { mattermost } from "../../../src/cli/import/mattermost.ts"
import type { SourceKind } from "../../../src/cli/import/run.ts"
import { slack } from "../../../src/cli/import/slack.ts"
import { contentsOf, topicOf, usernameOf } from "../../../src/cli/import/text.ts"
import { openZip } from "../../../src/cli/import/zip.ts"
import { limits } from "../../../src/contract/limits.ts"
import { RoomName, UserId, Username } from "../../../src/contract/values.ts"
import { OperatorError } from "../../../src/observe/operator-error.ts"
import type { Bulk } from "../../../src/store/sqlite/bulk-rows.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { storedZip } from "../../support/zip.ts"

/** What no program writes, and somebody may have put there. */
const strange: readonly unknown[] = [
  null,
  true,
  -1,
  1e300,
  // A time that no date can have, and one of the year 5138.
  9_000_000_000_000_000,
  "99999999999.000100",
  [],
  [null, 1, "x", {}],
  {},
  { toString: 1, valueOf: 1 },
  "",
  "\u0000\u202e\ud800",
  "../../etc/passwd",
  "x".repeat(10_000),
]

/** The thing once for each of its places and each strange value there. */
function* mutations(thing: unknown): Generator<unknown> {
  yield* strange
  if (typeof thing !== "object" || thing === null) return
  for (const [key, inner] of Object.entries(thing))
    for (const changed of mutations(inner))
      yield Array.isArray(thing) ? thing.with(Number(key), changed) : { ...thing, [key]: changed }
}

/** Takes all that it may take, and remembers what it was. */
function strict(): { readonly bulk: Bulk; readonly messages: string[] } {
  const users = new Set<string>()
  const rooms = new Set<string>()
  const messages: string[] = []
  const isTime = (at: number) => Number.isSafeInteger(at) && at >= 0 && at <= Date.now()
  const check = (isRight: boolean, what: string, of: unknown) => {
    if (!isRight) throw new Error(`${what}: ${JSON.stringify(of).slice(0, 300)}`)
  }
  const bulk: Bulk = {
    has: (id) => messages.includes(id),
    user: (user) => {
      check(v.is(UserId, user.id) && v.is(Username, user.username) && isTime(user.at), "a user", user)
      users.add(user.id)
    },
    room: (room) => {
      check(isTime(room.at), "a room's time", room)
      if (room.visibility === "direct")
        check(
          room.people.every((id) => users.has(id)),
          "a room's people",
          room,
        )
      else check(v.is(RoomName, room.name) && [...room.topic].length <= limits.topicLengthMax, "a room", room)
      rooms.add(room.id)
    },
    member: (member) => {
      check(rooms.has(member.roomId) && users.has(member.userId) && isTime(member.at), "a member", member)
      return "added"
    },
    file: () => {},
    rest: () => {},
    message: (message) => {
      const { id, roomId, userId, content, at, editedAt, mentions = [], reactions } = message
      check(rooms.has(roomId) && users.has(userId), "a message's place", message)
      check(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), "a message's id", message)
      check([...content].length <= limits.contentLengthMax, "a message's text", message)
      check(isTime(at) && (editedAt === null || isTime(editedAt)), "a message's time", message)
      const named = [...mentions, ...reactions.flatMap(({ userIds }) => userIds)]
      check(
        named.every((one) => users.has(one)),
        "who is named in a message",
        message,
      )
      messages.push(id)
      return true
    },
  }
  return { bulk, messages }
}

async function read(kind: SourceKind, path: string) {
  const { bulk, messages } = strict()
  const intake = new Intake(bulk, {
    signal: new AbortController().signal,
    onProgress: () => {},
    takeFile: undefined,
  })
  using source = kind.open(path)
  await source.read(intake)
  return { messages, report: intake.report }
}

async function refusalOf(kind: SourceKind, path: string): Promise<string | undefined> {
  try {
    await read(kind, path)
    return undefined
  } catch (cause) {
    if (cause instanceof OperatorError) return cause.message
    throw cause
  }
}

const slackFiles = {
  "users.json": [{ id: "U1", name: "ann", profile: { display_name: "Ann", image_192: "https://a.example/1.png" } }],
  "channels.json": [
    { id: "C1", name: "general", created: 1_700_000_000, creator: "U1", members: ["U1"], topic: { value: "All" } },
  ],
  "general/2023-11-14.json": [
    {
      user: "U1",
      ts: "1700000020.000200",
      thread_ts: "1700000010.000200",
      text: "Hello <@U1>",
      edited: { ts: "1700000031.000000" },
      reactions: [{ name: "+1", users: ["U1"] }],
      files: [{ name: "plan.pdf", url_private: "https://f.example/p" }],
    },
    { ts: "1700000030.000200", text: "Nice", comment: { user: "U1" } },
    { bot_id: "B7", username: "Deploys", ts: "1700000040.000400", attachments: [{ text: "Done." }] },
  ],
}

test("of Slack", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "export.zip")
  let refused = 0
  for (const [name, content] of Object.entries(slackFiles))
    for (const changed of mutations(content)) {
      writeFileSync(path, storedZip({ ...slackFiles, [name]: changed }))
      if ((await refusalOf(slack, path)) !== undefined) refused++
    }
  // Where a file is no list at all.
  expect(refused).toBeGreaterThan(0)
  writeFileSync(path, storedZip(slackFiles))
  expect(await read(slack, path)).toMatchObject({ messages: { length: 3 }, report: { reactions: 1 } })
})

test("of Slack, where a browser has unpacked it and somebody packed the folder again", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "export.zip")
  const inFolder = Object.entries(slackFiles).map(([name, content]) => [`Acme export/${name}`, content])
  writeFileSync(path, storedZip({ "__MACOSX/._users.json": {}, ...Object.fromEntries(inFolder) }))
  expect(await read(slack, path)).toMatchObject({ messages: { length: 3 }, report: { reactions: 1, rooms: 1 } })
})

test("of Slack, one reaction is one, whatever the tones of its skin", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "export.zip")
  const reactions = ["+1", "+1::skin-tone-2", "thumbsup"].map((name) => ({ name, users: ["U1"] }))
  const said = [{ user: "U1", ts: "1700000020.000200", text: "Hello", reactions }]
  writeFileSync(path, storedZip({ ...slackFiles, "general/2023-11-14.json": said }))
  expect(await read(slack, path)).toMatchObject({ report: { reactions: 1, leftOut: {} } })
})

const mattermostLines = [
  { type: "team", team: { name: "core", display_name: "Core" } },
  { type: "channel", channel: { team: "core", name: "town", display_name: "Town", type: "O", header: "All" } },
  {
    type: "user",
    user: {
      username: "ann",
      nickname: "Ann",
      first_name: "",
      last_name: "",
      teams: [{ name: "core", channels: [{ name: "town", roles: "channel_admin" }] }],
    },
  },
  { type: "user", user: { username: "bob", nickname: "Bob" } },
  {
    type: "post",
    post: {
      team: "core",
      channel: "town",
      user: "ann",
      message: "Hello @ann",
      create_at: 1_700_000_000_000,
      edit_at: 1_700_000_001_000,
      reactions: [{ user: "ann", emoji_name: "+1" }],
      replies: [{ user: "ann", message: "Answer", create_at: 1_700_000_002_000 }],
      attachments: [{ path: "plan.txt" }],
    },
  },
  { type: "bot", bot: { username: "builder", display_name: "Builder" } },
  { type: "direct_channel", direct_channel: { members: ["ann", "bob"] } },
  {
    type: "direct_post",
    direct_post: { channel_members: ["ann", "bob"], user: "bob", message: "Hi", create_at: 1_700_000_003_000 },
  },
]
const version = { type: "version", version: 1 }
const textOf = (things: readonly unknown[]) => things.map((thing) => `${JSON.stringify(thing)}\n`).join("")

test("of Mattermost", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "export.jsonl")
  let refused = 0
  for (const [n, line] of mattermostLines.entries())
    for (const changed of mutations(line)) {
      writeFileSync(path, textOf([version, ...mattermostLines.with(n, changed as never)]))
      if ((await refusalOf(mattermost, path)) !== undefined) refused++
    }
  expect(refused).toBeGreaterThan(0)
  writeFileSync(path, textOf([version, ...mattermostLines]))
  expect(await read(mattermost, path)).toMatchObject({ messages: { length: 3 }, report: { replies: 1 } })
})

test("of Mattermost, also what one person wrote twice in one moment", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "export.jsonl")
  const post = { team: "core", channel: "town", user: "ann", create_at: 1_700_000_000_000 }
  const posts = ["one", "two", "three"].map((message) => ({ type: "post", post: { ...post, message } }))
  writeFileSync(path, textOf([version, ...mattermostLines.slice(0, 3), ...posts]))
  const { messages, report } = await read(mattermost, path)
  expect(report).toMatchObject({ added: 3, known: 0 })
  expect((await read(mattermost, path)).messages).toEqual(messages)
})

test("of Campfire, where a column may hold anything, whatever it is called", async () => {
  using folder = temporaryFolder()
  mkdirSync(join(folder.path, "db"))
  const schema = readFileSync(join(import.meta.dir, "campfire.sql"), "utf8")
  using db = new Database(join(folder.path, "db/production.sqlite3"))
  db.run("PRAGMA synchronous = OFF")
  db.run(schema.replaceAll(" NOT NULL", ""))
  db.run("UPDATE action_text_rich_texts SET body = '<b>Hello</b>'")
  expect(await read(campfire, folder.path)).toMatchObject({ report: { users: 3, rooms: 3 } })
  const columns = db
    .query<{ place: string; name: string }, []>(
      `SELECT m.name AS place, t.name FROM sqlite_schema m, pragma_table_info(m.name) t
       WHERE m.type = 'table' AND t.pk = 0 AND m.name NOT LIKE 'sqlite%'`,
    )
    .all()
  expect(columns.length).toBeGreaterThan(40)
  const values = [
    null,
    -1,
    0.5,
    "",
    "\u0000\u202e",
    "x".repeat(10_000),
    "../../etc/passwd",
    Buffer.from([0, 255]),
    2 ** 60,
  ]
  for (const { place, name } of columns) {
    const before = db.query(`SELECT id, "${name}" FROM ${place}`).values() as [number, string][]
    for (const value of [...values, "9999-12-31 00:00:00", 99_999_999_999_999]) {
      db.run(`UPDATE ${place} SET "${name}" = ?`, [value])
      expect(await refusalOf(campfire, folder.path)).toBeUndefined()
    }
    for (const [id, value] of before) db.run(`UPDATE ${place} SET "${name}" = ? WHERE id = ?`, [value, id])
  }
})

test("a zip with other bytes in any of its places is read or refused, and never more than it could hold", async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, "export.zip")
  const whole = storedZip({ "users.json": [1, 2, 3], "a/b.json": ["text"] })
  let refused = 0
  for (let at = 0; at < whole.length; at++)
    for (const bytes of [[0], [0xff], [0xff, 0xff, 0xff, 0xff]]) {
      const changed = Buffer.from(whole)
      for (const [n, byte] of bytes.entries()) if (at + n < whole.length) changed[at + n] = byte
      writeFileSync(path, changed)
      try {
        using zip = openZip(path)
        const sizes = zip.names.map((name) => zip.read(name)?.length ?? 0)
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(whole.length)
      } catch (cause) {
        if (!(cause instanceof OperatorError)) throw cause
        refused++
      }
    }
  expect(refused).toBeGreaterThan(100)
  expect(() => openZip(folder.path)).toThrow(OperatorError)
})

test("of a name that is far too long only the beginning is looked at, and a long text is cut between characters", () => {
  const long = "\u{1F44D}".repeat(1_000_000)
  expect(usernameOf([long], "U1")).toBe("\u{1F44D}".repeat(limits.usernameLengthMax))
  expect(usernameOf([`${"\u202e".repeat(1_000_000)}Ann`], "U1")).toBe("U1")
  expect(topicOf(long)).toBe("\u{1F44D}".repeat(limits.topicLengthMax))
  const parts = contentsOf(`a${long}`)
  expect(parts.map((part) => [...part].length)).toEqual([...Array(250).fill(limits.contentLengthMax), 1])
  expect(parts.join("")).toBe(`a${long}`)
})
