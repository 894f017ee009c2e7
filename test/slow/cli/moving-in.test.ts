/** What Mattermost and Campfire have comes in, as a person would run it: whole or not at all, and once only. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { messageIdOf, roomIdOf } from "../../../src/cli/import/foreign-ids.ts"
import { textOfHtml } from "../../../src/cli/import/rich-text.ts"
import { limits } from "../../../src/contract/limits.ts"
import { writeInBulk } from "../../../src/store/sqlite/bulk.ts"
import type { Bulk } from "../../../src/store/sqlite/bulk-rows.ts"
import { connectAs } from "../../support/accounts.ts"
import { startTestApp } from "../../support/app.ts"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { runProcess, sourceCommand } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"
import { until } from "../../support/until.ts"

const at = 1_700_000_000_000
const thumb = "\u{1F44D}"

const mattermostLines = [
  { type: "version", version: 1, info: { generator: "mattermost-server", version: "9.0.0" } },
  { type: "emoji", emoji: { name: "our-own", image: "x.png" } },
  { type: "team", team: { name: "core", display_name: "Core", type: "O" } },
  {
    type: "channel",
    channel: { team: "core", name: "town", display_name: "Town Square", type: "O", header: "All\nhere" },
  },
  { type: "channel", channel: { team: "core", name: "board", display_name: "Board", type: "P", purpose: "Closed" } },
  ...["ann", "bob", "cleo"].map((username) => ({
    type: "user",
    user: {
      username,
      nickname: username === "ann" ? "Ann" : "",
      first_name: username === "bob" ? "Bob" : "",
      last_name: username === "bob" ? "B." : "",
      teams: [
        {
          name: "core",
          roles: "team_user",
          channels: [
            { name: "town", roles: "channel_user" },
            ...(username === "cleo" ? [] : [{ name: "board", roles: "channel_user channel_admin" }]),
          ],
        },
      ],
    },
  })),
  // In no order of time, as they are exported; its replies lie between others.
  {
    type: "post",
    post: {
      ...{ team: "core", channel: "town", user: "bob", message: "Second", create_at: at + 5_000, edit_at: at + 9_000 },
      reactions: [
        { user: "ann", emoji_name: "+1", create_at: at + 6_000 },
        { user: "cleo", emoji_name: "+1", create_at: at + 6_001 },
        { user: "ann", emoji_name: "our-own", create_at: at + 6_002 },
      ],
    },
  },
  {
    type: "post",
    post: {
      ...{ team: "core", channel: "town", user: "ann", message: "First, @bob. Mail a@cleo", create_at: at },
      replies: [
        { user: "cleo", message: "Answer", create_at: at + 7_000 },
        { user: "bob", message: "Early answer", create_at: at + 2_000 },
      ],
      attachments: [
        { path: "20231114/plan.txt" },
        { path: "../../outside.txt" },
        { path: "/etc/hostname" },
        { path: "gone.png" },
      ],
    },
  },
  {
    type: "post",
    post: { team: "core", channel: "town", user: "ann", type: "system_join_channel", message: "j", create_at: at },
  },
  {
    type: "post",
    post: { team: "core", channel: "town", user: "ann", message: "gone", create_at: at, delete_at: at + 1 },
  },
  { type: "post", post: { team: "core", channel: "town", user: "ann", message: " ", create_at: at + 1 } },
  {
    type: "post",
    post: {
      team: "core",
      channel: "town",
      user: "hook",
      message: "",
      create_at: at + 8_000,
      props: { attachments: [{ fallback: "Built" }] },
    },
  },
  { type: "post", post: { team: "core", channel: "board", user: "ann", message: "Secret", create_at: at } },
  { type: "post", post: { team: "core", channel: "nowhere", user: "ann", message: "Lost", create_at: at } },
  { type: "direct_channel", direct_channel: { members: ["bob", "ann"], header: "" } },
  {
    type: "direct_post",
    direct_post: { channel_members: ["ann", "bob"], user: "bob", message: "Between us", create_at: at },
  },
]

const lines = (things: readonly object[]) => things.map((thing) => `${JSON.stringify(thing)}\n`).join("")

async function imported(args: readonly string[]) {
  const { stdout, stderr, status } = await runProcess(["import", ...args, "--json"])
  expect([stderr, status]).toEqual(["", 0])
  return JSON.parse(stdout)
}

test("what Mattermost exports comes with its people, private rooms, order, replies, edits, mentions, reactions and files", async () => {
  using folder = temporaryFolder()
  const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "out/export.jsonl")]
  put(file, lines(mattermostLines))
  put(join(folder.path, "out/data/20231114/plan.txt"), "the plan")
  put(join(folder.path, "outside.txt"), "not of the export")
  const report = { rooms: 3, users: 4, added: 7, known: 0, replies: 2, reactions: 2, files: 1 }
  const leftOut = {
    "emoji of one's own": 1,
    "posts of channels that are not in it": 1,
    "reactions of one's own emoji": 1,
    "notices of joining, leaving and naming": 1,
    "deleted posts": 1,
    "messages without a text": 1,
    "files that are not beside the export": 3,
  }
  expect(await imported(["mattermost", file, "--data-dir", dataDir, "--dry-run"])).toMatchObject({
    event: "read",
    ...report,
  })
  expect(existsSync(dataDir)).toBe(false)
  expect(await imported(["mattermost", file, "--data-dir", dataDir])).toEqual({
    ...{ event: "imported", ...report, leftOut },
    ms: expect.any(Number),
  })
  expect(await imported(["mattermost", file, "--data-dir", dataDir])).toMatchObject({ added: 0, known: 7, files: 0 })

  // A dry run against what is there says what would be new, and adds nothing of it.
  const news = { team: "core", channel: "town", user: "bob", message: "New", create_at: at + 60_000 }
  const more = join(folder.path, "out/more.jsonl")
  put(more, lines([...mattermostLines, { type: "post", post: news }]))
  for (const _ of ["once", "again"]) {
    expect(await imported(["mattermost", more, "--data-dir", dataDir, "--dry-run"])).toMatchObject({
      event: "read",
      added: 1,
      known: 7,
    })
  }

  // Private rooms are for who is known to be who they say.
  const open = await runProcess(["serve", "--data-dir", dataDir, "--port", "0"], { AUTH: "open" })
  expect(open).toMatchObject({ status: 78, stderr: expect.stringContaining("AUTH=accounts") })

  await using server = await startTestApp({ dataDir, auth: "token", authSecret })
  await using ann = connectAs(server.url, await tokenOf({ sub: "ann", name: "Ann" }))
  await using cleo = connectAs(server.url, await tokenOf({ sub: "cleo", name: "cleo" }))
  const town = roomIdOf("mattermost core/town")
  await ann.ask("join_room", { roomId: town })
  const [messages] = ann.payloads("history")
  expect(messages).toMatchObject([
    {
      seq: 1,
      content: "First, @bob. Mail a@cleo\noutside.txt\nhostname\ngone.png",
      user: { username: "Ann" },
      mentions: ["bob"],
      files: [{ name: "plan.txt", mimeType: "text/plain", bytes: 8 }],
      createdAt: new Date(at).toISOString(),
    },
    { seq: 2, content: "Early answer", user: { username: "Bob B." }, replyTo: { seq: 1 } },
    {
      seq: 3,
      content: "Second",
      editedAt: new Date(at + 9_000).toISOString(),
      reactions: [{ emoji: thumb, count: 2, userIds: ["ann", "cleo"] }],
    },
    { seq: 4, content: "Answer", user: { username: "cleo" }, replyTo: { seq: 1 } },
    { seq: 5, content: "Built", userId: "hook" },
  ])
  expect(await (await fetch(new URL(messages[0].files[0].url, server.url))).text()).toBe("the plan")

  const roomsOf = async (client: typeof ann) => {
    const answer = await client.ask("my_rooms", {})
    return answer.ok
      ? answer.rooms.map(({ name, role, unread, visibility }) => [name, visibility, role, unread])
      : answer
  }
  expect(await roomsOf(ann)).toEqual([
    ["Town Square", "public", "member", 0],
    ["Board", "private", "owner", 0],
    ["Direct", "direct", "member", 0],
  ])
  expect(await roomsOf(cleo)).toEqual([["Town Square", "public", "member", 0]])
  // There is one direct room of two people, also when they open it here.
  const direct = await ann.ask("open_direct", { targetIds: ["bob"] })
  expect(direct).toMatchObject({ ok: true, room: { id: roomIdOf("mattermost direct ann bob"), rev: 1 } })
  const board = roomIdOf("mattermost core/board")
  expect(await cleo.ask("join_room", { roomId: board })).toMatchObject({ error: { code: "ERR_ROOM_NOT_FOUND" } })
  expect(await ann.ask("delete_room", { roomId: board })).toEqual({ ok: true })
  await server.stop()

  // A later export: what was deleted here stays deleted, an edit doubles nothing, what is new comes.
  const later = mattermostLines.map((line) =>
    "post" in line && line.post.channel === "board"
      ? { ...line, post: { ...line.post, message: "New", create_at: at + 90_000 } }
      : line,
  )
  put(file, lines(later).replace('"Second"', '"Second, edited"').replace('"Lost"', '"Lost still"'))
  expect(await imported(["mattermost", file, "--data-dir", dataDir])).toMatchObject({ added: 0, known: 7 })
}, 120_000)

test("posts of Mattermost's programs, of people who are gone, and toned emoji come each to their own conversation", async () => {
  using folder = temporaryFolder()
  const [dataDir, file] = [join(folder.path, "data"), join(folder.path, "export.jsonl")]
  const direct = (members: string[], user: string, message: string, more: object = {}) => ({
    type: "direct_post",
    direct_post: { channel_members: members, user, message, create_at: at, ...more },
  })
  put(
    file,
    lines([
      ...mattermostLines.slice(0, 8),
      { type: "bot", bot: { username: "builder", display_name: "Builder", owner: "ann" } },
      direct(["ann", "bob"], "ann", "between two"),
      direct(["ann", "bob", "gone"], "gone", "among three"),
      direct(["ann", "builder"], "builder", "Built :+1_dark_skin_tone:", {
        reactions: [{ user: "ann", emoji_name: "wave_medium_light_skin_tone", create_at: at }],
      }),
      direct(["ann", "gone"], "ann", "to whom has gone"),
    ]),
  )
  expect(await imported(["mattermost", file, "--data-dir", dataDir])).toMatchObject({ added: 4, reactions: 1 })
  using db = new Database(join(dataDir, "warren.db"), { readonly: true })
  const rooms = db.query(`
    SELECT r.visibility, u.username, m.content, (SELECT group_concat(p.username, ' ' ORDER BY p.username)
      FROM members AS n JOIN users AS p ON p.pk = n.member WHERE n.room = r.pk) AS people
    FROM messages AS m JOIN rooms AS r ON r.pk = m.room JOIN users AS u ON u.pk = m.author ORDER BY m.pk`)
  expect(rooms.values()).toEqual([
    ["direct", "Ann", "between two", "Ann Bob B."],
    ["direct", "gone", "among three", "Ann Bob B. gone"],
    ["direct", "Builder", "Built \u{1F44D}\u{1F3FF}", "Ann Builder"],
    ["direct", "Ann", "to whom has gone", "Ann gone"],
  ])
}, 120_000)

test("what Campfire has comes with its people, rooms, texts, boosts, mentions and files", async () => {
  using folder = temporaryFolder()
  const [dataDir, storage] = [join(folder.path, "data"), join(folder.path, "storage")]
  campfireIn(storage)
  const report = { rooms: 3, users: 3, added: 5, known: 0, replies: 0, reactions: 1, files: 1 }
  const leftOut = { "boosts that are no emoji": 1, "files that are not beside the export": 1 }
  expect(await imported(["campfire", storage, "--data-dir", dataDir, "--dry-run"])).toMatchObject(report)
  expect(await imported(["campfire", storage, "--data-dir", dataDir])).toMatchObject({ ...report, leftOut })
  expect(await imported(["campfire", storage, "--data-dir", dataDir])).toMatchObject({ added: 0, known: 5 })
  expect(await imported(["campfire", storage, "--data-dir", dataDir, "--dry-run"])).toMatchObject({
    event: "read",
    added: 0,
    known: 5,
  })

  await using server = await startTestApp({ dataDir, auth: "token", authSecret })
  const token = await tokenOf({ sub: "campfire-1", name: "Ann" })
  await using ann = connectAs(server.url, token)
  await ann.ask("join_room", { roomId: roomIdOf("campfire 1") })
  const [messages] = ann.payloads("history")
  expect(messages).toMatchObject([
    {
      content: "Hello @Bob & all\n- one\n- two\nsee docs (https://a.example/?x=1&y=2)",
      userId: "campfire-1",
      mentions: ["campfire-2"],
      createdAt: "2024-01-31T12:00:00.123Z",
      reactions: [{ emoji: thumb, count: 1, userIds: ["campfire-2"] }],
    },
    { content: "edited text", editedAt: "2024-01-31T13:00:00.000Z" },
    { files: [{ name: "notes.txt", bytes: 5 }], content: expect.stringContaining("/notes.txt"), type: "text" },
    { content: "lost.png" },
  ])
  expect(messages[1]).not.toHaveProperty("mentions")
  const rooms = await ann.ask("my_rooms", {})
  expect(rooms).toMatchObject({
    rooms: [
      { name: "Everyone", visibility: "public", role: "owner" },
      { name: "Direct", visibility: "direct", lastMessage: { excerpt: "psst" }, peers: [{ userId: "campfire-2" }] },
    ],
  })
}, 120_000)

test("a wrong file, a wrong version and a cut one are told in a sentence, and change nothing", async () => {
  using folder = temporaryFolder()
  const path = (name: string) => join(folder.path, name)
  const whole = lines(mattermostLines)
  put(path("text.jsonl"), "hello\n")
  put(path("empty.jsonl"), "")
  put(path("other.jsonl"), '{"table":"warren","format":1}\n')
  put(path("new.jsonl"), whole.replace('"version":1', '"version":2'))
  put(path("cut.jsonl"), whole.slice(0, -40))
  mkdirSync(path("nothing"))
  const other = path("other-program")
  mkdirSync(other)
  using foreign = new Database(join(other, "app.sqlite3"))
  foreign.run("CREATE TABLE users (id INTEGER)")
  put(path("broken/db/production.sqlite3"), "no database ".repeat(1_000))
  campfireIn(path("older"), (db) => db.run("ALTER TABLE boosts DROP COLUMN content"))
  const refusals = [
    [["mattermost"], /^Name the export: warren import mattermost FILE\.jsonl/],
    [["mattermost", path("none.jsonl")], /There is no .*none\.jsonl: name the file of lines/],
    [["mattermost", path("text.jsonl")], /text\.jsonl is no bulk export of Mattermost: unpack it/],
    [["mattermost", path("empty.jsonl")], /empty\.jsonl is no bulk export of Mattermost/],
    [["mattermost", path("other.jsonl")], /other\.jsonl is no bulk export of Mattermost/],
    [["mattermost", path("new.jsonl")], /is a bulk export of version 2; Warren knows version 1/],
    [
      ["mattermost", path("cut.jsonl")],
      new RegExp(`Line ${mattermostLines.length} of .*cut\\.jsonl is damaged, or was cut`),
    ],
    [["campfire", path("none")], /There is no folder .*none/],
    [["campfire", path("nothing")], /There is no db\/production\.sqlite3 in/],
    [["campfire", other], /has no users\.name: it is of a version of Campfire that is not known/],
    [["campfire", path("broken")], /production\.sqlite3 is no database that can be read/],
    [["campfire", path("older")], /has no boosts\.content/],
  ] as const
  for (const [args, sentence] of refusals) {
    const { stdout, stderr, status } = await runProcess(["import", ...args], { DATA_DIR: path("data") })
    expect(stderr).toMatch(sentence)
    expect([stdout, stderr.trim().split("\n").length, status > 0]).toEqual(["", 1, true])
  }
  await using after = await startTestApp({ dataDir: path("data") })
  await using reader = await connect(after.url)
  expect(await reader.ask("list_rooms", {})).toMatchObject({ rooms: [{ name: "General" }] })
}, 120_000)

/** A room of two people who write a lot. */
function manyPosts(count: number): string {
  const posts = Array.from({ length: count }, (_, n) => ({
    type: "post",
    post: {
      ...{ team: "core", channel: "town", user: n % 2 ? "ann" : "bob" },
      ...{ message: `Message ${n}`, create_at: at + (n >> 1) },
    },
  }))
  return lines([...mattermostLines.slice(0, 8), ...posts])
}

