import { expect, test } from "bun:test"
import { existsSync } from "node:fs"
import { dirname } from "node:path"
import { connect } from "../support/client.ts"
import { sourceCommand, startProcess } from "../support/process.ts"

test("the demo has three rooms with a past and people in them, and is gone afterwards", async () => {
  await using demo = await startProcess({}, { command: [...sourceCommand, "demo"] })
  const folder = dirname(String(demo.summary["dataFile"]))
  expect(existsSync(folder)).toBe(true)

  await using client = await connect(demo.url)
  const listed = await client.ask("list_rooms", {})
  const rooms = listed.ok ? listed.rooms : []
  expect(rooms).toHaveLength(3)
  for (const { id, rev } of rooms) {
    expect(rev).toBeGreaterThan(5)
    await client.ask("join_room", { roomId: id, userId: "guest", username: "Guest" })
  }
  // They come in while the guest looks on, if they are not there yet.
  const people = async () => {
    const here = await Promise.all(rooms.map(({ id }) => client.ask("get_members", { roomId: id })))
    return here.map((answer) => (answer.ok ? answer.members.length : 0))
  }
  while ((await people()).some((count) => count < 4)) await client.until(() => true)

  expect(await demo.stop("SIGINT")).toBe(0)
  expect(existsSync(folder)).toBe(false)
})
