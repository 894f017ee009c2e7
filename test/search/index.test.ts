import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { readFileSync, renameSync, statSync } from "node:fs"
import { dirname } from "node:path"
import type { RoomId } from "../../src/contract/values.ts"
import { Follower, passMax } from "../../src/search/follower.ts"
import { IndexFile } from "../../src/search/index-file.ts"
import { showing } from "../../src/search/matches.ts"
import type { ChangedMessage as Message } from "../../src/store/feed.ts"
import { temporaryFolder } from "../support/folder.ts"
import { openIndex, Rooms, run } from "./index.ts"
import { scripts } from "./texts.ts"

const [garden, kitchen, cellar] = ["garden", "kitchen", "cellar"] as RoomId[] as [RoomId, RoomId, RoomId]

test.each(scripts)("[FIND1] $name is found whatever the case and the accents", async ({ text, finds, not }) => {
  using open = openIndex()
  const message = open.feed.add(garden, text)
  open.feed.add(garden, "something else, in Latin letters")
  await open.catchUp()
  for (const query of finds) expect(open.find(query).ids, query).toEqual([message.id])
  for (const query of not) expect(open.find(query).ids, query).toEqual([])
})

test.each([
  ["every word, in any order", "ice lemonade", true],
  ["not only some", "ice lemonade cake", false],
  ["the last as it begins", "ice lemo", true],
  ["only the last", "lemo ice", false],
  ["words in quotes together", '"bring the ice" lem', true],
  ["and not apart", '"bring ice"', false],
  ["quotes as phones type them", "“bring the”", true],
  ["quotes that are closed end a word", '"bring th"', false],
  ["quotes that are still open do not", '"bring th', true],
  ["what is written together, together", "v1.2-beta", true],
  ["and not apart", "v1.beta", false],
  ["emoji", "👍", true],
  ["other emoji", "👎", false],
  ["operators as words", "bring AND ice", false],
  ["stars as nothing", "bring* ice*", true],
  ["columns as words", "tokens:bring", false],
  ["a single letter that begins a word", "v", true],
  ["in quotes only where it is a word", '"v"', false],
  ["single letters that are words", 'i "i" the', true],
  ["and none that are not", "t ice", false],
  ["behind the last word no signs", "ice lemo !?", true],
  ["nor a quote that is just opened", 'ice lemo "', true],
  ["nor marks alone", "ice lemo \u0301", true],
  ["but a word in quotes", 'lemo "ice"', false],
])("[FIND1] a query finds %s: %s", async (_, query, isFound) => {
  using open = openIndex()
  open.feed.add(garden, "I bring the ice for the lemonade v1.2-beta 👍🏽")
  await open.catchUp()
  expect(open.find(query).ids.length).toBe(isFound ? 1 : 0)
})

test("[FIND1] marks alone find nothing, in any script, and what has no word is found by its author", async () => {
  using open = openIndex()
  const texts = ["e\u0301té, כֹּל, قَلَم, กำ, हि, ゛", "\u0301\u0302", "!?! …", "ـــ"]
  const ids = texts.map((text) => open.feed.add(garden, text).id)
  await open.catchUp()
  for (const query of ["\u0301", "\u0301 \u0302", "\u05bc", "\u064e", "ـ", "\u0e38", "\u093f", "\u20dd", "!", '"…"'])
    expect(open.find(query).ids, query).toEqual([])
  expect(open.find("ete").ids).toEqual(ids.slice(0, 1))
  expect(open.findAll("", { authorId: "ann" as never })).toEqual(ids.toReversed())
})