/** All that is the same each time: not when somebody was made a member, nor the data's own name. */
function rowsIn(dataDir: string) {
  using db = new Database(join(dataDir, "warren.db"), { readonly: true })
  const rows = (query: string) => db.query(query).values()
  return {
    rooms: rows("SELECT * FROM rooms ORDER BY pk"),
    messages: rows("SELECT * FROM messages ORDER BY pk"),
    members: rows("SELECT pk, room, member, role, read_seq FROM members ORDER BY pk"),
    totals: rows("SELECT rooms, messages FROM totals"),
  }
}

test("interrupted, and then killed in the middle, it goes on there, and in the end all is as if it had not been ended", async () => {
  using folder = temporaryFolder()
  const [dataDir, whole, file] = ["data", "whole", "export.jsonl"].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  const count = 40_000
  put(file, manyPosts(count))
  const args = (data: string) => ["mattermost", file, "--data-dir", data]
  let before = 0
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    const command = [...sourceCommand, "import", ...args(dataDir), "--json"]
    const child = Bun.spawn(command, { stdout: "pipe", stderr: "ignore" })
    await until("another part is kept", () => keptIn(dataDir) > before)
    child.kill(signal)
    expect([await child.exited, await new Response(child.stdout).text()]).not.toEqual([0, expect.anything()])
    expect(existsSync(join(dataDir, "warren.db"))).toBe(false)
    before = keptIn(dataDir)
  }
  expect(before).toBeWithin(1, count)

  expect(await imported(args(dataDir))).toMatchObject({ added: count - before, known: before })
  expect(readdirSync(dataDir).sort()).toEqual(["lock.db", "served.json", "warren.db"])
  expect(await imported(args(whole))).toMatchObject({ added: count, known: 0 })
  expect(rowsIn(dataDir)).toEqual(rowsIn(whole))
  expect(await imported(args(dataDir))).toMatchObject({ added: 0, known: count })
}, 120_000)

