/** Who belongs to a room, here or not. */

import { limits } from "../contract/limits.ts"
import type { requests } from "../contract/members.ts"
import { timeOf } from "../contract/moment.ts"
import { searchable } from "../contract/searchable.ts"
import { type NamePlace, readNameCursor, writeNameCursor } from "./cursor.ts"
import type { Handlers } from "./request.ts"
import type { ListedMember } from "./rules/found.ts"

export const handlers: Handlers<keyof typeof requests> = {
  list_members: {
    isRead: true,
    pageBytes: () => limits.pageBytesMax,
    run: (chat, { session, request }, settle) => {
      const { roomId, userId, query, cursor, limit } = request
      session.actAs(userId)
      const after = cursor === undefined ? undefined : readNameCursor(cursor)
      const isPublicOnly = !session.isKnown && session.rooms.get(roomId) !== userId
      chat.ask({ kind: "listMembers", roomId, userId, isPublicOnly }, settle, (all) => {
        const { members, found, next } = pageByName(all, { query, after, limit })
        const listed = members.map(({ pk, joinedAt, ...member }) => ({
          ...member,
          isHere: chat.presence.isHere(roomId, member.userId),
          isOnline: chat.online.has(member.userId),
          joinedAt: timeOf(joinedAt),
        }))
        const online = found.reduce((count, member) => count + (chat.online.has(member.userId) ? 1 : 0), 0)
        const counts = { total: found.length, online }
        const answer = { ok: true as const, members: listed, ...counts, ...(next && { cursor: writeNameCursor(next) }) }
        return { effects: [], answer, pageBytes: all.length * memberBytes }
      })
    },
  },
}

/** The work of looking at one member, as roughly the bytes of a page that would be as much work. */
const memberBytes = 50

interface Wanted {
  readonly query: string | undefined
  readonly after: NamePlace | undefined
  readonly limit: number
}

interface Named {
  readonly key: string
  readonly member: ListedMember
}

/** Ordered by name, ignoring case and accents; the same names are ordered by id. */
export function pageByName(all: readonly ListedMember[], { query, after, limit }: Wanted) {
  const wanted = query === undefined ? "" : searchable(query)
  const found = all
    .map((member): Named => ({ key: searchable(member.username), member }))
    .filter(({ key }) => key.includes(wanted))
    .sort(byName)
    .map(({ member }) => member)
  const start = after === undefined ? 0 : startBehind(found, after)
  const members = found.slice(start, start + limit)
  const last = members.at(-1)
  const isEnd = last === undefined || start + limit >= found.length
  return { members, found, next: isEnd ? undefined : { pk: last.pk, rank: start + members.length } }
}

/** The last member of the page before may be gone or renamed: then the count says where it ended. */
function startBehind(found: readonly ListedMember[], { pk, rank }: NamePlace): number {
  const index = found.findIndex((member) => member.pk === pk)
  return index === -1 ? Math.max(0, rank - 1) : index + 1
}

function byName(a: Named, b: Named): number {
  return compare(a.key, b.key) || compare(a.member.userId, b.member.userId)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
