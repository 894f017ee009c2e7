/**
 * A batch as one transaction, correct with any number of servers that write.
 *
 * The records that its rules need are loaded without a lock, the rules decide, and one call
 * writes the changes, so no room is locked while a server thinks, waits or hangs. Under the
 * locks of that call PostgreSQL compares: numbers that other servers have taken in a room
 * move the batch's numbers up; any other difference from what was loaded fails the call,
 * and the batch is loaded and decided again. So a rule needs no second version in SQL, and
 * what it decided by is true when it is written.
 */
import type { MessageRecord, Needs, Original, RoomRecord, UserRecord } from "../../chat/rules/working-set.ts"
import { limits } from "../../contract/limits.ts"
import type { MessageId, RoomId, UserId } from "../../contract/values.ts"
import type { StoreMeter } from "../../observe/store-meter.ts"
import { Batch, type Loader } from "../batch.ts"
import { extraOfRow, type FileRow, fileRecordOf, filesIn, originalOfRow, roomOfRow } from "../rows.ts"
import { type BanChange, deletedRoom, expiredAtOnce, hasFileChanges, isEmpty, purgedAtOnce } from "../unwritten.ts"
import { type Connection, PostgresFailure, sqlState } from "./connection.ts"
import { filesJson } from "./files.ts"
import { banJson, changedMemberJson, newMemberJson, type PlaceRow, readingJson, toMember } from "./members.ts"
import { changedMessageJson, type MessageRow, mentionsJson, newMessageJson, type OriginalOfRow } from "./messages.ts"
import { nameEpoch, otherVersion, schemaVersion } from "./migrate.ts"
import { lastOfEach, type ReactionRow, reactionJson, reactionsIn, reactionWanted } from "./reactions.ts"
import { changedRoomJson, deletedRoomJson, type LoadedRoomRow, newRoomJson, type RoomState } from "./rooms.ts"
import { changedUserJson, newUserJson, toUser, type UserRow } from "./users.ts"

/** Each failure is the success of another server in the same millisecond, on the same id or user. */
const attemptsMax = 10

const repeatable: readonly string[] = [sqlState.uniqueViolation, sqlState.serializationFailure, sqlState.deadlock]

interface LoadedRows {
  /** Of the schema. */
  readonly version: number
  /** By the clock of the database, in milliseconds since the epoch. */
  readonly now: number
  readonly epoch: string
  readonly isSameTimeline: boolean
  readonly rooms: readonly LoadedRoomRow[] | null
  readonly users: readonly UserRow[] | null
  readonly messages: readonly MessageRow[] | null
  readonly files: readonly FileRow[] | null
  readonly originals: readonly OriginalOfRow[] | null
  readonly reactions: readonly ReactionRow[] | null
  readonly places: readonly PlaceRow[] | null
  readonly heirs: readonly HeirRow[] | null
  readonly counts: readonly Pick<PlaceRow, "user_id" | "rooms">[] | null
}

interface HeirRow {
  readonly room_id: RoomId
  readonly user_id: UserId
  readonly heir_id: UserId | null
}

/** A working set, and the state in which its records were loaded. */
interface Loaded {
  readonly batch: Batch
  readonly rooms: ReadonlyMap<RoomId, LoadedRoomRow>
  readonly users: ReadonlyMap<UserId, number>
  readonly messages: readonly MessageRow[]
  /** How many rooms each user is in, where that was asked for. */
  readonly roomsOf: ReadonlyMap<UserId, number>
}

export interface TransactionOptions {
  readonly reader: Connection
  readonly writer: Connection
  /** The row of the counters that this server adds to. */
  readonly shard: number
  /** Where clients reach the servers. */
  readonly address: () => string
  readonly meter?: StoreMeter | undefined
  /** Called with the database's time, and the times before and after it was asked. */
  readonly onTime?: ((epochMs: number, asked: Asked) => void) | undefined
}

/** Milliseconds of a clock that does not step back. */
interface Asked {
  readonly fromMs: number
  readonly toMs: number
}

/** By how much a room's numbers moved up when the batch was written. */
export type Moved = (room: RoomRecord) => number

export class Transactions {
  readonly #options: TransactionOptions

  constructor(options: TransactionOptions) {
    this.#options = options
  }

