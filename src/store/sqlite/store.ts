/**
 * The store on bun:sqlite: one file, one writer, one transaction per batch. The rules
 * decide what a batch does; here it is loaded and written.
 *
 * Rooms and users are looked up once and kept, since the file belongs to this process
 * alone. A batch that fails drops everything kept, which is then read again.
 */
import type { Database } from "bun:sqlite"
import { realpathSync } from "node:fs"
import { dirname } from "node:path"
import { mineOf, unclearTo } from "../../chat/rules/message-view.ts"
import type { MessageQuery, PageFound } from "../../chat/rules/queries.ts"
import { Numbered, Reading } from "../../chat/rules/rule.ts"
import { type AnyOutcome, apply, type Command, writes } from "../../chat/rules/rules.ts"
import type { ChatStore, Counts } from "../../chat/store.ts"
import { minuteMs } from "../../contract/durations.ts"
import { limits } from "../../contract/limits.ts"
import type { RoomId, UserId } from "../../contract/values.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import { Batch, type Loader } from "../batch.ts"
import { GroupCommit, type GroupCommitOptions } from "../group-commit.ts"
import { readAnyway } from "../read-anyway.ts"
import { deletedRoom } from "../unwritten.ts"
import { CompiledOnce } from "./compiled-once.ts"
import { emptyLog } from "./empty-log.ts"
import { nameEpoch } from "./epoch.ts"
import { Erasing, takesBack } from "./erasing.ts"
import { fileSql } from "./files.ts"
import { type FreeBytes, spaceLeft } from "./free-disk.ts"
import { filesInPlace } from "./in-place.ts"
import { memberSql } from "./members.ts"
import { mentionSql } from "./mentions.ts"
import { messageSql } from "./messages.ts"
import { myRoomsSql } from "./my-rooms.ts"
import { ownDataSql } from "./own-data.ts"
import { reactionSql } from "./reactions.ts"
import { openTimeoutMs } from "./reader.ts"
import { retentionSql } from "./retention.ts"
import { roomSql } from "./rooms.ts"
import { checkVersion, createSchema, schemaVersion } from "./schema.ts"
import { SharedPage } from "./shared-page.ts"
import { SlowDisk } from "./slow-disk.ts"
import type { StartSyncThread } from "./sync-thread.ts"
import { totalsSql } from "./totals.ts"
import { Transactions } from "./transaction.ts"
import { userSql } from "./users.ts"

/** About 10 MB of rooms, users and members. When one more comes, all are dropped; small teams never reach it. */
const keptMaxDefault = 50_000

const eraseLookMs = minuteMs

/** A log that grew beyond this under a long read, such as a backup, is cut back afterwards. */
const logBytesKept = 16 * 1024 * 1024

/**
 * Cached pages of the file. A user in 500 rooms reads the ends of all of them: with SQLite's own 2 MB, each from the
 * file again.
 */
const cacheKibibytes = 8_192

export interface SqliteStoreOptions extends Omit<GroupCommitOptions, "commit"> {
  readonly release: () => void
  /** Called when everything is in the file itself, and nothing more is written to it. */
  readonly onFolded?: () => void
  /** As folder.ts tells it, unless told otherwise. */
  readonly freeBytes?: FreeBytes
  /** Rooms, users and members that are kept in memory. */
  readonly keptMax?: number
  /** Of a clock that does not step back. */
  readonly elapsedMs?: () => number
  /** Called when the disk did not keep what was committed: the process has to end. */
  readonly onLost?: (cause: unknown) => void
  /** While commits take this long, in milliseconds, other work does not wait for them. */
  readonly slowMs?: number
  readonly startSyncThread?: StartSyncThread
}

export class SqliteStore implements ChatStore {
  readonly #db: Database
  readonly #sql: ReturnType<typeof statements>
  readonly #batch: Batch
  readonly #transactions: Transactions
  readonly #disk: SlowDisk
  readonly #queue: GroupCommit
  readonly #onFailure: (cause: unknown) => void
  readonly #release: () => void
  readonly #onFolded: () => void
  readonly #keptMax: number
  readonly #erasing: Erasing
  readonly #page = new SharedPage()
  readonly #timer: ReturnType<typeof setInterval>

