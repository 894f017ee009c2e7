/** What members do to other members: decided by the rules, and told at once. */

import type { requests } from "../contract/moderation.ts"
import { timeOf } from "../contract/moment.ts"
import type { UserId } from "../contract/values.ts"
import { readCursor, writeCursor } from "./cursor.ts"
import { deed } from "./deeds.ts"
import { putOutEverywhere } from "./leaving.ts"
import { becameMember, membershipChanged } from "./personal.ts"
import type { Handlers } from "./request.ts"
import type { Acting } from "./rules/roles.ts"
import { checkKnown, type Session } from "./session.ts"

const done = { effects: [], answer: { ok: true as const } }

export const handlers: Handlers<keyof typeof requests> = {
  add_member: {
    run: (chat, { session, request, at }, settle) => {
      const { roomId, targetId } = request
      chat.ask({ kind: "addMember", ...acting(session, request), targetId, at }, settle, () => {
        becameMember(chat, targetId, roomId)
        return done
      })
    },
  },
  set_role: {
    run: (chat, { session, request }, settle) => {
      const { roomId, targetId, role } = request
      chat.ask({ kind: "setRole", ...acting(session, request), targetId, role }, settle, ({ isUnchanged }) => {
        if (isUnchanged) return done
        membershipChanged(chat, targetId, roomId)
        const { userId } = request
        return {
          ...done,
          effects: [deed("made {targetId} {role} of room {room}", { userId, targetId, role, roomId })],
        }
      })
    },
  },
  remove_member: {
    run: (chat, { session, request, at }, settle) => {
      const { roomId, userId, targetId, ban } = request
      const command = { kind: "removeMember", ...acting(session, request), targetId, ban, at } as const
      chat.ask(command, settle, ({ isUnchanged, accessRev }) => {
        const what = `${ban ? "banned" : "removed"} {targetId} from room {room}`
        const told = isUnchanged ? [] : [deed(what, { userId, targetId, roomId })]
        // Also for somebody who was no longer a member: whoever asks again wants them out.
        const effects = [...told, ...putOutEverywhere(chat, { roomId, userId: targetId, accessRev }, "removed")]
        return { effects, answer: { ok: true as const } }
      })
    },
  },
  unban_member: {
    run: (chat, { session, request }, settle) => {
      const { roomId, userId, targetId } = request
      chat.ask({ kind: "unbanMember", ...acting(session, request), targetId }, settle, ({ isUnchanged }) => {
        if (isUnchanged) return done
        return { ...done, effects: [deed("let {targetId} back into room {room}", { userId, targetId, roomId })] }
      })
    },
  },
  list_banned: {
    isRead: true,
    pageBytes: (_, { limit }) => limit * userBytes,
    run: (chat, { session, request }, settle) => {
      const { cursor, limit } = request
      const after = cursor === undefined ? 0 : readCursor(cursor)
      // One more tells whether there are more.
      chat.ask({ kind: "listBanned", ...acting(session, request), after, limit: limit + 1 }, settle, (found) => {
        const page = found.slice(0, limit)
        const users = page.map(({ place, bannedAt, ...user }) => {
          return { ...user, bannedAt: timeOf(bannedAt) }
        })
        const last = found.length > limit ? page.at(-1) : undefined
        const answer = { ok: true as const, users, ...(last && { cursor: writeCursor(last.place) }) }
        return { effects: [], answer, pageBytes: users.length * userBytes }
      })
    },
  },
}

/** Roughly the size of one user in a list. */
const userBytes = 256

/** Throws ERR_FORBIDDEN with `AUTH=open`, and for another user's name. */
export function acting(session: Session, { roomId, userId }: Omit<Acting, "isAdmin"> & { userId: UserId }): Acting {
  session.actAs(userId)
  checkKnown(session)
  return { roomId, userId, isAdmin: session.isAdmin }
}