test("[FIND1] in the longest message everything is found, and of the longest word the whole is compared", async () => {
  using open = openIndex()
  const words = Array.from({ length: 570 }, (_, i) => `word${i.toString(36).padStart(2, "0")}`)
  const long = "x".repeat(64)
  const texts = [
    words.join(" "),
    "東京".repeat(2_000),
    "a".repeat(4_000),
    `${long}y`,
    `${long}z`,
    `${"é ".repeat(1_999)}é!`,
  ]
  const [many, pairs, letters, y, z, single] = texts.map((text) => open.feed.add(garden, text).id)
  await open.catchUp()
  const found = (query: string) => {
    const show = showing(query)
    return open.find(query).ids.filter((id) => {
      const text = [...open.feed.rooms.get(garden)!.messages.values()].find((message) => message.id === id)?.content
      return text !== undefined && show(text) !== undefined
    })
  }
  for (const word of words) expect(found(word), word).toEqual([many!])
  expect(found("京東 東京")).toEqual([pairs!])
  for (const length of [1, 64, 65, 200]) expect(found("a".repeat(length)), `${length}`).toEqual([letters!])
  expect([found(long), found(`${long}y`), found(`"${long}z"`), found(`"${long}"`)]).toEqual([[z!, y!], [y!], [z!], []])
  expect(found('"e" e')).toEqual([single!])
})

test("[FIND2] pages go on and times bound them in every year that places are whole numbers", async () => {
  for (const year of [2011, 2026, 2030, 2078]) {
    using open = openIndex()
    const at = Date.UTC(year, 0, 1)
    const sent = Array.from({ length: 40 }, (_, i) => open.feed.add(garden, "pie", { at: at + i * 10_000 }))
    await open.catchUp()
    const ids = sent.map(({ id }) => id).reverse()
    expect(open.findAll("pie", { limit: 3 }), `${year}`).toEqual(ids)
    expect(open.find("pie", { before: at + 100_000 }).ids.slice(-10), `${year}`).toEqual(ids.slice(-10))
    expect(open.find("pie", { before: at - 10_000 }).ids, `${year}`).toEqual([])
    // Wherever the page before it ended.
    const { next } = open.find("pie", { limit: 1 })
    const bounded = open.find("pie", { before: at + 100_000, below: next })
    expect(bounded, `${year}`).toEqual(open.find("pie", { before: at + 100_000 }))
    expect(open.find("pie", { after: at + 390_000 }).ids, `${year}`).toEqual(ids.slice(0, 1))
    open.feed.change(garden, 1, "cake")
    await open.catchUp()
    expect(open.findAll("pie"), `${year}`).toEqual(ids.slice(0, -1))
    expect(open.findAll("cake"), `${year}`).toEqual(ids.slice(-1))
  }
})

test("[FIND1] hits come newest first, page by page, from rooms and authors that were asked for", async () => {
  using open = openIndex()
  const at = (minute: number) => 1_800_000_000_000 + minute * 60_000
  const sent = Array.from({ length: 60 }, (_, minute) => {
    const roomId = [garden, kitchen, cellar][minute % 3] as RoomId
    return { roomId, ...open.feed.add(roomId, `pie ${minute}`, { userId: minute % 2 ? "bob" : "ann", at: at(minute) }) }
  }).reverse()
  await open.catchUp()
  const idsOf = (wanted: (one: (typeof sent)[number]) => boolean) => sent.filter(wanted).map(({ id }) => id)

  expect(open.findAll("pie", { limit: 7 })).toEqual(idsOf(() => true))
  expect(open.findAll("pie", { roomIds: [kitchen] })).toEqual(idsOf(({ roomId }) => roomId === kitchen))
  expect(open.findAll("pie", { roomIds: [kitchen, cellar], limit: 3 })).toEqual(
    idsOf(({ roomId }) => roomId !== garden),
  )
  const ofBob = idsOf(({ userId }) => userId === "bob")
  expect(open.findAll("pie", { authorId: "bob" as never })).toEqual(ofBob)
  expect(open.findAll("", { authorId: "bob" as never })).toEqual(ofBob)
  expect(open.findAll("pie", { after: at(39) }).length).toBeGreaterThanOrEqual(20)
  expect(open.findAll("pie", { after: at(40), before: at(45) }).length).toBeLessThan(8)
  for (const wanted of [{ authorId: "nobody" as never }, { roomIds: [] }, { roomIds: ["attic" as RoomId] }])
    expect(open.find("pie", wanted)).toEqual({ ids: [], next: undefined })
  for (const query of ["", "  ", '""', "(*)"]) expect(open.find(query).ids, query).toEqual([])
})

