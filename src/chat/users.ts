/** Finding people, and what each says of themselves. */
import { ChatError } from "../contract/errors.ts"
import type { Request } from "../contract/events.ts"
import type { requests } from "../contract/users.ts"
import { readCursor, writeCursor } from "./cursor.ts"
import { userChanged } from "./personal.ts"
import type { Handlers } from "./request.ts"
import type { Session } from "./session.ts"

export const handlers: Handlers<keyof typeof requests> = {
  list_users: {
    isRead: true,
    pageBytes: (_, { limit }) => limit * userBytes,
    run: (chat, { session, request }, settle) => {
      const { userId, query, cursor, limit } = request
      session.actAs(userId)
      const after = cursor === undefined ? 0 : readCursor(cursor)
      const isShared = !chat.listsUsers
      chat.ask({ kind: "listUsers", userId, query, after, limit, isShared }, settle, ({ users, next }) => {
        const listed = users.map(({ pk, ...user }) => ({ ...user, isOnline: chat.online.has(user.userId) }))
        const answer = { ok: true as const, users: listed, ...(next && { cursor: writeCursor(next) }) }
        return { effects: [], answer, pageBytes: listed.length * userBytes }
      })
    },
  },
  get_user: {
    isRead: true,
    run: (chat, { session, request }, settle) => {
      const { userId, targetId } = request
      session.actAs(userId)
      chat.ask({ kind: "getUser", userId, targetId, isShared: !chat.listsUsers }, settle, (member) => {
        const user = { ...member, isOnline: chat.online.has(targetId) }
        return { effects: [], answer: { ok: true as const, user } }
      })
    },
  },
  update_profile: {
    run: (chat, { session, request, at }, settle) => {
      const { userId, username, avatar } = request
      session.actAs(userId)
      checkOwn(session, request)
      chat.ask({ kind: "updateProfile", userId, username, avatar, at }, settle, ({ member, isUnchanged, roomIds }) => ({
        effects: isUnchanged ? [] : userChanged(chat, member, roomIds),
        answer: { ok: true as const },
      }))
    },
  },
}

/** Roughly the size of one user in a list. */
const userBytes = 256

/** Throws ERR_FORBIDDEN for a name or picture that contradicts the token. */
function checkOwn(session: Session, { username, avatar }: Request<"update_profile">): void {
  const { said } = session
  const isOther =
    (username !== undefined && said.username !== undefined && username !== said.username) ||
    (avatar !== undefined && said.avatar !== undefined && avatar !== said.avatar)
  if (isOther) throw new ChatError("ERR_FORBIDDEN", { message: "This connection's token says who you are." })
}
