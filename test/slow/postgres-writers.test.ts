/** Several servers on one database: what they write into the same rooms at the same time. */
import { expect, test } from "bun:test"
import { join as path } from "node:path"
import type { Command } from "../../src/chat/rules/rules.ts"
import { dayMs } from "../../src/contract/durations.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { limits } from "../../src/contract/limits.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { openPostgresStore } from "../../src/store/postgres/open.ts"
import { purgedAtOnce } from "../../src/store/unwritten.ts"
import { add, picture } from "../store/files-suite.ts"
import { granted, joining, newRoom, type OpenStore, roomWith, sending, submit } from "../store/store-suite.ts"
import { newRoomId, user } from "../support/ids.ts"
import { describeWithPostgres } from "../support/postgres.ts"
import { until } from "../support/until.ts"

describeWithPostgres("several servers on PostgreSQL", (server) => {
  test("[SEQ1] 12 writers on 3 servers number one room without gaps, and each is told what is stored", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 3)
    const roomId = await cluster.room()
    const writer = async (index: number) => {
      const messages = []
      for (let i = 0; i < 20; i++)
        messages.push((await granted(cluster.at(index), sending(roomId, `${index}: ${i}`))).message)
      return messages
    }
    const told = (await Promise.all(Array.from({ length: 12 }, (_, index) => writer(index)))).flat()

    const bySeq = told.toSorted((a, b) => a.seq - b.seq)
    expect(bySeq.map(({ seq }) => seq)).toEqual(Array.from({ length: 240 }, (_, i) => i + 1))
    const page = await granted(cluster.at(0), { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 200 })
    expect(page.messages).toEqual(bySeq.slice(0, 200))
    expect(await cluster.at(1).store.counts()).toEqual({ rooms: 1, messages: 240 })
    expect(await undone(url, cluster)).toEqual({ batches: 0, deadlocks: 0 })
  })

  test("[SEND3] an id sent to three servers at once is one message", async () => {
    await using cluster = await Cluster.open(await server().newDatabase(), 3)
    const roomId = await cluster.room()
    for (let i = 0; i < 20; i++) {
      const command = { ...sending(roomId, `once ${i}`), chosen: true }
      const sent = await Promise.all([0, 1, 2].map((index) => granted(cluster.at(index), command)))
      expect(sent.map(({ duplicate }) => duplicate).toSorted()).toEqual([false, true, true])
      expect(new Set(sent.map(({ message }) => JSON.stringify(message))).size).toBe(1)
      expect(sent[0]?.message.seq).toBe(i + 1)
    }
  })

  test("[EDIT1] [REACT1] [REPLY1] three servers that change one message at once agree on what it is", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 3)
    const roomId = await cluster.room()
    const revs: number[] = []
    for (let round = 0; round < 10; round++) {
      const { message } = await granted(cluster.at(0), sending(roomId, "first"))
      const place = { roomId, userId: message.userId, id: message.id, at: Date.now() }
      const outcomes = await Promise.all([
        submit(cluster.at(0), { kind: "edit", ...place, content: "edited here" }),
        submit(cluster.at(1), { kind: "edit", ...place, content: "edited there" }),
        submit(cluster.at(1), { kind: "react", ...place, emoji: "👍", isOn: true }),
        submit(cluster.at(2), { kind: "react", ...place, emoji: "🎉", isOn: true }),
        submit(cluster.at(2), { ...sending(roomId, "an answer"), replyTo: message.id }),
        ...(round % 2 === 0 ? [submit(cluster.at(0), { kind: "delete", ...place })] : []),
      ])
      const granteds = outcomes.flatMap((outcome) => (outcome instanceof ChatError ? [] : [outcome.message]))
      const refusals = outcomes.flatMap((outcome) => (outcome instanceof ChatError ? [outcome.code] : []))
      revs.push(message.rev, ...granteds.map(({ rev }) => rev))
      // What came behind the deletion was refused, and what came before it is told as it was then.
      const deletedAtRev = granteds.find(({ deletedAt }) => deletedAt !== undefined)?.rev ?? Infinity
      expect(refusals.filter((code) => code !== "ERR_NOT_FOUND")).toEqual([])
      expect(granteds.filter(({ id, rev }) => id === message.id && rev > deletedAtRev)).toEqual([])
      if (deletedAtRev === Infinity) expect(refusals).toEqual([])
    }
    expect(revs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: revs.length }, (_, i) => i + 1))
    const pages = await Promise.all(
      [0, 1, 2].map((index) =>
        granted(cluster.at(index), { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 200 }),
      ),
    )
    expect(pages[1]?.messages).toEqual(pages[0]?.messages as never)
    expect(pages[2]?.messages).toEqual(pages[0]?.messages as never)
  })

  test("[SEQ1] batches over 50 rooms in every order end without a deadlock", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 3)
    const rooms = await Promise.all(Array.from({ length: 50 }, () => cluster.room()))
    const round = (index: number) => rotated(index % 2 === 0 ? rooms : rooms.toReversed(), index * 7)
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        Promise.all(round(index).map((roomId) => granted(cluster.at(index), sending(roomId, "x")))),
      ),
    )
    const revs = await server().query(
      "SELECT DISTINCT rev::int, (SELECT count(*)::int FROM messages m WHERE m.room = r.pk) AS count FROM rooms r",
      url,
    )
    expect(revs).toEqual([{ rev: 12, count: 12 }])
    expect(await undone(url, cluster)).toEqual({ batches: 0, deadlocks: 0 })
  })

  test("[MSG1] [SEQ1] what another server wrote since the batch was loaded moves its numbers up, and its times", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 1)
    const rival = new Bun.SQL(url, { max: 1 })
    await rival.unsafe(`BEGIN; SELECT FROM rooms FOR UPDATE`)
    const [sent, joined] = [granted(cluster.at(0), sending(roomId, "mine")), granted(cluster.at(0), joining(roomId))]
    const after = granted(cluster.at(0), sending(roomId, "mine too"))
    await until("the batch waits for the room", async () => (await waiting(url)) === 1)
    await rival.unsafe(`
      INSERT INTO messages (room, seq, rev, id, author, type, content, created_at)
        SELECT room, 2, 2, gen_random_uuid(), author, type, 'theirs', created_at + 7 FROM messages;
      UPDATE rooms SET rev = 2, last_at = last_at + 7; COMMIT`)
    await rival.close()

    const [first] = (await joined).page.messages
    const { message } = await sent
    expect([message.seq, message.rev, Date.parse(message.createdAt) - Date.parse(first?.createdAt ?? "")]).toEqual([
      3, 3, 7,
    ])
    expect((await joined).page.messages.map(({ content }) => content)).toEqual(["message 1", "theirs", "mine"])
    expect((await joined).page.rev).toBe(3)
    expect((await after).message.seq).toBe(4)
    expect((await granted(cluster.at(0), sending(roomId, "next"))).message.seq).toBe(5)
  })

  test("[JOIN1] [REPLY1] [READ1] answers, newcomers and what is read move along with the numbers of their batch", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 1)
    const first = { ...sending(roomId, "mine"), chosen: true }
    const [, answer, joined] = await whileRival(url, anotherMessage, () =>
      Promise.all([
        granted(cluster.at(0), first),
        granted(cluster.at(0), { ...sending(roomId, "an answer"), replyTo: first.id }),
        granted(cluster.at(0), { ...joining(roomId), userId: user("bob"), username: "Bob" }),
      ]),
    )
    expect([answer.message.seq, answer.message.replyTo?.seq]).toEqual([4, 3])
    expect(joined.page.messages).toMatchObject([
      { content: "message 1" },
      { content: "theirs" },
      { content: "mine", seq: 3 },
      { content: "an answer", replyTo: { id: first.id, seq: 3 } },
    ])
    const read = "SELECT id, read_seq::int FROM members JOIN users ON users.pk = member ORDER BY members.pk"
    expect(await server().query(read, url)).toEqual([
      { id: user("ann"), read_seq: 4 },
      { id: user("bob"), read_seq: 4 },
    ])
  })

  test("[SEQ1] [EDIT1] each of several changes of one message moves along with the numbers of their batch", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 0)
    const { message } = await granted(cluster.at(0), sending(roomId, "old"))
    const fresh = { ...sending(roomId, "new"), chosen: true }
    const editing = (id: typeof fresh.id, content: string) =>
      granted(cluster.at(0), { kind: "edit", roomId, userId: message.userId, id, content, at: Date.now() })
    const changes = await whileRival(url, anotherMessage, () =>
      Promise.all([
        ...["old 1", "old 2"].map((content) => editing(message.id, content)),
        granted(cluster.at(0), fresh),
        ...["new 1", "new 2"].map((content) => editing(fresh.id, content)),
      ]),
    )
    const told = changes.map((change) => [change.message.content, change.message.seq, change.message.rev])
    expect(told).toEqual([
      ["old 1", 1, 3],
      ["old 2", 1, 4],
      ["new", 5, 5],
      ["new 1", 5, 6],
      ["new 2", 5, 7],
    ])
    const page = await granted(cluster.at(0), { kind: "pageSince", roomId, epoch: undefined, since: 0, limit: 10 })
    expect(page.messages.map(({ content, seq, rev }) => [content, seq, rev])).toEqual([
      ["theirs", 2, 2],
      ["old 2", 1, 4],
      ["new 2", 5, 7],
    ])
  })

  test("[READ1] what is read by another server meanwhile is not unread again", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 3)
    const bob = user("bob")
    await granted(cluster.at(0), { ...joining(roomId), userId: bob, username: "Bob" })
    await server().query("UPDATE members SET read_seq = 0", url)
    const mark = { roomId, userId: bob, seq: 2 }
    await whileRival(url, "UPDATE members SET read_seq = 3 WHERE pk = 2", () =>
      granted(cluster.at(0), { kind: "keepMarks", marks: [mark] }),
    )
    expect(await server().query("SELECT read_seq::int FROM members ORDER BY pk", url)).toEqual([
      { read_seq: 0 },
      { read_seq: 3 },
    ])
  })

  test("[MEM1] whose membership another server ends meanwhile leaves no more, and comes as a new member", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 0)
    const ended = "DELETE FROM members; UPDATE rooms SET members = 0"
    const counted = () => server().query("SELECT members::int, (SELECT count(*)::int FROM members) FROM rooms", url)
    const later = { ...joining(roomId), isKnown: false, at: Date.now() }
    const joined = await whileRival(url, ended, () => granted(cluster.at(0), later))
    expect([joined.isNewMember, await counted()]).toEqual([true, [{ members: 1, count: 1 }]])
    const leaving = { kind: "leaveForGood", roomId, userId: later.userId } as const
    const left = await whileRival(url, ended, () => granted(cluster.at(0), leaving))
    expect([left.isUnchanged, await counted()]).toEqual([true, [{ members: 0, count: 0 }]])
  })

  test("[FILE2] [FILE1] a file that another server takes meanwhile goes into no second message, and stays", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 0)
    const file = picture("1.png")
    await add(cluster.at(0), file)
    for (const holder of ["message", "picture_of"]) {
      const taken = `UPDATE files SET ${holder} = 77`
      const sent = await whileRival(url, taken, () =>
        submit(cluster.at(0), { ...sending(roomId, "mine"), files: [{ id: file.id, alt: undefined }] }),
      )
      expect(sent).toMatchObject({ code: "ERR_CONFLICT" })
      await server().query(`UPDATE files SET ${holder} = NULL`, url)
      const removed = await whileRival(url, taken, () =>
        granted(cluster.at(0), { kind: "removeFiles", ids: [file.id], before: Date.now() }),
      )
      expect([removed, await server().query("SELECT id FROM files", url)]).toEqual([[], [{ id: file.id }]])
      await server().query(`UPDATE files SET ${holder} = NULL`, url)
    }
  })

  test("[HIST7] what waits while the data begins another life is decided anew, and told in that one", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 1)
    const { epoch } = (await granted(cluster.at(0), joining(roomId))).page
    const pageWhile = async (happening: string) => {
      const [, page] = await whileRival(url, `SELECT FROM rooms FOR UPDATE; ${happening}`, () =>
        Promise.all([
          granted(cluster.at(0), sending(roomId, "mine")),
          granted(cluster.at(0), { kind: "pageSince", roomId, epoch, since: 1, limit: 10 }),
        ]),
      )
      return page
    }
    const named = await pageWhile("UPDATE warren SET epoch = 'another'")
    expect([named.epoch, named.reset, named.messages.length]).toEqual(["another", true, 2])
    // A standby took over, and nobody has named it yet.
    const promoted = await pageWhile(
      "CREATE OR REPLACE FUNCTION warren_timeline() RETURNS text LANGUAGE sql AS $$ SELECT '0000FFFF' $$",
    )
    expect(promoted.epoch).toMatch(/^[\w-]{22}$/)
    expect([promoted.epoch === epoch, promoted.reset, promoted.messages.length]).toEqual([false, true, 3])
  })

  test("[EDIT1] [DEL1] what another server deletes while a batch waits for its room is not revived", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 0)
    const { message } = await granted(cluster.at(0), sending(roomId, "first"))
    const place = { roomId, userId: message.userId, id: message.id, at: Date.now() }
    const edited = await whileRival(
      url,
      `SELECT FROM rooms FOR UPDATE;
      UPDATE messages SET rev = 2, seq = -1, content = '', deleted_at = created_at;
      UPDATE rooms SET rev = 2`,
      () => submit(cluster.at(0), { kind: "edit", ...place, content: "edited" }),
    )
    expect(edited).toMatchObject({ code: "ERR_NOT_FOUND" })
    expect(
      await server().query("SELECT content, rev::int, deleted_at IS NOT NULL AS is_deleted FROM messages", url),
    ).toEqual([{ content: "", rev: 2, is_deleted: true }])
  })

  test("[JOIN1] a profile that another server changed meanwhile is read again before it is kept", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 1)
    const joined = await whileRival(
      url,
      "UPDATE users SET avatar = 'https://a.example/new.png', updated_at = updated_at + 1",
      () => granted(cluster.at(0), { ...joining(roomId), username: "Annie" }),
    )
    expect(joined.profile).toEqual({ username: "Annie", avatar: "https://a.example/new.png" })
  })

  test("[JOIN1] [USER2] two servers that change a profile in the same millisecond undo nothing of each other", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 2)
    const roomId = await roomWith(cluster.at(0), 1)
    const { userId, at } = joining(roomId)
    const rival = new Bun.SQL(url, { max: 1 })
    try {
      await rival.unsafe("BEGIN; SELECT FROM rooms FOR UPDATE")
      const joined = granted(cluster.at(0), { ...joining(roomId), username: "Annie", isKnown: false, at: at + dayMs })
      await until("it waits for the room", async () => (await waiting(url)) === 1)
      const avatar = "https://a.example/new.png"
      await granted(cluster.at(1), { kind: "updateProfile", userId, username: undefined, avatar, at })
      await rival.unsafe("COMMIT")
      expect((await joined).profile).toEqual({ username: "Annie", avatar })
    } finally {
      await rival.close()
    }
  })

  test("[EDIT1] [HIST8] what another server removes while a batch waits for its room is not there, and its neighbours are written", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 0)
    const { message } = await granted(cluster.at(0), sending(roomId, "old"))
    const place = { roomId, userId: message.userId, id: message.id, at: Date.now() }
    const [edited, answered, sent] = await whileRival(url, "SELECT FROM rooms FOR UPDATE; DELETE FROM messages", () =>
      Promise.all([
        submit(cluster.at(0), { kind: "edit", ...place, content: "edited" }),
        submit(cluster.at(0), { ...sending(roomId, "an answer"), replyTo: message.id }),
        submit(cluster.at(0), sending(roomId, "new")),
      ]),
    )
    expect([edited, answered]).toMatchObject([{ code: "ERR_NOT_FOUND" }, { code: "ERR_NOT_FOUND" }])
    expect(sent).toMatchObject({ message: { seq: 2 } })
  })

  test("[HIST8] of an old message, what was changed while its removal waited for the room goes too", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 2)
    const removed = await whileRival(
      url,
      `SELECT FROM rooms FOR UPDATE;
      INSERT INTO mentions (room, mentioned, seq) SELECT room, 0, seq FROM messages WHERE seq = 1;
      INSERT INTO reactions (message, emoji, reactor) SELECT pk, '👍', author FROM messages WHERE seq = 1`,
      () => granted(cluster.at(0), { kind: "removeOld", roomId, before: Date.now(), limit: 1 }),
    )
    expect(removed).toEqual({ messages: 1, hasMore: true })
    expect(await server().query("SELECT FROM mentions UNION ALL SELECT FROM reactions", url)).toEqual([])
  })

  test("[MEM4] [NOTIFY1] who is seen again keeps what another server makes of them meanwhile", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 0)
    const later = { ...joining(roomId), isKnown: false, at: Date.now() }
    await whileRival(
      url,
      `SELECT FROM rooms FOR UPDATE;
      UPDATE members SET role = 'moderator', notify = 'none';
      UPDATE rooms SET access_rev = access_rev + 1`,
      () => granted(cluster.at(0), later),
    )
    expect(await server().query("SELECT role, notify, seen_at::float8 AS seen_at FROM members", url)).toEqual([
      { role: "moderator", notify: "none", seen_at: later.at },
    ])
  })

  test("[MEM1] a membership that is about to end goes on where its member comes back to another server", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const [left, back] = [await roomWith(cluster.at(0), 0), await roomWith(cluster.at(0), 0)]
    const now = Date.now()
    await whileRival(
      url,
      `UPDATE members SET seen_at = ${now} WHERE room = (SELECT pk FROM rooms WHERE id = '${back}')`,
      () => granted(cluster.at(0), { kind: "expireMembers", before: now }),
    )
    const counted = await server().query(
      "SELECT id, members::int, (SELECT count(*)::int FROM members WHERE room = rooms.pk) AS count FROM rooms ORDER BY pk",
      url,
    )
    expect(counted).toEqual([
      { id: left, members: 0, count: 0 },
      { id: back, members: 1, count: 1 },
    ])
  })

  test("[LIM1] a room that another server filled while a batch waits for it takes nobody more, where it is known who they are", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 0)
    const { membersPerRoomMax } = limits
    const bob = { ...joining(roomId), userId: user("bob"), username: "Bob" }
    const joinedWhile = async (members: number, join = bob) => {
      await server().query(`UPDATE rooms SET members = ${members - 1}`, url)
      return whileRival(url, "UPDATE rooms SET members = members + 1", () => submit(cluster.at(0), join))
    }
    expect(await joinedWhile(membersPerRoomMax)).toMatchObject({ code: "ERR_FORBIDDEN" })
    expect(await joinedWhile(membersPerRoomMax - 1)).toMatchObject({ isNewMember: true })
    const cleo = { ...bob, userId: user("cleo"), isKnown: false }
    expect(await joinedWhile(membersPerRoomMax, cleo)).toMatchObject({ isNewMember: true })
  })

  test("[LIM1] whom another server let into one more room while a batch waits is let into no more than one may be in", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 0)
    const { roomsPerUserMax } = limits
    const bob = { ...joining(roomId), userId: user("bob"), username: "Bob" }
    await granted(cluster.at(0), bob)
    const into = (rooms: string) => `
      INSERT INTO members (room, member, role, joined_at, read_seq, seen_at)
      SELECT room, pk, 'member', 0, 0, 0 FROM users, ${rooms} AS room WHERE id = '${bob.userId}'`
    const whileInRooms = async <C extends Command>(rooms: number, command: C) => {
      const member = `(SELECT pk FROM users WHERE id = '${bob.userId}')`
      await server().query(`DELETE FROM members WHERE member = ${member}`, url)
      await server().query(into(`generate_series(1001, ${999 + rooms})`), url)
      return whileRival(url, `SELECT FROM users FOR NO KEY UPDATE; ${into("generate_series(1000, 1000)")}`, () =>
        submit(cluster.at(0), command),
      )
    }
    expect(await whileInRooms(roomsPerUserMax, bob)).toMatchObject({ code: "ERR_FORBIDDEN" })
    expect(await whileInRooms(roomsPerUserMax - 1, bob)).toMatchObject({ isNewMember: true })
    // Where it is not known who they are, they may be in more.
    for (const rooms of [roomsPerUserMax, roomsPerUserMax + 1])
      expect(await whileInRooms(rooms, { ...bob, isKnown: false })).toMatchObject({ isNewMember: true })
    const creator = { userId: bob.userId, username: "Bob", isKnown: true }
    const creating = {
      kind: "createRoom",
      id: newRoomId(),
      name: "Shed",
      visibility: "public",
      creator,
      at: 0,
    } as const
    expect(await whileInRooms(roomsPerUserMax, creating)).toMatchObject({ code: "ERR_FORBIDDEN" })
    const unknown = { ...creating, creator: { ...creator, isKnown: false } }
    expect(await whileInRooms(roomsPerUserMax, unknown)).toMatchObject({ name: "Shed" })
  })

  test("[ROOM5] what another server empties is left to it, without being tried again at once", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    await roomWith(cluster.at(0), 1)
    await roomWith(cluster.at(0), 1)
    await server().query(`UPDATE rooms SET purge_seq = CASE pk WHEN 1 THEN 1 ELSE ${purgedAtOnce + 1} END`, url)
    const purge = () => granted(cluster.at(0), { kind: "purge", at: 7 })
    const rival = new Bun.SQL(url, { max: 1 })
    try {
      await rival.unsafe("BEGIN; SELECT FROM rooms WHERE pk = 1 FOR UPDATE")
      expect([await purge(), await purge(), await purge()]).toEqual([true, false, false])
      expect(await granted(cluster.at(0), { kind: "isPurgeDue" })).toBe(true)
      await rival.unsafe("COMMIT")
    } finally {
      await rival.close()
    }
    expect([await purge(), await granted(cluster.at(0), { kind: "isPurgeDue" })]).toEqual([false, false])
    expect(await server().query("SELECT content FROM messages", url)).toEqual([{ content: "" }, { content: "" }])
  })

  test("a batch waits for members in one order, whatever it does with them, and holds none that come later", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await roomWith(cluster.at(0), 1)
    const bob = { ...joining(roomId), userId: user("bob"), username: "Bob" }
    await granted(cluster.at(0), bob)
    await whileRival(
      url,
      "SELECT FROM members WHERE pk = 1 FOR UPDATE",
      () =>
        Promise.all([
          granted(cluster.at(0), { ...bob, isKnown: false, at: Date.now() }),
          granted(cluster.at(0), sending(roomId, "mine")),
        ]),
      "SELECT FROM members WHERE pk = 2 FOR UPDATE NOWAIT",
    )
  })

  test("[JOIN1] newcomers with one id that join on three servers at once are one user", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 3)
    const roomId = await cluster.room()
    for (let i = 0; i < 10; i++) {
      const newcomer = { ...joining(roomId), userId: user(`new ${i}`) }
      await Promise.all([0, 1, 2].map((index) => granted(cluster.at(index), newcomer)))
    }
    expect(await server().query("SELECT count(*)::int AS users FROM users", url)).toEqual([{ users: 11 }])
  })

  test("[SEND2] a server killed in the middle of its batches leaves no lock, and nothing it acknowledged is lost", async () => {
    const url = await server().newDatabase()
    await using cluster = await Cluster.open(url, 1)
    const roomId = await cluster.room()
    for (let round = 0; round < 3; round++) {
      const child = Bun.spawn([process.execPath, path(import.meta.dir, "../support/postgres-writer.ts"), url, roomId], {
        stdout: "pipe",
        stderr: "inherit",
      })
      const acknowledged = await linesUntil(child, 30)
      expect(acknowledged.length).toBeGreaterThanOrEqual(30)
      const last = (await granted(cluster.at(0), sending(roomId, "after"))).message.seq
      const stored = await server().query<{ id: string; seq: number }>(
        "SELECT id, seq::int FROM messages ORDER BY seq",
        url,
      )
      expect(stored.map(({ seq }) => seq)).toEqual(Array.from({ length: last }, (_, i) => i + 1))
      const ids = new Set(stored.map(({ id }) => id))
      expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
    }
  })

  /** For `whileRival`, in a room of one message: another server's, by the next number. */
  const anotherMessage = `SELECT FROM rooms FOR UPDATE;
  INSERT INTO messages (room, seq, rev, id, author, type, content, created_at)
    SELECT room, 2, 2, gen_random_uuid(), author, type, 'theirs', created_at FROM messages;
  UPDATE rooms SET rev = 2`

  /** What comes of `begin` where it has to wait for what a rival has changed, in a transaction that ends with `last`. */
  async function whileRival<T>(url: string, first: string, begin: () => Promise<T>, last = ""): Promise<T> {
    const rival = new Bun.SQL(url, { max: 1 })
    try {
      await rival.unsafe(`BEGIN; ${first}`)
      const begun = begin()
      await until("it waits for the rival", async () => (await waiting(url)) === 1)
      await rival.unsafe(`${last}; COMMIT`)
      return await begun
    } finally {
      await rival.close()
    }
  }

  /** Batches that were in vain, since each waits for its rooms before it numbers anything. Closes the servers. */
  async function undone(url: string, cluster: Cluster) {
    await cluster.close()
    // Each connection tells at its end.
    await until(
      "their connections have ended",
      async () => (await activities(url, "application_name = 'warren'")) === 0,
    )
    const [row] = await server().query<{ batches: number; deadlocks: number }>(
      "SELECT xact_rollback::int AS batches, deadlocks::int FROM pg_stat_database WHERE datname = current_database()",
      url,
    )
    return row
  }

  const waiting = (url: string) => activities(url, "wait_event_type = 'Lock'")

  async function activities(url: string, which: string): Promise<number> {
    const [row] = await server().query<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND ${which}`,
      url,
    )
    return row?.count ?? 0
  }
})

/** What a rival does while a batch waits for it takes no longer, on any machine. */
const patienceMs = 100_000

/** Servers, as far as the database sees them. */
class Cluster implements AsyncDisposable {
  readonly #servers: readonly OpenStore[]

  private constructor(servers: readonly OpenStore[]) {
    this.#servers = servers
  }

  static async open(url: string, count: number): Promise<Cluster> {
    const open = async (): Promise<OpenStore> => {
      const store = await openPostgresStore(url, {
        pendingMax: 10_000,
        onFailure: console.error,
        deadlineMs: patienceMs,
      })
      return { store, [Symbol.asyncDispose]: () => store.close() }
    }
    return new Cluster(await Promise.all(Array.from({ length: count }, open)))
  }

  /** Counted round and round. */
  at(index: number): OpenStore {
    return this.#servers[index % this.#servers.length]!
  }

  /** One that everybody may write to. */
  async room(): Promise<RoomId> {
    const roomId = await newRoom(this.at(0))
    await granted(this.at(0), joining(roomId))
    return roomId
  }

  async close(): Promise<void> {
    await Promise.all(this.#servers.map(({ store }) => store.close()))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}

/** Kills the process when it has printed so many; all that it printed. */
async function linesUntil(child: Bun.Subprocess<"ignore", "pipe", "inherit">, count: number): Promise<string[]> {
  const decoder = new TextDecoder()
  let text = ""
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true })
    if (text.split("\n").length > count) child.kill("SIGKILL")
  }
  return text.split("\n").slice(0, -1)
}
