/** One's own rooms, how far one has read in each, and which of them may notify. */
import type { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { MyRoom, requests } from "../contract/my-rooms.ts"
import type { RoomId } from "../contract/values.ts"
import { readCursor, writeCursor } from "./cursor.ts"
import { type Outcome, tellUser } from "./effects.ts"
import { inPlace, nameFrom } from "./newcomers.ts"
import { hasRead, lookAgain } from "./personal.ts"
import type { Asked, ChatParts, Handlers } from "./request.ts"
import type { OwnRoom } from "./rules/found.ts"
import { type MyRooms, myRoomOf } from "./rules/my-rooms.ts"
import type { Session } from "./session.ts"

export const handlers: Handlers<keyof typeof requests> = {
  my_rooms: {
    pageBytes: (_, { limit }) => Math.min(limits.pageBytesMax, limit * ownRoomBytes),
    run: (chat, asked, settle) => {
      const { session, request, at, nowMs, quota } = asked
      const { userId, cursor, limit } = request
      session.actAs(userId)
      const isFirst = cursor === undefined
      const after = cursor === undefined ? 0 : readCursor(cursor)
      const { username = nameFrom(userId) } = session
      const place = quota?.placeForUser(nowMs)
      let opened: () => ReadonlySet<RoomId> = () => new Set()
      const listed = (result: Outcome<"my_rooms"> | ChatError) => {
        for (const roomId of opened()) lookAgain(chat, userId, roomId)
        settle(result)
      }
      const user = { userId, username, avatar: null, newUserWaitMs: place?.waitMs ?? 0 }
      const list = {
        marks: chat.marks.of(userId),
        after,
        limit: isFirst ? limits.roomsPerUserMax : limit + 1,
        onlyOf: roomsShown(asked),
      }
      inPlace(place, listed, (settled, found) => {
        chat.ask({ kind: "myRooms", ...user, ...list, at }, settled, (own) => {
          found.isNew = own.isNewUser
          const effects = isFirst ? chat.inboxes.open(session, userId, own.rooms) : []
          if (isFirst) chat.online.look(session, userId)
          return { effects, ...withRole(answerOf(chat, own, limit), session) }
        })
        if (isFirst) opened = chat.inboxes.opening(userId)
      })
    },
  },
  mark_read: {
    run: (chat, { session, request }, settle) => {
      const { roomId, userId, seq } = request
      session.actAs(userId)
      const marked = chat.marks.of(userId).get(roomId) ?? 0
      chat.ask({ kind: "markRead", roomId, userId, seq, marked }, settle, ({ standing, isUnchanged }) => {
        const { readSeq, unread, mentions } = standing
        const effects = isUnchanged ? [] : hasRead(chat, userId, roomId, standing)
        return { effects, answer: { ok: true as const, readSeq, unread, mentions } }
      })
    },
  },
  set_notifications: {
    run: (chat, { session, request }, settle) => {
      const { roomId, userId, level } = request
      session.actAs(userId)
      chat.ask({ kind: "setNotifications", roomId, userId, level }, settle, ({ role, isUnchanged }) => {
        if (isUnchanged) return { effects: [], answer: { ok: true as const } }
        chat.neighbours.told({ kind: "membership", userId, roomId })
        const effects = [tellUser(userId, "membership_updated", [{ roomId, role, notify: level }])]
        return { effects, answer: { ok: true as const } }
      })
    },
  },
}

/** Writes how far people have read, when it is time. */
export function keepMarks(chat: ChatParts, nowMs: number): void {
  const marks = chat.marks.take(nowMs)
  if (marks.length === 0) return
  const settled = (result: true | ChatError) => chat.marks.taken(marks, result === true)
  try {
    chat.ask({ kind: "keepMarks", marks }, settled, (kept) => kept)
  } catch {
    // The queue is full: it is tried again.
    chat.marks.taken(marks, false)
  }
}

/** Writes all of it now. What fails is lost, as in a crash. */
export function keepAllMarks({ marks, ask }: ChatParts): Promise<void> {
  const kept = marks.all()
  if (kept.length === 0) return Promise.resolve()
  return new Promise((resolve) => {
    try {
      ask(
        { kind: "keepMarks", marks: kept },
        () => resolve(),
        (done) => done,
      )
    } catch {
      resolve()
    }
  })
}

/** Roughly the size of one room in the list. */
const ownRoomBytes = 1_024

/** With `AUTH=open`: of rooms that are not public, only those that this socket is in. */
function roomsShown({ session, request }: Asked<"my_rooms">): RoomId[] | undefined {
  if (session.isKnown) return undefined
  return [...session.rooms].filter(([, userId]) => userId === request.userId).map(([roomId]) => roomId)
}

type Page = Pick<Outcome<"my_rooms">, "answer" | "pageBytes">

/** Where people are identified, they learn their role on the server. */
function withRole({ answer, ...rest }: Page, { isKnown, isAdmin }: Session): Page {
  if (!isKnown) return { answer, ...rest }
  return { ...rest, answer: { ...answer, me: { ...answer.me, role: isAdmin ? "admin" : "member" } } }
}

function answerOf(chat: ChatParts, { me, rooms }: MyRooms, limit: number): Page {
  const { page, bytes } = takeRooms(chat, rooms.slice(0, limit))
  const last = rooms[page.length - 1]
  const isEnd = last === undefined || page.length === rooms.length
  const cursor = isEnd ? undefined : writeCursor(last.pk)
  return { answer: { ok: true, me, rooms: page, ...(cursor !== undefined && { cursor }) }, pageBytes: bytes }
}

/** As many as a page may hold, one at least. */
function takeRooms(
  { online }: ChatParts,
  rooms: readonly OwnRoom[],
): { readonly page: MyRoom[]; readonly bytes: number } {
  const page: MyRoom[] = []
  let bytes = 0
  for (const room of rooms) {
    const mine = myRoomOf(room, online)
    bytes += Buffer.byteLength(JSON.stringify(mine)) + 1
    if (page.length > 0 && bytes > limits.pageBytesMax) break
    page.push(mine)
  }
  return { page, bytes }
}
