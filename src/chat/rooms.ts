/** Creating, entering, leaving and finding rooms. */
import { ChatError } from "../contract/errors.ts"
import type { Request } from "../contract/events.ts"
import { limits } from "../contract/limits.ts"
import type { HistoryInfo } from "../contract/messages.ts"
import type { requests } from "../contract/rooms.ts"
import type { RoomId } from "../contract/values.ts"
import { readListCursor, writeListCursor } from "./cursor.ts"
import { deed } from "./deeds.ts"
import { type Effect, type Outcome, tellSession } from "./effects.ts"
import { exit, putOutEverywhere } from "./leaving.ts"
import { inPlace, nameFrom } from "./newcomers.ts"
import { becameMember, membershipChanged, renamed } from "./personal.ts"
import type { Asked, ChatParts, Handlers } from "./request.ts"
import { entered } from "./room-told.ts"
import type { Page } from "./rules/found.ts"
import { pageSeenBy } from "./rules/message-view.ts"
import type { Joined } from "./rules/rooms.ts"
import { checkKnown, checkMember, type Session } from "./session.ts"

export const handlers: Handlers<keyof typeof requests> = {
  create_room: {
    run: (chat, { session, request, at, nowMs, quota }, settle) => {
      const { name, visibility, topic, requestId, userId } = request
      session.actAs(userId)
      if (visibility === "private") checkKnown(session)
      quota?.checkNewRoom(nowMs)
      const id = chat.newRoomId()
      const creator = { userId, username: session.username ?? nameFrom(userId), isKnown: session.isKnown }
      chat.ask({ kind: "createRoom", id, name, visibility, topic, requestId, creator, at }, settle, (room) => {
        becameMember(chat, userId, room.id as RoomId)
        return { effects: [tellSession(session.id, "room_created", [room])], answer: { ok: true as const, room } }
      })
    },
  },
  join_room: {
    pageBytes: ({ pageSizes }, { roomId }) => pageSizes.expected(roomId, limits.historyPageDefault),
    run: (chat, asked, settle) => {
      const { session, request, at, nowMs, quota } = asked
      session.actAs(request.userId)
      if (!session.rooms.has(request.roomId)) quota?.checkRooms(session.rooms.size)
      const { roomId, userId, username, avatar, since, epoch } = request
      const place = quota?.placeForUser(nowMs)
      const { isKnown, isAdmin, keepsProfile } = session
      const user = { userId, username, avatar, keepsProfile, isKnown, isAdmin, newUserWaitMs: place?.waitMs ?? 0 }
      inPlace(place, settle, (settled, found) =>
        chat.ask({ kind: "join", roomId, ...user, since, epoch, at }, settled, (joined) => {
          found.isNew = joined.isNewUser
          if (joined.isRenamed) renamed(chat, { userId, ...joined.profile })
          if (joined.isNewMember) becameMember(chat, userId, roomId)
          const { effects, ...rest } = enter(chat, asked, joined)
          return { ...rest, effects: [...effects, ...deedOf(joined, request)] }
        }),
      )
    },
  },
  leave_room: {
    run: (chat, { session, request }, settle) => {
      const { roomId, userId, forGood } = request
      if (session.rooms.has(roomId)) checkMember(session, request)
      else session.actAs(userId)
      const leave = () => (session.rooms.has(roomId) ? exit(chat, session, roomId, "leave") : [])
      if (!forGood || isSharedName(chat, session, request)) return settle({ effects: leave(), answer: { ok: true } })
      chat.ask({ kind: "leaveForGood", roomId, userId }, settle, ({ accessRev, heirId }) => {
        if (heirId !== undefined) membershipChanged(chat, heirId, roomId)
        const effects = [...leave(), ...putOutEverywhere(chat, { roomId, userId, accessRev }, "leave")]
        return { effects, answer: { ok: true as const } }
      })
    },
  },
  get_room: {
    isRead: true,
    run: (chat, { session, request }, settle) => {
      const { roomId, userId } = request
      session.actAs(userId)
      // Administrators have to enter to see it, and are seen.
      chat.ask({ kind: "getRoom", roomId, userId, isAdmin: false }, settle, (room) => ({
        effects: [],
        answer: { ok: true as const, room },
      }))
    },
  },
  list_rooms: {
    isRead: true,
    pageBytes: (_, { query, limit }) => listBytes(query, limit),
    run: (chat, { request }, settle) => {
      const { cursor, ...wanted } = request
      const after = cursor === undefined ? undefined : readListCursor(cursor)
      if (!chat.listsRooms) throw new ChatError("ERR_FORBIDDEN", { message: "This server does not list its rooms." })
      chat.ask({ kind: "listRooms", after, ...wanted }, settle, (page) => {
        const rooms = page.rooms.map((room) => ({
          ...room,
          memberCount: room.memberCount ?? chat.presence.memberCount(room.id),
        }))
        const next = page.next && writeListCursor(page.next)
        const answer = { ok: true as const, rooms, ...(next && { cursor: next }) }
        return { effects: [], answer, pageBytes: listBytes(wanted.query, rooms.length) }
      })
    },
  },
}