  /**
   * `decide` may be called several times, each time with a new working set; the changes of the last one were written.
   */
  async run<T>(needs: Needs, decide: (batch: Batch) => T): Promise<{ readonly decided: T; readonly moved: Moved }> {
    for (let attempt = 1; ; attempt++) {
      try {
        const loaded = await this.#load(needs)
        const decided = decide(loaded.batch)
        return { decided, moved: await this.#write(loaded) }
      } catch (cause) {
        if (attempt === attemptsMax || !isRepeatable(cause)) throw cause
      }
    }
  }

  /** A working set from which nothing is written. */
  async load(needs: Needs): Promise<Batch> {
    return (await this.#load(needs)).batch
  }

  async #load(needs: Needs): Promise<Loaded> {
    const { reader, address, onTime } = this.#options
    const none = { rooms: [], users: [], messages: [], files: [], members: [], heirs: [], onlyOnes: [], roomsOf: [] }
    const reactions = (needs.reactions ?? []).map(reactionWanted)
    const wanted = JSON.stringify({ ...none, ...needs, reactions })
    for (;;) {
      const fromMs = performance.now()
      const [row] = await reader.run<{ loaded: LoadedRows }>("SELECT warren_load($1::text::jsonb) AS loaded", [wanted])
      if (row !== undefined) onTime?.(row.loaded.now, { fromMs, toMs: performance.now() })
      if (row !== undefined && row.loaded.version !== schemaVersion) throw otherVersion()
      if (row?.loaded.isSameTimeline) return workingSet(row.loaded, address)
      await nameEpoch(reader)
    }
  }

  async #write({ batch, rooms, users, messages: seen, roomsOf }: Loaded): Promise<Moved> {
    const changes = batch.take()
    if (isEmpty(changes)) return () => 0
    const messages = [...changes.newMessages.values()]
    const changed = [...changes.changedMessages.values()]
    const newIds = new Set(messages.map(({ id }) => id))
    const isNew = (id: MessageId) => newIds.has(id)
    const json = JSON.stringify({
      version: schemaVersion,
      epoch: batch.epoch,
      shard: this.#options.shard,
      probedAt: changes.probedAt ?? null,
      membersMax: limits.membersPerRoomMax,
      roomsMax: limits.roomsPerUserMax,
      newRooms: changes.newRooms.map(newRoomJson),
      newUsers: changes.newUsers.map(newUserJson),
      users: [...changes.changedUsers].map((user) => changedUserJson(user, known(users, user.id))),
      messages: messages.map((message) => newMessageJson(message, isNew)),
      seen: seen.map(({ id, rev }) => ({ id, rev })),
      changed: changed.map(changedMessageJson),
      reactions: lastOfEach(changes.reactions.all).map(reactionJson),
      mentions: [...changes.mentions.values()].map(mentionsJson),
      deleted: changes.deleted,
      files: hasFileChanges(changes.files) ? filesJson(changes.files) : null,
      removedMembers: [...changes.removedMembers].map(({ pk }) => ({ pk })),
      newMembers: [...changes.newMembers].map((member) => newMemberJson(member, roomsOf.get(member.user.id))),
      members: [...changes.changedMembers].map(changedMemberJson),
      bans: lastBans(changes.bans).map(banJson),
      deletedRooms: changes.deletedRooms.map(deletedRoomJson),
      expire: changes.expireBefore === undefined ? null : { before: changes.expireBefore, members: expiredAtOnce },
      purge: changes.purgeAt === undefined ? null : { at: changes.purgeAt, messages: purgedAtOnce },
      readings: [...changes.readings].map(readingJson),
      notifies: [...changes.notifies].map(({ pk, notify }) => ({ pk, notify })),
      rooms: [...changes.changedRooms].map((room) => changedRoomJson(room, known(rooms, room.room.id))),
    })
    const startedMs = performance.now()
    const [row] = await this.#options.writer.run<{ before: readonly RoomState[] }>(
      "SELECT warren_write($1::text::jsonb) AS before",
      [json],
    )
    this.#options.meter?.commit(performance.now() - startedMs)
    const old = [...changed, ...changes.passedMessages.filter(({ id }) => !isNew(id))]
    const fresh = [...messages, ...changes.passedMessages.filter(({ id }) => isNew(id))]
    return move({ fresh, old }, rooms, row?.before ?? [])
  }
}

function isRepeatable(cause: unknown): boolean {
  return cause instanceof PostgresFailure && cause.state !== undefined && repeatable.includes(cause.state)
}