  /** Takes a database that `openDatabase` prepared, closes it at the end, and calls `release` after that. */
  constructor(
    db: Database,
    { release, onFolded = () => {}, onLost, freeBytes, keptMax = keptMaxDefault, ...options }: SqliteStoreOptions,
  ) {
    const { elapsedMs, slowMs, startSyncThread: start } = options
    this.#db = db
    this.#onFailure = options.onFailure
    this.#release = release
    this.#onFolded = onFolded
    this.#keptMax = keptMax
    const address = options.address ?? (() => "")
    const sql = statements(db, address)
    this.#sql = sql
    const beforeWriting = db.filename === ":memory:" ? () => {} : writable(db, freeBytes)
    this.#disk = new SlowDisk(db, { onLost: onLost ?? (() => {}), slowMs, elapsedMs, start })
    this.#transactions = new Transactions(db, beforeWriting, this.#disk, options.meter)
    const owners = {
      room: (room: RoomId) => batch.room(room) ?? deletedRoom(room),
      user: (user: UserId) => batch.user(user),
    }
    const loader: Loader = {
      room: (id) => sql.rooms.load(id),
      user: (id) => sql.users.load(id),
      message: (id) => sql.messages.load(id, owners),
      file: (id) => sql.files.load(id),
      hasReaction: (key) => sql.reactions.has(key),
      reactors: (message, emoji) => sql.reactions.reactors(message, emoji),
      member: (room, user) => sql.members.load(room, user),
      isBanned: (room, user) => sql.members.isBanned(room, user),
      onlyOne: (onlyOne) => {
        this.#write()
        return sql.rooms.onlyOne(onlyOne)
      },
      deleterOf: (id) => sql.rooms.deleterOf(id),
      heirOf: (room, user) => {
        this.#write()
        return sql.members.heirOf(room, user)
      },
      roomsOf: (user) => (user.pk > 0 ? sql.members.roomsOf(user) : 0),
    }
    const batch: Batch = new Batch(sql.totals.epoch(), loader, address)
    this.#batch = batch
    this.#queue = new GroupCommit({ ...options, commit: (commands) => this.#commit(commands) })
    this.submit = this.#queue.submit
    this.#erasing = new Erasing(db, elapsedMs ?? (() => performance.now()))
    this.#timer = setInterval(() => this.erase(), eraseLookMs)
    this.#timer.unref()
  }

  readonly submit: ChatStore["submit"]

  async counts(): Promise<Counts> {
    return this.#sql.totals.counts()
  }

