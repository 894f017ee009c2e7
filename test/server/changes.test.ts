import { afterAll, beforeAll, expect, test } from "bun:test"
import { startTestApp, type TestApp } from "../support/app.ts"
import { connect, createRoom, everyTransport, joined, type Message, type TestClient } from "../support/client.ts"

let app: TestApp
let unlimited: TestApp
beforeAll(async () => {
  app = await startTestApp()
  unlimited = await startTestApp({ rateLimits: "off" })
})
afterAll(async () => {
  await app[Symbol.asyncDispose]()
  await unlimited[Symbol.asyncDispose]()
})

test("[MSG3] [ACK1] a change is told to everybody in the room, with what it was, before it is answered", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  await using bob = await joined(app.url, room, "bob", ["polling"])
  const { id } = await sent(ann, room.id, "ann", "helo")
  const place = { roomId: room.id, id }

  const edited = await ann.ask("edit_message", { ...place, userId: "ann", content: "hello" })
  const reacted = await bob.ask("react", { ...place, userId: "bob", emoji: "👍", isOn: true })
  const deleted = await ann.ask("delete_message", { ...place, userId: "ann" })
  if (!edited.ok || !reacted.ok || !deleted.ok) throw new Error("refused")
  const reaction = { emoji: "👍", count: 1, userIds: ["bob"] }
  const told = [
    [edited.message, { change: "edit", userId: "ann" }],
    [
      { ...edited.message, rev: 3, reactions: [reaction] },
      { change: "react", userId: "bob", emoji: "👍", isOn: true },
    ],
    [deleted.message, { change: "delete", userId: "ann" }],
  ]
  expect(reacted.message).toEqual({ ...edited.message, rev: 3, reactions: [{ ...reaction, isMine: true }] })
  for (const client of [ann, bob]) {
    await client.until(() => client.payloads("message_updated").length === 3)
    expect(client.heard.filter(({ event }) => event === "message_updated").map(({ args }) => args)).toEqual(told)
  }
})

test("[EDIT1] [DEL1] [REACT1] what changes nothing is answered like the first time, and told to nobody", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const { id } = await sent(ann, room.id, "ann", "hello")
  const place = { roomId: room.id, userId: "ann", id }
  const requests = [
    ["edit_message", { ...place, content: "bye" }],
    ["react", { ...place, emoji: "👍", isOn: true }],
    ["react", { ...place, emoji: "👍", isOn: false }],
    ["delete_message", place],
  ] as const
  for (const [event, payload] of requests) {
    const first = await ann.ask(event, payload)
    expect(first.ok).toBe(true)
    expect(await ann.ask(event, payload)).toEqual(first)
  }
  expect(ann.payloads("message_updated").map(({ rev }) => rev)).toEqual([2, 3, 4, 5])
})

test("[MSG2] in pages, reactions say which are those of who asks", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  await using bob = await joined(app.url, room, "bob")
  const { id } = await sent(ann, room.id, "ann", "hello")
  await bob.ask("react", { roomId: room.id, userId: "bob", id, emoji: "👍", isOn: true })

  const isMine = async (client: TestClient, userId: string) => {
    await client.ask("join_room", { roomId: room.id, userId, username: userId })
    const history = client.payloads("history").at(-1)
    const pages = [
      await client.ask("get_history", { roomId: room.id }),
      await client.ask("sync", { roomId: room.id, since: 0 }),
    ]
    const messages = pages.map((page) => (page.ok ? page.messages : []))
    return [history, ...messages].map((page) => page?.[0]?.reactions?.[0]?.isMine)
  }
  expect([await isMine(ann, "ann"), await isMine(bob, "bob")]).toEqual([
    [undefined, undefined, undefined],
    [true, true, true],
  ])
})