function workingSet({ epoch, ...rows }: LoadedRows, address: () => string): Loaded {
  const rooms = new Map(rows.rooms?.map((row) => [row.id, row]))
  const users = new Map(rows.users?.map((row) => [row.id, row]))
  const messages = new Map(rows.messages?.map((row) => [row.id, row]))
  const files = new Map(rows.files?.map((row) => [row.id, row]))
  const originals = new Map(rows.originals?.map((row) => [`${row.room} ${row.seq}`, row]))
  const roomIds = new Map(rows.rooms?.map(({ pk, id }) => [pk, id]))
  const userIds = new Map(rows.users?.map(({ pk, id }) => [pk, id]))
  const roomsOf = countsIn(rows)
  const loader: Loader = {
    room: (id) => mapped(present(rooms.get(id)), (row) => roomOfRow(id, row)),
    deleterOf: (id) => rooms.get(id)?.deleted_by ?? undefined,
    onlyOne: (onlyOne) => rows.rooms?.find((row) => row.only_one === onlyOne)?.id,
    user: (id) => mapped(users.get(id), toUser),
    ...placesIn(rows),
    roomsOf: ({ id }) => roomsOf.get(id) ?? 0,
    message: (id) => mapped(messages.get(id), record),
    file: (id) => mapped(files.get(id), fileRecordOf),
    ...reactionsIn(rows.reactions ?? []),
  }
  const batch: Batch = new Batch(epoch, loader, address)
  const userOf = (key: number) => mapped(userIds.get(key), (userId) => batch.user(userId))
  const originalOf = ({ room, reply_to }: MessageRow): Original | undefined => {
    const row = originals.get(`${room} ${reply_to}`)
    const author = row && userOf(row.author)
    return row && author && originalOfRow({ ...row, user_id: author.id, username: author.username })
  }
  const record = (row: MessageRow): MessageRecord | undefined => {
    const { pk, room, author, id, seq, rev, type, content, created_at } = row
    const owner = mapped(roomIds.get(room), (roomId) => batch.room(roomId) ?? deletedRoom(roomId))
    const user = userOf(author)
    const held = filesIn(row.files)
    const extra = extraOfRow(row, () => originalOf(row))
    if (!owner || !user) return undefined
    const message = {
      pk,
      room: owner,
      author: user,
      id,
      seq: Math.abs(seq),
      rev,
      type,
      content,
      createdAt: created_at,
      extra,
    }
    return held ? { ...message, files: held } : message
  }
  const updatedAt = new Map(rows.users?.map(({ id, updated_at }) => [id, updated_at]))
  return { batch, rooms, users: updatedAt, messages: rows.messages ?? [], roomsOf }
}

type OfPlaces = Pick<Loader, "member" | "isBanned" | "heirOf">

function placesIn({ places, heirs }: Pick<LoadedRows, "places" | "heirs">): OfPlaces {
  const byPlace = new Map(places?.map((row) => [placeKey(row.room_id, row.user_id), row]))
  const heirIds = new Map(heirs?.map((row) => [placeKey(row.room_id, row.user_id), row.heir_id ?? undefined]))
  const at = (room: RoomRecord, user: UserRecord) => byPlace.get(placeKey(room.room.id, user.id))
  return {
    member: (room, user) => mapped(at(room, user)?.member ?? undefined, (row) => toMember(row, room, user)),
    isBanned: (room, user) => at(room, user)?.is_banned === true,
    heirOf: (room, user) => heirIds.get(placeKey(room.room.id, user.id)),
  }
}

function countsIn({ places, counts }: Pick<LoadedRows, "places" | "counts">): ReadonlyMap<UserId, number> {
  const counted = [...(places ?? []), ...(counts ?? [])]
  // Not given for a place where they are a member already.
  return new Map(counted.flatMap(({ user_id, rooms }) => (rooms === null ? [] : [[user_id, rooms] as const])))
}

/** The last change for each user in each room. */
function lastBans(bans: readonly BanChange[]): BanChange[] {
  return [...new Map(bans.map((ban) => [placeKey(ban.room.room.id, ban.user.id), ban])).values()]
}

function present(row: LoadedRoomRow | undefined): LoadedRoomRow | undefined {
  return row?.deleted_at === null ? row : undefined
}

/** A room's id contains no space. */
function placeKey(roomId: RoomId, userId: UserId): string {
  return `${roomId} ${userId}`
}

/** The messages as they were written, now that the state of their rooms is known. */
function move(
  messages: { readonly fresh: readonly MessageRecord[]; readonly old: readonly MessageRecord[] },
  loaded: ReadonlyMap<RoomId, RoomState>,
  before: readonly RoomState[],
): Moved {
  const moves = new Map(
    before.map(({ id, rev, last_at }) => {
      const then = known(loaded, id)
      return [id, { by: rev - then.rev, earliest: last_at > then.last_at ? last_at : -Infinity }]
    }),
  )
  for (const message of messages.old) message.rev += known(moves, message.room.room.id).by
  for (const message of messages.fresh) {
    // Nobody else has added to a new room.
    const { by, earliest } = moves.get(message.room.room.id) ?? { by: 0, earliest: -Infinity }
    message.seq += by
    message.rev += by
    message.createdAt = Math.max(message.createdAt, earliest)
  }
  return ({ room }) => moves.get(room.id)?.by ?? 0
}

function mapped<T, U>(value: T | undefined, map: (value: T) => U): U | undefined {
  return value === undefined ? undefined : map(value)
}

/** A record that was changed was loaded before, and a room whose message was changed is one of those that were written. */
function known<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key)
  if (value === undefined) throw new Error(`${key} was changed, and never loaded`)
  return value
}