/** With `AUTH=open`, one socket must not end what others of the same name have. */
function isSharedName(chat: ChatParts, session: Session, { roomId, userId }: Request<"leave_room">): boolean {
  if (session.isKnown) return false
  const others = [...chat.presence.sessionsOf(roomId, userId)].filter((id) => id !== session.id)
  return others.length > 0 || session.rooms.get(roomId) !== userId
}

/** Roughly the size of one room in a list. */
const listedRoomBytes = 256

/** Searching takes as long as writing a whole page. */
function listBytes(query: string | undefined, rooms: number): number {
  return query === undefined ? rooms * listedRoomBytes : limits.pageBytesMax
}

function enter(chat: ChatParts, asked: Asked<"join_room">, joined: Joined): Outcome<"join_room"> {
  const { room, page } = joined
  const { session, request } = asked
  const { roomId, userId } = request
  const isAll = !page.hasMore && (request.since === undefined || page.reset === true)
  chat.pageSizes.learn(roomId, page.messages.length, page.bytes, isAll)
  const effects = [...leaveAsAnother(chat, session, request), ...arrive(chat, asked, joined)]
  const { rev, epoch, hasMore } = page
  const members = chat.presence.members(roomId, userId)
  const memberCount = chat.presence.memberCount(roomId)
  return {
    effects,
    answer: { ok: true, roomId, room, rev, epoch, hasMore, members, memberCount },
    pageBytes: page.bytes,
  }
}

/** An administrator who enters by right is seen in the room, and is in the log. */
function deedOf({ isByRight }: Joined, place: Request<"join_room">): Effect[] {
  const { roomId, userId } = place
  return isByRight ? [deed("entered room {room} as an administrator", { roomId, userId })] : []
}

function leaveAsAnother(chat: ChatParts, session: Session, { roomId, userId }: Request<"join_room">): Effect[] {
  const before = session.rooms.get(roomId)
  return before === undefined || before === userId ? [] : exit(chat, session, roomId, "leave")
}

function arrive(chat: ChatParts, asked: Asked<"join_room">, { profile, page, accessRev }: Joined): Effect[] {
  const { session, request } = asked
  const { roomId, userId } = request
  session.bind(roomId, userId, accessRev)
  chat.online.look(session, chat.inboxes.heardBy(session))
  chat.sessions.set(session.id, session)
  const place = { roomId, userId, sessionId: session.id }
  chat.neighbours.entered(place, profile)
  return [
    { kind: "enter", sessionId: session.id, audience: { kind: "room", roomId } },
    tellSession(session.id, "history", history(asked, page)),
    ...entered(chat, place, profile),
  ]
}

/** The first version promises one argument only: in some languages a second one breaks the handler. */
function history(
  { request, isAcknowledged }: Asked<"join_room">,
  page: Page,
): [Page["messages"][number][], HistoryInfo?] {
  const { roomId, since, userId } = request
  const { rev, epoch, hasMore, reset } = page
  const messages = pageSeenBy(page, userId)
  if (since === undefined && !isAcknowledged) return [messages]
  const named = since === undefined ? {} : { since }
  return [messages, { roomId, ...named, rev, epoch, hasMore, ...(reset && { reset: true as const }) }]
}
