import { expect, test } from "bun:test"
import { startTestApp } from "../support/app.ts"
import { connect, createRoom, joined } from "../support/client.ts"
import { temporaryFolder } from "../support/folder.ts"

test("[HIST7] every page names the epoch, and it stays through a restart", async () => {
  using folder = temporaryFolder()
  const epochs: unknown[] = []
  let room: { id: string } | undefined
  for (let start = 0; start < 2; start++) {
    await using app = await startTestApp({ dataDir: folder.path })
    room ??= await createRoom(app.url)
    await using ann = await connect(app.url)
    const join = await ann.ask("join_room", { roomId: room.id, userId: "ann", username: "Ann" })
    const sync = await ann.ask("sync", { roomId: room.id, since: 0 })
    epochs.push(ann.heard[0]?.args[1].epoch, join.ok && join.epoch, sync.ok && sync.epoch)
  }
  expect(epochs[0]).toMatch(/^[\w-]{22}$/)
  expect(epochs).toEqual(Array(6).fill(epochs[0]))
})

test("[HIST7] a since of another epoch was never issued; without one it is not compared", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using ann = await joined(app.url, room, "ann")
  for (const content of ["1", "2", "3"]) await ann.ask("send_message", { roomId: room.id, userId: "ann", content })

  const { epoch } = ann.heard[0]!.args[1]
  const summary = async (since: number, epoch?: string) => {
    const join = { roomId: room.id, userId: "ann", username: "User ann", since, epoch }
    const answer = await ann.ask("sync", { roomId: room.id, since, epoch })
    await ann.ask("join_room", join)
    const [messages, info] = ann.heard.filter(({ event }) => event === "history").at(-1)?.args ?? []
    if (!answer.ok) throw new Error("refused")
    expect([messages, info.reset]).toEqual([answer.messages, answer.reset])
    return { revs: answer.messages.map(({ rev }) => rev), reset: answer.reset }
  }
  expect(await summary(2, epoch)).toEqual({ revs: [3], reset: undefined })
  expect(await summary(2)).toEqual({ revs: [3], reset: undefined })
  expect(await summary(2, "another")).toEqual({ revs: [1, 2, 3], reset: true })
})

test("[HIST1] history has one argument where the join had neither since nor a callback, and two elsewhere", async () => {
  await using app = await startTestApp()
  const room = await createRoom(app.url)
  await using ann = await connect(app.url)
  const lengths: number[] = []
  ann.socket.on("history", (...args: unknown[]) => lengths.push(args.length))
  const join = { roomId: room.id, userId: "ann", username: "Ann" }

  ann.socket.emit("join_room", join)
  ann.socket.emit("join_room", { ...join, since: 0 })
  await ann.ask("join_room", join)
  expect(lengths).toEqual([1, 2, 2])
})