  /** Erases what was deleted long enough ago. No transaction is open between two turns of the event loop. */
  erase(): void {
    try {
      this.#erasing.look()
    } catch (cause) {
      // It is tried again.
      this.#onFailure(cause)
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#queue.close()
    await this.#disk.close()
    try {
      if (emptyLog(this.#db)) this.#onFolded()
    } catch (cause) {
      // Nothing is lost, and it must not keep the server from stopping: the next start reads the log again.
      this.#onFailure(cause)
    }
    this.#db.close()
    this.#release()
  }

  /** Commands that read are answered even if nothing can be written. */
  async #commit(commands: readonly Command[]): Promise<readonly AnyOutcome[]> {
    try {
      return await this.#transact(commands)
    } catch (cause) {
      const isReader = (command: Command) => !writes(this.#batch, command)
      const outcomes = await readAnyway(commands, isReader, (readers) => this.#transact(readers), cause)
      if (outcomes === undefined) throw cause
      this.#onFailure(cause)
      return outcomes
    }
  }

  async #transact(commands: readonly Command[]): Promise<readonly AnyOutcome[]> {
    const toWrite = commands.some((command) => writes(this.#batch, command))
    try {
      return await this.#transactions.run(toWrite ? "write" : "read", () => {
        const outcomes = this.#apply(commands)
        this.#write()
        if (this.#batch.size > this.#keptMax) this.#batch.forget()
        return outcomes
      })
    } catch (cause) {
      this.#batch.forget()
      throw cause
    }
  }

  /** As many as fit: pages beyond a bound are left to the next batch, so none holds everybody up for long. */
  #apply(commands: readonly Command[]): AnyOutcome[] {
    const outcomes: AnyOutcome[] = []
    let pageBytes = 0
    this.#page.forget()
    for (const command of commands) {
      if (pageBytes > limits.pagesReadBytesMax) break
      const ruled = apply(this.#batch, command)
      if (ruled instanceof Numbered) outcomes.push(ruled.finish())
      else if (!(ruled instanceof Reading)) outcomes.push(ruled)
      else {
        const found = this.#read(ruled)
        outcomes.push(ruled.finish(found as never))
        if (typeof found === "object" && "bytes" in found && typeof found.bytes === "number") pageBytes += found.bytes
      }
    }
    this.#page.forget()
    return outcomes
  }

  #read({ query }: Reading<AnyOutcome>) {
    // Changes of the commands before it in this batch have to be found.
    this.#write()
    switch (query.kind) {
      case "before":
      case "after":
      case "around":
      case "since":
        return this.#seen(query, this.#page.of(query, this.#readPage))
      case "rooms":
        return this.#sql.rooms.list(query)
      case "looseFiles":
        return this.#sql.files.loose(query)
      case "hashesInUse":
        return this.#sql.files.inUse(query)
      case "members":
        return this.#sql.members.list(query.room)
      case "roomsOf":
        return this.#sql.members.rooms(query.user)
      case "oldRooms":
        return this.#sql.retention.oldRooms(query)
      case "removeOld":
        this.#erasing.replaced()
        this.#page.forget()
        return this.#sql.retention.removeOld(query)
      case "reclaim":
        return this.#sql.retention.reclaim()
      case "unseen":
        return this.#sql.members.isUnseen(query.before)
      case "servedAt":
        return this.#sql.totals.servedAt()
      case "purgeDue":
        return this.#sql.rooms.isPurgeDue()
      case "banned":
        return this.#sql.members.banned(query)
      case "users":
        return this.#sql.users.list(query)
      case "ownRooms":
        return this.#sql.myRooms.own(query)
      case "ownData":
        return this.#sql.ownData(query)
      case "changed":
        return this.#sql.messages.changed(query)
      case "standings":
        return this.#sql.myRooms.standings(query)
    }
  }

  readonly #readPage = (query: MessageQuery): PageFound => {
    const { messages } = this.#sql
    switch (query.kind) {
      case "before":
        return messages.before(query)
      case "after":
        return messages.after(query)
      case "around":
        return messages.around(query)
      case "since":
        return messages.since(query)
    }
  }

  #seen({ viewer }: MessageQuery, found: PageFound): PageFound {
    const { reactions } = this.#sql
    const unclear = unclearTo(viewer, found.messages)
    if (viewer === undefined || unclear.length === 0) return found
    return { ...found, ...mineOf(unclear.filter((key) => reactions.has({ ...key, userId: viewer }))) }
  }

  #write(): void {
    const { rooms, users, members, messages, reactions, mentions, files, totals } = this.#sql
    const changes = this.#batch.take()
    this.#page.wrote(changes)
    for (const room of changes.newRooms) rooms.insert(room)
    for (const user of changes.newUsers) users.insert(user)
    for (const user of changes.changedUsers) users.update(user)
    for (const member of changes.removedMembers) members.delete(member)
    for (const member of changes.newMembers) members.insert(member)
    for (const member of changes.changedMembers) members.update(member)
    for (const ban of changes.bans) members.setBanned(ban)
    for (const member of changes.readings.keys()) members.updateReading(member)
    for (const member of changes.notifies) members.updateNotify(member)
    for (const message of changes.newMessages.values()) messages.insert(message)
    for (const message of changes.changedMessages.values()) messages.update(message)
    if (takesBack(changes)) this.#erasing.replaced()
    for (const reaction of changes.reactions.all) reactions.change(reaction)
    for (const message of changes.mentions.values()) mentions.write(message)
    for (const id of changes.deleted) reactions.clear(id)
    files.write(changes.files)
    for (const room of changes.changedRooms) rooms.update(room, changes.changedAccess.has(room))
    for (const room of changes.deletedRooms) rooms.delete(room)
    totals.add(changes.newRooms.length, changes.newMessages.size)
    if (changes.purgeAt !== undefined) rooms.purge(changes.purgeAt)
    if (changes.expireBefore !== undefined) {
      members.expire(changes.expireBefore)
      this.#batch.forget()
    }
    totals.probe(changes.probedAt)
  }
}