test("[FIND1] in one room of many, and in a few of many, a common word is found too", async () => {
  using open = openIndex()
  const rooms = Array.from({ length: 100 }, (_, number) => `room ${number}` as RoomId)
  const sent = rooms.map((roomId) => open.feed.add(roomId, "hello"))
  await open.catchUp()
  for (const own of [rooms.slice(0, 1), rooms.slice(3, 9), rooms.slice(0, 60)]) {
    const ids = sent.filter((_, index) => own.includes(rooms[index] as RoomId)).map(({ id }) => id)
    expect(open.findAll("hello", { roomIds: own }).toSorted()).toEqual(ids.toSorted())
  }
})

test("[FIND2] a search whose time is over ends with what it has, and the next goes on from there", async () => {
  using open = openIndex()
  const sent = Array.from({ length: 1_000 }, () => open.feed.add(garden, "very common"))
  await open.catchUp()
  const wanted = { query: "common", roomIds: [garden], limit: 5_000 }
  const none = { authorId: undefined, before: undefined, after: undefined }
  const ids: string[] = []
  let pages = 0
  for (let below: number | undefined, isFirst = true; isFirst || below !== undefined; isFirst = false, pages++) {
    const found = run(open.index.reader.find({ ...wanted, ...none, below }, () => true))
    ids.push(...found.messages.map(({ id }) => id))
    below = found.next
  }
  expect(pages).toBeGreaterThan(5)
  expect(ids).toEqual(sent.map(({ id }) => id).reverse())
})

test("[FIND2] an edited message is found by its new words alone, a deleted one by none, and keeps its place", async () => {
  using open = openIndex()
  const [first, second] = [open.feed.add(garden, "old words"), open.feed.add(garden, "other words")]
  await open.catchUp()
  open.feed.change(garden, first.seq, "new words")
  await open.catchUp()
  expect(open.find("old").ids).toEqual([])
  expect(open.find("new").ids).toEqual([first.id])
  expect(open.find("words").ids).toEqual([second.id, first.id])
  open.feed.change(garden, second.seq, "")
  await open.catchUp()
  expect(open.find("words").ids).toEqual([first.id])
  open.feed.change(garden, second.seq, "words again")
  await open.catchUp()
  expect(open.find("words").ids).toEqual([second.id, first.id])
})

test("[DEL1] what was deleted, edited away or in a room that is gone is in no file of the index", async () => {
  using open = openIndex()
  const secrets = ["kryptonite", "plutonium", "unobtainium"]
  // Among others, so that it is inside of segments of the index.
  for (let one = 0; one < 600; one++) open.feed.add(garden, `message ${one} of many`)
  const [edited, deleted] = [open.feed.add(garden, secrets[0]!), open.feed.add(garden, `${secrets[1]} here`)]
  open.feed.add(kitchen, secrets[2]!)
  for (let one = 0; one < 600; one++) open.feed.add(garden, `message ${one} of many more`)
  await open.catchUp()
  open.index.fold()
  const bytes = () =>
    ["", "-wal"]
      .map((end) => readFileSync(open.path + end, "latin1"))
      .join("")
      .toLowerCase()
  for (const secret of secrets) expect(bytes()).toContain(secret)

  open.feed.change(garden, edited.seq, "harmless")
  open.feed.change(garden, deleted.seq, "")
  open.feed.rooms.delete(kitchen)
  await open.catchUp()
  open.follower.clean()
  for (const secret of secrets) {
    expect(open.find(secret, { roomIds: [garden, kitchen] }).ids).toEqual([])
    expect(bytes()).not.toContain(secret)
  }
  using db = new Database(open.path)
  expect(db.query("INSERT INTO words (words) VALUES ('integrity-check')").run()).toBeDefined()
})

test("[DEL1] a search that found its page, or whose time is over, holds nothing of the index", async () => {
  using open = openIndex()
  for (let one = 0; one < 200; one++) open.feed.add(garden, "very common")
  await open.catchUp()
  const wanted = { query: "common", roomIds: [garden], authorId: undefined, before: undefined, after: undefined }
  for (const [limit, isOver] of [
    [1, false],
    [500, true],
  ] as const) {
    const found = run(open.index.reader.find({ ...wanted, below: undefined, limit }, () => isOver))
    expect(found.next).toBeDefined()
    open.feed.add(garden, "more")
    await open.catchUp()
    expect(open.index.fold()).toBe(true)
  }
})

