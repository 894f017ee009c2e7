/** Changing and deleting a room. */
import { ChatError } from "../../contract/errors.ts"
import type { Room } from "../../contract/rooms.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import { memberAt, needsOfPlace, notAllowed, roleOf } from "./access.ts"
import { changeAccess } from "./membership.ts"
import type { Acting } from "./roles.ts"
import { always, type Rule } from "./rule.ts"

interface UpdateRoom extends Acting {
  readonly kind: "updateRoom"
  readonly name: string | undefined
  readonly topic: string | undefined
  readonly visibility: "public" | "unlisted" | undefined
  /** 0: for as long as the server keeps them. */
  readonly keepDays?: number | undefined
}

interface UpdatedRoom {
  readonly room: Room
  readonly isUnchanged: boolean
}

interface DeleteRoom {
  readonly kind: "deleteRoom"
  readonly roomId: RoomId
  readonly userId: UserId
  readonly at: number
}

interface DeletedRoom {
  /** Whoever deleted it asks again. */
  readonly isUnchanged: boolean
}

const updateRoom: Rule<UpdateRoom, UpdatedRoom> = {
  needs: needsOfPlace,
  writes: always,
  apply: (set, command) => {
    const actor = memberAt(set, command)
    if (actor instanceof ChatError) return actor
    const { room } = actor
    const before = room.room
    const { name = before.name, topic = before.topic, visibility = before.visibility } = command
    const keepDays = (command.keepDays ?? before.keepDays) || undefined
    if (before.visibility === "direct") return notAllowed(room, "A direct room is called by its people.")
    if (roleOf(actor, command) === "member") return notAllowed(room, "Only moderators may change the room.")
    if (visibility !== before.visibility) {
      if (actor.role !== "owner") return notAllowed(room, "Only an owner may change who finds the room.")
      if (before.visibility === "private") return notAllowed(room, "A private room stays private.")
    }
    if (keepDays !== before.keepDays && actor.role !== "owner")
      return notAllowed(room, "Only an owner may change how long the room keeps messages.")
    const after = { ...withoutKeeping(before), name, topic, visibility, ...(keepDays !== undefined && { keepDays }) }
    if (isSame(before, after)) return { room: before, isUnchanged: true }
    room.room = after
    changeAccess(set, room)
    return { room: room.room, isUnchanged: false }
  },
}

/** Whoever deleted it may repeat the request. For everybody else it never existed. */
const deleteRoom: Rule<DeleteRoom, DeletedRoom> = {
  needs: (command) => ({ ...needsOfPlace(command), isAlone: true }),
  writes: always,
  apply: (set, command) => {
    if (set.deleterOf(command.roomId) === command.userId) return { isUnchanged: true }
    const actor = memberAt(set, command)
    if (actor instanceof ChatError) return actor
    const { room, role } = actor
    if (room.room.visibility === "direct") return notAllowed(room, "A direct room is not deleted: leave it for good.")
    if (role !== "owner") return notAllowed(room, "Only an owner may delete the room.")
    set.deleteRoom(room, command.userId, command.at)
    return { isUnchanged: false }
  },
}

export const rules = { updateRoom, deleteRoom }

function withoutKeeping({ keepDays: _, ...rest }: Room): Room {
  return rest
}

function isSame(one: Room, other: Room): boolean {
  const told = ({ name, topic, visibility, keepDays }: Room) => JSON.stringify([name, topic, visibility, keepDays])
  return told(one) === told(other)
}
