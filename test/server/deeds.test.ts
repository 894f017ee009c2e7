/** What the log says of what people with rights do in rooms, and of what others tried: never what a room is called or what was said. */
import { expect, test } from "bun:test"
import { connectAs, startWithAdmin } from "../support/accounts.ts"
import { TestClient } from "../support/client.ts"
import { recordLog } from "../support/log.ts"

test("[ACC6] [MEM4] [ROOM5] deeds of administrators and moderators are in the log, once each, and no room by its name or whole id", async () => {
  using log = recordLog()
  await using team = await startWithAdmin()
  const { admin, client } = team
  const bob = await team.join("bob")
  await using bobs = connectAs(team.url, bob.token)
  const made = await client.ask("create_room", { name: "Canary Wharf", topic: "canary", visibility: "private" })
  const roomId = made.ok ? made.room.id : ""
  const about = { roomId, targetId: bob.userId }
  await client.ask("add_member", about)
  await bobs.ask("join_room", { roomId, username: "bob" })
  await client.ask("join_room", { roomId, username: "ann" })
  const ids = [crypto.randomUUID(), crypto.randomUUID()]
  for (const id of ids) await bobs.ask("send_message", { roomId, id, content: "a canary sings" })
  log.messages.length = 0

  const twice = async (event: Parameters<typeof client.ask>[0], payload: object) => {
    for (const _ of "12") expect(await client.ask(event, payload)).toMatchObject({ ok: true })
  }
  expect(await bobs.ask("delete_message", { roomId, id: ids[0] })).toMatchObject({ ok: true })
  await twice("delete_message", { roomId, id: ids[1] })
  await twice("set_role", { ...about, role: "moderator" })
  expect(await bobs.ask("delete_room", { roomId })).toMatchObject({ error: { code: "ERR_FORBIDDEN" } })
  await twice("update_room", { roomId, topic: "another canary" })
  await twice("remove_member", about)
  await twice("remove_member", { ...about, ban: true })
  await twice("unban_member", about)
  await twice("delete_room", { roomId })

  const room = roomId.slice(0, 8)
  expect(log.messages).toEqual([
    `${admin.userId} deleted message 2 of ${bob.userId} in room ${room}.`,
    `${admin.userId} made ${bob.userId} moderator of room ${room}.`,
    `${bob.userId} may not delete_room, and was refused.`,
    `${admin.userId} changed room ${room}.`,
    `${admin.userId} removed ${bob.userId} from room ${room}.`,
    `${admin.userId} banned ${bob.userId} from room ${room}.`,
    `${admin.userId} let ${bob.userId} back into room ${room}.`,
    `${admin.userId} deleted room ${room}.`,
  ])
  const records = log.records.join().toLowerCase()
  for (const secret of ["canary", roomId, ...ids]) expect(records).not.toContain(secret)
  const levels = log.records.flatMap((record) =>
    /incident: "(?:moderation|ERR_FORBIDDEN)"/.test(record) ? /level: "(\w+)"/.exec(record)?.[1] : [],
  )
  expect(levels).toEqual(Array(8).fill("info"))
})

test("[ACC6] an administrator who enters a room that is not theirs to enter is in the log, once; elsewhere and as a member they are not", async () => {
  using log = recordLog()
  await using team = await startWithAdmin()
  const { admin, client } = team
  const bob = await team.join("bob")
  await using bobs = connectAs(team.url, bob.token)
  const make = async (visibility: string) => {
    const made = await bobs.ask("create_room", { name: "Canary Wharf", visibility })
    return made.ok ? made.room.id : ""
  }
  const [secret, publicId, theirs] = [await make("private"), await make("public"), await make("private")]
  const banning = await make("public")
  await bobs.ask("add_member", { roomId: theirs, targetId: admin.userId })
  await client.ask("join_room", { roomId: banning, username: "ann" })
  await bobs.ask("remove_member", { roomId: banning, targetId: admin.userId, ban: true })
  log.messages.length = 0
  for (const roomId of [secret, secret, publicId, theirs, banning])
    expect(await client.ask("join_room", { roomId, username: "ann" })).toMatchObject({ ok: true, roomId })
  expect(log.messages).toEqual(
    [secret, banning].map((roomId) => `${admin.userId} entered room ${roomId.slice(0, 8)} as an administrator.`),
  )
  expect(log.records.join().toLowerCase()).not.toContain("canary")
  // And whoever is in the room sees it.
  expect(await bobs.ask("list_members", { roomId: secret })).toMatchObject({ members: [{ username: "ann" }, {}] })
})

test("[ACC2] a page that nobody has signed in to is told so, and the log says nothing; a token that is wrong is in it", async () => {
  using log = recordLog()
  await using team = await startWithAdmin()
  log.messages.length = 0
  const refused = async (auth: object) => {
    await using client = new TestClient(team.url, ["websocket"], { auth, reconnection: false })
    const error = await new Promise<Error>((resolve) => client.socket.once("connect_error", resolve))
    expect(error).toMatchObject({ data: { code: "ERR_UNAUTHORIZED" } })
  }
  await refused({})
  await refused({ token: "" })
  expect(log.messages).toEqual([])
  await refused({ token: "x".repeat(43) })
  expect(log.messages).toEqual([expect.stringMatching(/^A token from 127\.0\.0\.1 was refused: /)])
})