test("[MSG3] [LIST1] [MEM2] a change moves no room in any list, and is no later than what was said last", async () => {
  await using ann = await connect(app.url)
  const name = crypto.randomUUID()
  const said: { readonly id: string; readonly roomId: string }[] = []
  for (const which of ["older", "newer"]) {
    const created = await ann.ask("create_room", { name: `${which} ${name}`, userId: "ann", visibility: "public" })
    if (!created.ok) throw new Error(created.error.message)
    await ann.ask("join_room", { roomId: created.room.id, userId: "ann", username: "Ann" })
    for (const content of ["one", "two"]) said.push(await sent(ann, created.room.id, "ann", content))
  }
  const [first, second] = said
  const lists = async () => {
    const listed = await ann.ask("list_rooms", { query: name })
    const mine = await ann.ask("my_rooms", { userId: "ann" })
    if (!listed.ok || !mine.ok) throw new Error("refused")
    return [...listed.rooms, ...mine.rooms].map(({ id, lastMessageAt }) => ({ id, lastMessageAt }))
  }
  const before = await lists()
  expect(before.length).toBeGreaterThanOrEqual(4)
  const place = { roomId: first!.roomId, userId: "ann", id: first!.id }
  const answers = [
    await ann.ask("edit_message", { ...place, content: "edited" }),
    await ann.ask("react", { ...place, emoji: "👍", isOn: true }),
    await ann.ask("delete_message", { ...place, id: second!.id }),
  ]
  expect(answers.map((answer) => answer.ok && answer.message.rev)).toEqual([3, 4, 5])
  expect(await lists()).toEqual(before)
})

test("[HIST6] around a message a page tells of both sides, after one it is as before one; two places are none", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  for (let i = 1; i <= 9; i++) await sent(ann, room.id, "ann", `${i}`)
  const page = async (place: object) => {
    const answer = await ann.ask("get_history", { roomId: room.id, limit: 3, ...place })
    if (!answer.ok) return answer.error.code
    const { messages, hasMore, hasBefore, hasAfter } = answer
    return [messages.map(({ seq }) => seq), hasMore, hasBefore, hasAfter]
  }
  expect(await page({ around: 5 })).toEqual([[4, 5, 6], true, true, true])
  expect(await page({ around: 9 })).toEqual([[8, 9], true, true, false])
  expect(await page({ after: 6 })).toEqual([[7, 8, 9], false, undefined, undefined])
  expect(await page({ before: 4 })).toEqual([[1, 2, 3], false, undefined, undefined])
  for (const places of [
    { before: 5, after: 1 },
    { before: 5, around: 1 },
    { after: 5, around: 1 },
  ])
    expect(await page(places)).toBe("ERR_VALIDATION")
})

test("[EDIT1] [DEL1] [REACT1] who is not in the room changes nothing there, whatever room it is", async () => {
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  const { id } = await sent(ann, room.id, "ann", "hello")
  await using outside = await connect(app.url)
  for (const roomId of [room.id, crypto.randomUUID()]) {
    const place = { roomId, userId: "ann", id }
    for (const [event, payload] of [
      ["edit_message", { ...place, content: "x" }],
      ["delete_message", place],
      ["react", { ...place, emoji: "👍", isOn: true }],
    ] as const)
      expect(await outside.ask(event, payload)).toMatchObject({ ok: false, error: { code: "ERR_NOT_IN_ROOM" } })
  }
})

test("[SEQ1] [MSG3] five who write, edit, react and delete: every change is seen once and in order, and who was away ends with the same room", async () => {
  const room = await createRoom(app.url)
  const names = ["ann", "bob", "cem", "dov", "eve"]
  const writers = await Promise.all(names.map((name, i) => joined(app.url, room, name, everyTransport[i % 3])))
  const watcher = writers[0]!
  await using away = await joined(app.url, room, "away")
  const before = await away.ask("sync", { roomId: room.id, since: 0 })
  away.socket.disconnect()

  await Promise.all(
    writers.map(async (writer, w) => {
      const place = { roomId: room.id, userId: names[w]! }
      for (let i = 0; i < 5; i++) {
        const { id } = await sent(writer, room.id, names[w]!, `${i}`)
        const seen = watcher.payloads("message_received")
        const other = seen[(i * 7 + w) % seen.length]?.id
        const answers = await Promise.all([
          writer.ask("edit_message", { ...place, id, content: `${i} edited` }),
          writer.ask("react", { ...place, id: other, emoji: "👍", isOn: i % 3 > 0 }),
          ...(i % 2 === 0 ? [writer.ask("delete_message", { ...place, id })] : []),
        ])
        expect(answers[0]?.ok).toBe(true)
      }
    }),
  )

  const last = await watcher.ask("sync", { roomId: room.id, since: 0, limit: 200 })
  if (!last.ok) throw new Error("refused")
  const { rev } = last
  for (const writer of writers) {
    await writer.until(() => changesOf(writer).at(-1)?.rev === rev)
    expect(changesOf(writer).map((message) => message.rev)).toEqual(Array.from({ length: rev }, (_, i) => i + 1))
  }
  expect(roomOf(changesOf(watcher))).toEqual(roomOf(last.messages))
  away.socket.connect()
  const back = await away.ask("join_room", { roomId: room.id, userId: "away", username: "Away", since: 0 })
  expect(back.ok && before.ok).toBe(true)
  expect(roomOf(away.payloads("history").at(-1))).toEqual(roomOf(last.messages))
  for (const writer of writers) await writer[Symbol.asyncDispose]()
})