test("[DEL1] what was taken out of the index is erased after a kill, and after a search that read it meanwhile", async () => {
  using killed = openIndex()
  const { seq } = killed.feed.add(garden, "kryptonite")
  await killed.catchUp()
  const isThere = () => ["", "-wal"].some((end) => readFileSync(killed.path + end).includes("kryptonite"))
  killed.feed.change(garden, seq, "")
  await killed.catchUp()
  // The file as a killed server leaves it: its log is not folded.
  expect(isThere()).toBe(true)
  const index = new IndexFile(killed.path)
  const follower = new Follower({ feed: killed.feed, index })
  const search = new Database(killed.path, { readonly: true })
  search.run("BEGIN")
  search.query("SELECT * FROM rooms").all()
  follower.clean()
  expect(isThere()).toBe(true)
  search.run("COMMIT")
  search.close()
  follower.clean()
  expect(isThere()).toBe(false)
  index.close()
})

test("what a server keeps no longer is taken out, however much it is", async () => {
  using open = openIndex()
  const sent = Array.from({ length: passMax * 2 }, (_, one) => open.feed.add(garden, `word ${one}`))
  await open.catchUp()
  open.feed.forget(garden, passMax + 100)
  await open.catchUp()
  expect(open.findAll("word")).toEqual(
    sent
      .slice(passMax + 100)
      .map(({ id }) => id)
      .reverse(),
  )
  using db = new Database(open.path, { readonly: true })
  expect(db.query("SELECT count(*) FROM messages").values()).toEqual([[passMax - 100]])
  expect(open.index.rooms()).toEqual(new Map([[garden, { rev: passMax * 2, forgotten: passMax + 100 }]]))
})

test("a room of which nothing is kept is read to its end, and what it had is in no file of the index", async () => {
  using open = openIndex()
  open.feed.add(garden, "kryptonite")
  await open.catchUp()
  open.follower.clean()
  const isThere = () => ["", "-wal"].some((end) => readFileSync(open.path + end).includes("kryptonite"))
  expect(isThere()).toBe(true)
  const { seq } = open.feed.add(garden, "more")
  open.feed.forget(garden, seq)
  expect(await open.follower.look()).toBe(true)
  expect([await open.follower.pass(), open.follower.missing]).toEqual([false, 0])
  open.follower.clean()
  expect(isThere()).toBe(false)
})

test("messages of one moment have places of their own, however many there are", async () => {
  using open = openIndex()
  const sent = Array.from({ length: 5_000 }, () => open.feed.add(garden, "at once", { at: 1_800_000_000_000 }))
  await open.catchUp()
  const ids = sent.map(({ id }) => id).reverse()
  expect(open.findAll("once")).toEqual(ids)
  // Also those whose place is one of a later moment.
  expect(open.find("once", { before: 1_800_000_000_001, limit: 5_001 }).ids).toEqual(ids)
})

test("what was not read yet is read by and by, and nothing twice", async () => {
  using open = openIndex()
  for (let one = 0; one < passMax * 2 + 10; one++) open.feed.add(one % 3 ? garden : kitchen, "many")
  expect(await open.follower.look()).toBe(true)
  expect(open.follower.missing).toBe(passMax * 2 + 10)
  expect(await open.follower.pass()).toBe(true)
  expect(open.follower.missing).toBe(passMax + 10)
  while (await open.follower.pass());
  expect(open.findAll("many")).toHaveLength(passMax * 2 + 10)
  const { looks } = open.feed
  expect(await open.follower.look()).toBe(false)
  expect(open.feed.looks).toBe(looks)
  open.feed.add(garden, "many")
  await open.follower.look()
  expect(open.follower.missing).toBe(1)
  expect(await open.follower.pass()).toBe(false)
})