/** Checks that the files are in place, and that there is space. */
function writable(db: Database, freeBytes: FreeBytes | undefined): () => void {
  const checks = [filesInPlace(db), spaceLeft(dirname(realpathSync(db.filename)), freeBytes)]
  return () => {
    for (const check of checks) check()
  }
}

/** All statements, by noun. The statements of a noun are prepared when one of them is first needed. */
function statements(db: Database, address: () => string) {
  return eachOnce({
    rooms: () => roomSql(db),
    users: () => userSql(db),
    members: () => memberSql(db),
    messages: () => messageSql(db, address),
    myRooms: () => myRoomsSql(db),
    reactions: () => reactionSql(db),
    mentions: () => mentionSql(db),
    files: () => fileSql(db),
    totals: () => totalsSql(db),
    retention: () => retentionSql(db),
    ownData: () => ownDataSql(db),
  })
}

type Made<Makers> = { readonly [Name in keyof Makers]: Makers[Name] extends () => infer One ? One : never }

/** Makes each value when it is first asked for, and keeps it. */
function eachOnce<Makers extends Record<string, () => unknown>>(makers: Makers): Made<Makers> {
  const made = {} as Made<Makers>
  for (const [name, make] of Object.entries(makers)) {
    Object.defineProperty(made, name, {
      configurable: true,
      get: () => {
        const value = make()
        Object.defineProperty(made, name, { value })
        return value
      },
    })
  }
  return made
}

/**
 * Opens the file with the settings that the store relies on: WAL, and every commit synced to disk. A file of another
 * version or program is refused before anything in it is changed. `isSame` tells whether the data is what was served
 * under its epoch.
 */
export function openDatabase(path: string, isSame: (epoch: string) => boolean = () => true): Database {
  const db = new CompiledOnce(path, { create: true, strict: true })
  try {
    db.run(`PRAGMA busy_timeout = ${openTimeoutMs}`)
    const version = checkVersion(db, path)
    if (version > 0 && version < schemaVersion) {
      throw new OperatorError(`${path} is of an older Warren, and another program keeps it: close that one.`)
    }
    // Before anything is written, even the journal mode: it is fixed with the first page.
    if (version === 0) db.run("PRAGMA auto_vacuum = INCREMENTAL")
    db.run("PRAGMA journal_mode = WAL")
    // Everything waits for the disk meanwhile, as long as it is fast: see slow-disk.ts.
    db.run("PRAGMA synchronous = FULL")
    // On macOS, a plain sync leaves the data in the drive's cache. Elsewhere this has no effect.
    db.run("PRAGMA fullfsync = ON")
    // Keys come from rows read in the same transaction, and rows that others refer to are never deleted: to check each
    // costs 2 µs.
    db.run("PRAGMA foreign_keys = OFF")
    db.run(`PRAGMA journal_size_limit = ${logBytesKept}`)
    db.run(`PRAGMA cache_size = -${cacheKibibytes}`)
    // Deleted data is overwritten, also in free pages.
    db.run("PRAGMA secure_delete = ON")
    if (version === 0) createSchema(db)
    // Writes of a killed server may be in the system's memory only, and a failed sync of its log is reported once only.
    // To copy them into the file and sync that is the only way to be sure.
    else db.run("PRAGMA wal_checkpoint(PASSIVE)")
    nameEpoch(db, isSame)
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}