/** How many messages its copy holds; none while there is no copy, or no table in it. */
function keptIn(dataDir: string): number {
  try {
    const copy = readdirSync(dataDir).find((name) => /\.importing-\w+$/.test(name))
    using db = new Database(join(dataDir, copy ?? "none"), { readonly: true })
    return db.query<{ count: number }, []>("SELECT count(*) AS count FROM messages").get()?.count ?? 0
  } catch {
    return 0
  }
}

test("what was ended is begun anew where the data or the export have changed since", async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, "data")
  const part = async (source: string) => {
    const controller = new AbortController()
    let begun = 0
    const work = async (bulk: Bulk) => {
      bulk.user({ id: "ann", username: "Ann", avatar: null, at })
      bulk.room({ id: roomIdOf("x"), visibility: "public", name: "X", topic: "", at })
      begun = bulk.has(messageIdOf(at, "first")) ? 1 : 0
      const message = { roomId: roomIdOf("x"), userId: "ann", content: "x", at, editedAt: null, replyTo: undefined }
      bulk.message({ ...message, id: messageIdOf(at, "first"), reactions: [] })
      for (let n = 0; n < 100; n++) bulk.rest()
      controller.abort()
      throw new Error("ended")
    }
    await expect(writeInBulk(dataDir, work, { source, signal: controller.signal })).rejects.toThrow("ended")
    return begun
  }
  const serve = async () => (await startTestApp({ dataDir })).stop()
  await serve()
  expect(await part("one")).toBe(0)
  expect(await part("one")).toBe(1)
  expect(await part("another")).toBe(0)
  expect(await part("one")).toBe(0)
  await serve()
  expect(readdirSync(dataDir).filter((name) => name.includes("importing"))).toEqual([])
  expect(await part("one")).toBe(0)
}, 120_000)

