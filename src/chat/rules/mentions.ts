/**
 * Whom a message mentions: members that it names, the whole room, and the author of the
 * message it answers. The client says all of it; a text alone mentions nobody.
 */
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { UserId } from "../../contract/values.ts"
import { outranks } from "./access.ts"
import type { MemberRecord, MessageExtra, MessageRecord, Needs, Place, RoomRecord, WorkingSet } from "./working-set.ts"

/** The mentions of a request; what is left out stays as it is. */
interface Mentioning {
  readonly mentions?: readonly UserId[] | undefined
  readonly mentionsRoom?: boolean | undefined
}

/** What is known of the asker. */
export interface Rights {
  /** With `AUTH=open`, roles do not count. */
  readonly isKnown: boolean
  readonly isAdmin: boolean
}

export const noRights: Rights = { isKnown: false, isAdmin: false }

type Mentions = Pick<MessageExtra, "mentions" | "mentionsRoom">

/** And of whoever asks. */
export function needsOfMentions(place: Place, { mentions = [] }: Mentioning): Needs {
  const { roomId, userId } = place
  const users = [userId, ...mentions]
  return { rooms: [roomId], users, members: users.map((one) => ({ roomId, userId: one })) }
}

/** Replaces `before`. Non-members are left out. ERR_FORBIDDEN for the whole room without the right to it. */
export function mentionsAfter(
  set: WorkingSet,
  room: RoomRecord,
  {
    userId,
    before = {},
    ...asked
  }: Mentioning & Rights & { readonly userId: UserId; readonly before?: Mentions | undefined },
): Mentions | ChatError {
  const { mentions, mentionsRoom } = asked
  if (mentionsRoom === true && before.mentionsRoom !== true && !mayMentionRoom(set, room, userId, asked)) {
    const message = `Only moderators mention a room of more than ${limits.mentionsRoomMembersMax} members.`
    return new ChatError("ERR_FORBIDDEN", { message, details: { field: "mentionsRoom" } })
  }
  const named = mentions === undefined ? before.mentions : membersAmong(set, room, mentions)
  const isWhole = mentionsRoom ?? before.mentionsRoom
  return { ...(named?.length && { mentions: named }), ...(isWhole && { mentionsRoom: true }) }
}

export function areSameMentions(one: Mentions, other: Mentions): boolean {
  return `${one.mentions ?? ""}` === `${other.mentions ?? ""}` && one.mentionsRoom === other.mentionsRoom
}

/** Whom the message concerns, except its author; `null` is everybody in the room. Nobody once it is deleted. */
export function mentionedBy({ author, extra = {} }: Pick<MessageRecord, "author" | "extra">): (UserId | null)[] {
  const { mentions = [], mentionsRoom, original, deletedAt } = extra
  if (deletedAt !== undefined) return []
  const users = new Set([...mentions, ...(original ? [original.author.id] : [])])
  users.delete(author.id)
  return [...users, ...(mentionsRoom ? [null] : [])]
}

/** The owner and the moderators, and administrators who are members. */
export function isModerator(member: MemberRecord | undefined, { isKnown, isAdmin }: Rights): boolean {
  return isKnown && member !== undefined && (isAdmin || outranks(member.role, "member"))
}

function mayMentionRoom(set: WorkingSet, room: RoomRecord, userId: UserId, rights: Rights): boolean {
  if (room.members <= limits.mentionsRoomMembersMax) return true
  const user = set.user(userId)
  return isModerator(user && set.member(room, user), rights)
}

function membersAmong(set: WorkingSet, room: RoomRecord, userIds: readonly UserId[]): UserId[] {
  return [...new Set(userIds)].filter((userId) => {
    const user = set.user(userId)
    return user !== undefined && set.member(room, user) !== undefined
  })
}
