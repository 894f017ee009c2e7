/** A workspace of Slack comes in: people, rooms, messages with all that hangs on them; again, and only what is new. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { messageIdOf, roomIdOf } from "../../../src/cli/import/foreign-ids.ts"
import { contentsOf, plainText, usernameOf } from "../../../src/cli/import/text.ts"
import { openZip } from "../../../src/cli/import/zip.ts"
import { limits } from "../../../src/contract/limits.ts"
import { startTestApp } from "../../support/app.ts"
import { connect, joined } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { runProcess } from "../../support/process.ts"

const users = [
  { id: "U1", name: "ann", profile: { display_name: "Ann", image_192: "https://a.example/1.png" } },
  { id: "U2", name: "bob", profile: { display_name: "", real_name: "Bob \u202e B." } },
]
const channels = [
  { id: "C1", name: "general", created: 1_700_000_000, topic: { value: "All &amp; sundry" }, members: ["U2", "U1"] },
  { id: "C2", name: "random", created: 1_700_000_001, purpose: { value: "" } },
]
const general = [
  { type: "message", subtype: "channel_join", user: "U1", ts: "1700000010.000100", text: "<@U1> has joined" },
  {
    type: "message",
    user: "U1",
    ts: "1700000020.000200",
    text: "Hello <@U2> &lt;3 and <@U9|nobody> in <#C2|random>: <https://a.example|this>",
  },
  {
    type: "message",
    user: "U2",
    ts: "1700000030.000300",
    thread_ts: "1700000020.000200",
    text: "An answer",
    edited: { user: "U2", ts: "1700000031.000000" },
    reactions: [
      { name: "+1", users: ["U1", "U2"], count: 2 },
      { name: "our-own", users: ["U1"], count: 1 },
    ],
  },
  {
    type: "message",
    bot_id: "B7",
    username: "Deploys",
    ts: "1700000040.000400",
    text: "",
    attachments: [{ text: "Done." }],
  },
  {
    type: "message",
    user: "U1",
    ts: "1700000050.000500",
    text: "",
    files: [{ name: "plan.pdf", url_private: "https://f.example/p" }],
  },
  { type: "message", user: "U1", ts: "1700000060.000600", text: "" },
]
const later = [{ type: "message", user: "U2", ts: "1700090000.000100", text: "x".repeat(limits.contentLengthMax + 10) }]

test("all of it comes, a second time nothing, and what a later export adds stands behind what was said meanwhile", async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, "data")
  const zip = await zipOf(folder.path, "export.zip", { "general/2023-11-14.json": general })
  const slack = async (file: string, ...more: string[]) => {
    const { stdout, stderr, status } = await runProcess([
      "import",
      "slack",
      file,
      "--data-dir",
      dataDir,
      "--json",
      ...more,
    ])
    expect([stderr, status]).toEqual(["", 0])
    return JSON.parse(stdout)
  }
  const leftOut = {
    "notices of joining, leaving and naming": 1,
    "messages without a text": 1,
    "reactions of one's own emoji": 1,
    "conversations with nobody or with Slackbot": 1,
  }
  const report = { rooms: 2, users: 3, added: 4, known: 0, replies: 1, reactions: 2, leftOut }
  expect(await slack(zip, "--dry-run")).toMatchObject({ event: "read", ...report })
  expect(existsSync(dataDir)).toBe(false)
  expect(await slack(zip)).toMatchObject({ event: "imported", ...report })
  expect(await slack(zip)).toMatchObject({ added: 0, known: 4, replies: 0, reactions: 0 })
  expect(await slack(zip, "--dry-run")).toMatchObject({ event: "read", added: 0, known: 4 })

  const roomId = roomIdOf("slack C1")
  const server = await startTestApp({ dataDir })
  await using ann = await joined(server.url, { id: roomId }, "reader")
  expect(await ann.ask("list_rooms", {})).toMatchObject({
    rooms: [{ name: "general", topic: "All & sundry" }, { name: "random" }],
  })
  const [messages] = ann.payloads("history")
  expect(messages).toMatchObject([
    {
      seq: 1,
      content: "Hello @Bob  B. <3 and @nobody in #random: this (https://a.example)",
      mentions: ["U2"],
      userId: "U1",
      user: { username: "Ann", avatar: "https://a.example/1.png" },
      createdAt: "2023-11-14T22:13:40.000Z",
    },
    {
      seq: 2,
      content: "An answer",
      userId: "U2",
      user: { username: "Bob  B." },
      editedAt: "2023-11-14T22:13:51.000Z",
      replyTo: { seq: 1 },
      reactions: [{ emoji: "\u{1F44D}", count: 2 }],
    },
    { seq: 3, content: "Done.", user: { username: "Deploys" } },
    { seq: 4, content: "plan.pdf: https://f.example/p" },
  ])
  const said = await ann.ask("send_message", { roomId, userId: "reader", content: "said in Warren" })
  expect(said).toMatchObject({ ok: true, message: { seq: 5 } })
  const more = await zipOf(folder.path, "more.zip", {
    "general/2023-11-14.json": general,
    "general/2023-11-15.json": later,
  })
  expect(await slack(more, "--dry-run")).toMatchObject({ event: "read", added: 2, known: 4 })
  await server.stop()

  expect(await slack(more)).toMatchObject({ added: 2, known: 4 })
  await using again = await startTestApp({ dataDir })
  await using reader = await connect(again.url)
  await reader.ask("join_room", { roomId, userId: "reader", username: "Reader", since: 4 })
  const [page] = reader.payloads("history")
  expect(page.map(({ seq, content }: { seq: number; content: string }) => [seq, content.length])).toEqual([
    [5, 14],
    [6, limits.contentLengthMax],
    [7, 10],
  ])
  expect(Date.parse(page[1].createdAt)).toBeGreaterThanOrEqual(Date.parse(page[0].createdAt))
}, 120_000)

test("what real exports have besides: outsiders, notes to oneself, old programs, canvases, one name twice", async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, "data")
  const said = (n: number, fields: object) => ({ type: "message", ts: `17000000${n}.000100`, ...fields })
  const outsider = { user_profile: { real_name: "Olga of Acme" } }
  const zip = await zipOf(folder.path, "export.zip", {
    "channels.json": [
      { id: "C1", name: "caf\u00e9", created: 1, members: ["U1"] },
      { id: "C2", name: "plans", created: 1, members: ["U1"] },
      { id: "G3", name: "shared", created: 1, members: ["U1"] },
    ],
    "groups.json": [
      { id: "G2", name: "plans", created: 1, members: ["U1", "U2"] },
      { id: "G3", name: "shared", created: 1, members: ["U1"] },
    ],
    "dms.json": [
      { id: "D1", created: 1, members: ["U1", "UEXT"] },
      { id: "D2", created: 1, members: ["U1"] },
      { id: "D3", created: 1, members: ["U1", "USLACKBOT"] },
    ],
    // As macOS writes the letter.
    "cafe\u0301/2023-11-14.json": [
      said(10, { subtype: "bot_message", username: "Jenkins", text: "Built" }),
      said(11, { subtype: "bot_message", username: "GitHub", text: "Pushed" }),
      said(12, { subtype: "file_comment", comment: { user: "U2", comment: "Nice" }, text: "<@U2> commented: Nice" }),
      said(13, { user: "U1", text: "Hi", reactions: [{ name: "tada", users: ["UEXT"], count: 1 }] }),
    ],
    "__MACOSX/plans/._2023-11-14.json": "no JSON",
    "caf\u00e9/canvas_in_the_conversation.json": { id: "F1" },
    "FC:F2:Plan/2023-11-14.json": [said(10, { user: "U1", text: "on a canvas" })],
    "plans/2023-11-14.json": [said(10, { user: "U2", text: "closed" })],
    "shared/2023-11-14.json": [said(10, { user: "U1", text: "kept" })],
    "D1/2023-11-14.json": [
      said(10, { user: "U1", text: "Hello <@UEXT>" }),
      said(11, { user: "UEXT", text: "Hello", ...outsider }),
    ],
    "D2/2023-11-14.json": [said(10, { user: "U1", text: "my note" })],
  })
  const { stdout, stderr, status } = await runProcess(["import", "slack", zip, "--data-dir", dataDir, "--json"])
  expect([stderr, status]).toEqual(["", 0])
  expect(JSON.parse(stdout).leftOut).toEqual({
    canvases: 1,
    "folders that are no channel's": 1,
    "messages of channels with the name of another": 1,
    "conversations with nobody or with Slackbot": 1,
  })
  using db = new Database(join(dataDir, "warren.db"), { readonly: true })
  const inRooms = db.query(`
    SELECT r.visibility, r.name, u.username, m.content FROM messages AS m
    JOIN rooms AS r ON r.pk = m.room JOIN users AS u ON u.pk = m.author ORDER BY m.pk`)
  expect(inRooms.values()).toEqual([
    ["public", "caf\u00e9", "Jenkins", "Built"],
    ["public", "caf\u00e9", "GitHub", "Pushed"],
    ["public", "caf\u00e9", "Bob  B.", "@Bob  B. commented: Nice"],
    ["public", "caf\u00e9", "Ann", "Hi"],
    ["private", "shared", "Ann", "kept"],
    ["private", "plans", "Bob  B.", "closed"],
    ["direct", "Direct", "Ann", "Hello @Olga of Acme"],
    ["direct", "Direct", "Olga of Acme", "Hello"],
    ["private", "Ann", "Ann", "my note"],
  ])
  expect(db.query("SELECT count(*) FROM reactions").values()).toEqual([[1]])
}, 120_000)

test("a mistake leaves everything as it was, and is told in a sentence", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const at = (name: string) => join(folder.path, name)
  const zip = await zipOf(folder.path, "good.zip", { "general/2023-11-14.json": general })
  const bytes = readFileSync(zip)
  writeFileSync(at("text.zip"), "no zip")
  writeFileSync(at("cut.zip"), bytes.subarray(0, bytes.length - 30))
  // The name of the first file in the directory at the end, made another one.
  writeFileSync(at("other.zip"), Buffer.from(bytes.toString("latin1").replaceAll("users.json", "user_.json"), "latin1"))
  const broken = await zipOf(folder.path, "broken.zip", { "general/2023-11-14.json": "[{" })
  const refusals = [
    [[zip, "--data-dir", app.dataDir], /^Another Warren is using the folder/],
    [[at("none.zip")], /^There is no \S+none\.zip: name the zip of the export/],
    [[at("text.zip")], /text\.zip is no zip/],
    [[at("cut.zip")], /cut\.zip (is no zip|is damaged)/],
    [[at("other.zip")], /There is no users\.json in it: name the zip that a workspace of Slack exports/],
    [[broken], /general\/2023-11-14\.json is no list: the export is damaged/],
    [[], /^Name the export: warren import slack FILE\.zip/],
  ] as const
  for (const [args, sentence] of refusals) {
    const { stdout, stderr, status } = await runProcess(["import", "slack", ...args], { DATA_DIR: at("data") })
    expect(stderr).toMatch(sentence)
    expect([stdout, stderr.trim().split("\n").length, status > 0]).toEqual(["", 1, true])
  }
  await using after = await startTestApp({ dataDir: at("data") })
  await using reader = await connect(after.url)
  expect(await reader.ask("list_rooms", {})).toMatchObject({ rooms: [{ name: "General" }] })
}, 120_000)

test("ids are the same each time, of their version, and grow with the time", () => {
  const ids = [1, 1_700_000_000_000, 1_700_000_000_001].map((at) => messageIdOf(at, "key"))
  expect(ids).toEqual([...ids].sort())
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(roomIdOf("key")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(messageIdOf(1, "key")).toBe(ids[0]!)
  expect(messageIdOf(1, "other")).not.toBe(ids[0]!)
})

test("texts and names of Slack become what Warren takes, in linear time", () => {
  const names = { user: (id: string) => (id === "U1" ? "Ann" : undefined), room: () => "random" }
  expect(plainText("<@U1> <@U9|nine> <@U9> <!here> <!subteam^S1|@team> <#C1> <mailto:a@b|a@b>", names)).toBe(
    "@Ann @nine @U9 @here @team #random a@b (mailto:a@b)",
  )
  expect(plainText("&amp;lt; < > <", names)).toBe("&lt; < > <")
  expect(contentsOf("a\u0000b\n\tc\ud800")).toEqual(["ab\n\tc\ufffd"])
  expect(contentsOf(" \u200b ")).toEqual([])
  expect(usernameOf([undefined, " ", "x".repeat(100)], "U1")).toBe("x".repeat(limits.usernameLengthMax))
  expect(usernameOf(["\u202e"], "U1")).toBe("U1")
  expect(plainText("<".repeat(100_000), names)).toHaveLength(100_000)
})

test("a zip is read whether its files are packed or not, and one that grows beyond what it says is refused", async () => {
  using folder = temporaryFolder()
  const path = await zipOf(folder.path, "x.zip", { "packed.json": Array(1_000).fill({ a: 1 }) })
  using zip = openZip(path)
  expect(JSON.parse(zip.read("packed.json")!.toString())).toHaveLength(1_000)
  expect(JSON.parse(zip.read("users.json")!.toString())).toHaveLength(2)
  expect(zip.read("missing")).toBeUndefined()
  const bytes = readFileSync(path)
  const entry = bytes.lastIndexOf("packed.json") - 46
  expect(bytes.readUInt32LE(entry)).toBe(0x02014b50)
  bytes.writeUInt32LE(10, entry + 24)
  writeFileSync(join(folder.path, "liar.zip"), bytes)
  using liar = openZip(join(folder.path, "liar.zip"))
  expect(() => liar.read("packed.json")).toThrow("packed.json in")
})

/** As Slack makes one; Python's own library packs it. */
async function zipOf(folder: string, name: string, days: Record<string, unknown>): Promise<string> {
  const files = { "users.json": users, "channels.json": channels, "dms.json": [{ id: "D1" }], ...days }
  const texts = Object.entries(files).map(([path, content]) => [
    path,
    typeof content === "string" ? content : JSON.stringify(content),
  ])
  const program = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as out:
    for path, text in json.load(sys.stdin):
        out.writestr(path, text, zipfile.ZIP_STORED if path == "users.json" else zipfile.ZIP_DEFLATED)`
  const path = join(folder, name)
  const child = Bun.spawn(["python3", "-c", program, path], {
    stdin: Buffer.from(JSON.stringify(texts)),
    stderr: "inherit",
  })
  expect(await child.exited).toBe(0)
  return path
}