test("HTML becomes text in linear time, whatever it is", () => {
  const text = (html: string) => textOfHtml(html, (attributes) => `[${attributes.get("sgid")}]`)
  expect(text("<div>a<br>b</div><p>c</p>d")).toBe("a\nb\nc\nd")
  expect(text('x <action-text-attachment sgid="A" content="<b>"></action-text-attachment>, y')).toBe("x [A], y")
  expect(text("a &lt;b&gt; &#x1F44D; &#8217;&nbsp;&unknown;&constructor; &#xD800;")).toBe(
    "a <b> \u{1F44D} \u2019 &unknown;&constructor; &#xD800;",
  )
  expect(text("<script>alert(1)</script>1 < 2 <3 <!-- gone --> end")).toBe("1 < 2 <3  end")
  expect(text('<a href="https://a.example">https://a.example</a> <a href="javascript:x">y</a>')).toBe(
    "https://a.example y",
  )
  for (const piece of ['<a "', "<a ", "<!--", "<", "&", "<p>", "<a href='x'>"]) {
    expect(text(piece.repeat(20_000)).length).toBeLessThanOrEqual(piece.length * 20_000)
  }
  expect(textOfHtml("a".repeat(limits.contentLengthMax), () => "")).toHaveLength(limits.contentLengthMax)
})

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** As the Rails app makes one, with the columns that it had from its first version on. */
function campfireIn(storage: string, change: (db: Database) => void = () => {}): void {
  mkdirSync(join(storage, "db"), { recursive: true })
  using db = new Database(join(storage, "db/production.sqlite3"))
  db.run(readFileSync(join(import.meta.dir, "campfire.sql"), "utf8"))
  const sgid = (id: number) =>
    `${Buffer.from(JSON.stringify({ _rails: { data: `gid://campfire/User/${id}`, pur: "attachable" } })).toString("base64")}--00`
  const mention = (id: number) =>
    `<action-text-attachment sgid="${sgid(id)}" content-type="application/vnd.campfire.mention" content="<span>x</span>"></action-text-attachment>`
  const bodies: Record<number, string> = {
    1: `<div>Hello ${mention(2)} &amp; all</div><ul><li>one</li><li>two</li></ul>see <a href="https://a.example/?x=1&amp;y=2">docs</a>`,
    2: `<div>edited text</div>`,
    5: "<div>psst</div>",
  }
  for (const [id, body] of Object.entries(bodies))
    db.run("UPDATE action_text_rich_texts SET body = ? WHERE record_id = ?", [body, id])
  put(join(storage, "files/ab/cd/abcdefgh"), "notes")
  change(db)
}
