/** Private parts of the demo: direct messages to the visitor, and a private room. */
import type { ChatSocket } from "./bots.ts"
import type { Person } from "./script.ts"
import { idOf } from "./seed.ts"

const party = {
  name: "Surprise for Lina",
  topic: "Her birthday is on the 14th. Not a word outside of this room.",
  owner: "maya",
  others: ["jonas", "tomas", "ines"],
  lines: [
    ["maya", "Lina's birthday is on the 14th. Cake, and the fox helmet as a present?"],
    ["jonas", "I have the helmet. She looks for it since Tuesday, poor thing."],
    ["tomas", "Pear and walnut, then. She will not suspect a thing."],
  ],
} as const satisfies {
  name: string
  topic: string
  owner: Person
  others: readonly Person[]
  lines: readonly (readonly [Person, string])[]
}

const hello =
  "Hello! This is between the two of us. Add somebody to the room of the surprise, or write to Sam: he answers."

/** `visitorId` is the person who runs the demo. */
export async function fillPrivateRooms(sockets: ReadonlyMap<Person, ChatSocket>, visitorId: string): Promise<void> {
  const ask = (person: Person) => {
    const socket = sockets.get(person)
    if (socket === undefined) throw new Error(`${person} is not here`)
    return socket
  }
  const { owner, name, topic } = party
  const made = await ask(owner).emitWithAck("create_room", { userId: idOf(owner), name, topic, visibility: "private" })
  if (!made.ok) throw new Error(made.error.message)
  const roomId = made.room.id
  for (const targetId of [...party.others.map(idOf), visitorId]) {
    await ask(owner).emitWithAck("add_member", { roomId, userId: idOf(owner), targetId })
  }
  for (const [by, content] of party.lines) await say(ask(by), by, roomId, content)

  const direct = await ask("sam").emitWithAck("open_direct", { userId: idOf("sam"), targetIds: [visitorId] })
  if (direct.ok) await say(ask("sam"), "sam", direct.room.id, hello)
}

async function say(socket: ChatSocket, by: Person, roomId: string, content: string): Promise<void> {
  await socket.emitWithAck("join_room", { roomId, userId: idOf(by) })
  await socket.emitWithAck("send_message", { roomId, userId: idOf(by), content })
}