test("what could not be written is read again by the next look, also where nothing else changes", async () => {
  using open = openIndex()
  await open.catchUp()
  const first = open.feed.add(kitchen, "pie")
  const [second, third] = [open.feed.add(garden, "pie"), open.feed.add(garden, "pie")]
  {
    using other = new Database(open.path)
    other.run("CREATE TRIGGER full BEFORE INSERT ON messages WHEN NEW.seq = 2 BEGIN SELECT RAISE(ABORT, 'full'); END")
    await expect(open.catchUp()).rejects.toThrow("full")
    other.run("DROP TRIGGER full")
  }
  expect([open.findAll("pie"), open.follower.missing]).toEqual([[], 3])
  await open.catchUp()
  expect([open.findAll("pie"), open.follower.missing]).toEqual([[third.id, second.id, first.id], 0])
})

test("[FIND1] whose first message could not be written is taken for nobody else", () => {
  using open = openIndex()
  const [ann, bob] = ["ann", "bob"].map((userId) => open.feed.add(garden, "pie", { userId })) as [Message, Message]
  const nameless = { ...ann, seq: 3, rev: 3, id: "no id" as typeof ann.id }
  const write = (...messages: Message[]) => open.index.write([{ roomId: garden, messages, rev: 2 }])
  expect(() => write(ann, nameless)).toThrow()
  write(bob)
  write(ann)
  const by = (userId: string) => open.findAll("pie", { authorId: userId as never })
  expect([by("ann"), by("bob")]).toEqual([[ann.id], [bob.id]])
})

test("an index that is ahead of a room, or of another life of the data, is made anew", async () => {
  using folder = temporaryFolder()
  const feed = new Rooms()
  feed.add(garden, "first")
  feed.add(garden, "second")
  feed.add(kitchen, "other")
  const before = openIndex(feed, { ...folder, [Symbol.dispose]: () => {} })
  await before.catchUp()
  before[Symbol.dispose]()

  // As an older copy of the data has it.
  const older = new Rooms()
  const first = older.add(garden, "first of an older copy")
  using ahead = openIndex(older, { ...folder, [Symbol.dispose]: () => {} })
  await ahead.catchUp()
  expect(ahead.find("first").ids).toEqual([first.id])
  for (const word of ["second", "other"]) expect(ahead.find(word, { roomIds: [garden, kitchen] }).ids).toEqual([])

  const other = new Rooms()
  other.epoch = "two"
  const [, , fourth] = ["second", "third", "fourth"].map((content) => other.add(garden, content))
  using anew = openIndex(other, { ...folder, [Symbol.dispose]: () => {} })
  await anew.catchUp()
  expect(anew.find("first").ids).toEqual([])
  expect(anew.find("fourth").ids).toEqual([fourth!.id])
})

test("what is no index is made one", async () => {
  using folder = temporaryFolder()
  await Bun.write(`${folder.path}/search.db`, "something else, by whatever mistake ".repeat(100))
  using open = openIndex(new Rooms(), folder)
  const { id } = open.feed.add(garden, "hello")
  await open.catchUp()
  expect(open.find("hello").ids).toEqual([id])
  // It has what people wrote.
  for (const end of ["", "-wal"]) expect(statSync(open.path + end).mode & 0o777).toBe(0o600)
})

test("an index that cannot be made anew just now is made as soon as it can", async () => {
  using open = openIndex()
  open.feed.add(garden, "hello")
  await open.catchUp()
  const folder = dirname(open.path)
  renameSync(folder, `${folder}-away`)
  open.feed.epoch = "two"
  await expect(open.catchUp()).rejects.toThrow("ENOENT")
  renameSync(`${folder}-away`, folder)
  await open.catchUp()
  expect([open.index.epoch, open.find("hello").ids.length]).toEqual(["two", 1])
})

test("an index of another format is made anew", async () => {
  using folder = temporaryFolder()
  const feed = new Rooms()
  feed.add(garden, "hello")
  const before = openIndex(feed, { ...folder, [Symbol.dispose]: () => {} })
  await before.catchUp()
  before[Symbol.dispose]()
  {
    using db = new Database(before.path)
    db.run("UPDATE life SET format = format - 1")
  }
  using open = openIndex(feed, folder)
  expect(open.index.rooms().size).toBe(0)
  await open.catchUp()
  expect(open.find("hello").ids).toHaveLength(1)
})