test("[EDIT1] [DEL1] [REACT1] [REPLY1] what meets its own deletion came before it or is not found, and nothing is revived", async () => {
  const room = await createRoom(unlimited.url)
  await using desk = await joined(unlimited.url, room, "ann")
  await using phone = await joined(unlimited.url, room, "ann", ["polling"])
  await using bob = await joined(unlimited.url, room, "bob")
  const [anns, bobs] = ["ann", "bob"].map((userId) => ({ roomId: room.id, userId }))
  for (let round = 0; round < 20; round++) {
    const { id } = await sent(desk, room.id, "ann", "doomed")
    const acts = [
      () => desk.ask("edit_message", { ...anns, id, content: `desk ${round}` }),
      () => phone.ask("edit_message", { ...anns, id, content: `phone ${round}` }),
      () => bob.ask("react", { ...bobs, id, emoji: "👍", isOn: true }),
      () => bob.ask("send_message", { ...bobs, content: "a reply", replyTo: id }),
    ]
    // Each time another one is asked just before the deletion.
    const order = acts.map((_, i) => acts[(i + round) % acts.length]!)
    const first = order.slice(0, 1 + (round % 3)).map((act) => act())
    const deletion = (round % 2 === 0 ? desk : phone).ask("delete_message", { ...anns, id })
    const answers = await Promise.all([...first, ...order.slice(first.length).map((act) => act())])
    const deleted = await deletion
    if (!deleted.ok) throw new Error(deleted.error.message)
    for (const answer of answers) {
      if (answer.ok) expect(answer.message.rev).toBeLessThan(deleted.message.rev)
      else expect(answer.error.code).toBe("ERR_NOT_FOUND")
    }
    await bob.until(() => changesOf(bob).some(({ rev }) => rev === deleted.message.rev))
    expect(changesOf(bob).findLast((message) => message.id === id)).toEqual(deleted.message)
  }
  const all = await bob.ask("sync", { roomId: room.id, since: 0, limit: 200 })
  if (!all.ok) throw new Error("refused")
  expect(all.messages.filter(({ content, deletedAt }) => deletedAt && content !== "")).toEqual([])
  const replies = all.messages.filter(({ replyTo }) => replyTo)
  expect(replies.length).toBeGreaterThan(0)
  expect(replies.every(({ replyTo }) => replyTo?.isDeleted === true && replyTo.excerpt === "")).toBe(true)
})

test("[EDIT1] [SEQ1] of two devices that edit at once the later edit holds, for everybody", async () => {
  const room = await createRoom(unlimited.url)
  await using desk = await joined(unlimited.url, room, "ann")
  await using phone = await joined(unlimited.url, room, "ann", ["polling"])
  const { id } = await sent(desk, room.id, "ann", "draft")
  const edits = [desk, phone, desk, phone].map((device, i) =>
    device.ask("edit_message", { roomId: room.id, userId: "ann", id, content: `version ${i}` }),
  )
  const answers = await Promise.all(edits)
  const edited = answers.flatMap((answer) => (answer.ok ? [answer.message] : []))
  expect(edited.map(({ rev }) => rev).toSorted()).toEqual([2, 3, 4, 5])
  const last = edited.find(({ rev }) => rev === 5)
  for (const device of [desk, phone]) {
    await device.until(() => changesOf(device).at(-1)?.rev === 5)
    expect(changesOf(device).at(-1)).toEqual(last!)
  }
})

async function sent(client: TestClient, roomId: string, userId: string, content: string): Promise<Message> {
  const answer = await client.ask("send_message", { roomId, userId, content })
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.message
}

function changesOf(client: TestClient): Message[] {
  return client.heard
    .filter(({ event }) => event === "message_received" || event === "message_updated")
    .map(({ args }) => args[0])
}

/** As it is after all of these changes, whoever looks at it. */
function roomOf(changes: readonly Message[]): Message[] {
  const messages = new Map<string, Message>()
  for (const message of changes) messages.set(message.id, message)
  return [...messages.values()].toSorted((a, b) => a.seq - b.seq).map(unowned)
}

function unowned({ reactions, ...message }: Message): Message {
  return reactions ? { ...message, reactions: reactions.map(({ isMine, ...reaction }) => reaction) } : message
}
