/**
 * The store on PostgreSQL: one queue, one writer, one call per batch. The rules decide what
 * a batch does; the transaction writes it beside other servers.
 *
 * Nothing is kept from batch to batch, since other servers write the same rows. Pages are
 * read after their batch is committed, each as of its own place in it.
 */
import type { Query } from "../../chat/rules/queries.ts"
import { Numbered, Reading, type Ruled } from "../../chat/rules/rule.ts"
import {
  type AnyOutcome,
  apply,
  type Command,
  type Kind,
  needsOf,
  type Outcomes,
  writes,
} from "../../chat/rules/rules.ts"
import type { Needs } from "../../chat/rules/working-set.ts"
import type { ChatStore, Counts } from "../../chat/store.ts"
import { ChatError } from "../../contract/errors.ts"
import { limits } from "../../contract/limits.ts"
import type { Batch } from "../batch.ts"
import { GroupCommit, type GroupCommitOptions } from "../group-commit.ts"
import { readAnyway } from "../read-anyway.ts"
import { type Connection, PostgresFailure, sqlState } from "./connection.ts"
import { hashesInUse, looseFiles } from "./files.ts"
import { isUnseen, listBanned, listMembers, roomsOf } from "./members.ts"
import { readChanged, readPage } from "./messages.ts"
import { outdated } from "./migrate.ts"
import { readOwnRooms, readStandings } from "./my-rooms.ts"
import { readOwnData } from "./own-data.ts"
import { oldRooms, removeOld } from "./retention.ts"
import { isPurgeDue, listRooms } from "./rooms.ts"
import { newShard, readCounts, readServedAt } from "./totals.ts"
import { type Moved, type TransactionOptions, Transactions } from "./transaction.ts"
import { listUsers } from "./users.ts"

/** Pages in one batch: all are in memory until they are handed out. */
const pagesMax = Math.max(1, Math.floor(limits.pagesReadBytesMax / limits.pageBytesMax))

export interface PostgresStoreOptions extends Omit<GroupCommitOptions, "commit">, Pick<TransactionOptions, "onTime"> {
  readonly reader: Connection
  readonly writer: Connection
  /** Called when the rest is closed. */
  readonly release?: () => Promise<void>
  /** Called when another version of Warren has changed the schema: the process has to end. */
  readonly onLost?: ((cause: unknown) => void) | undefined
}

/** The outcome of a command in its batch, and the `rev` of its room then. */
interface Decision {
  readonly ruled: Ruled<Outcomes[Kind]>
  readonly rev: number
}

export class PostgresStore implements ChatStore {
  readonly #options: PostgresStoreOptions
  readonly #transactions: Transactions
  readonly #queue: GroupCommit

  /** Takes connections to a database that `migrate` prepared, and closes them at the end. */
  constructor(options: PostgresStoreOptions) {
    const { reader, writer, address = () => "", meter, onTime } = options
    this.#options = options
    this.#transactions = new Transactions({ reader, writer, shard: newShard(), address, meter, onTime })
    this.#queue = new GroupCommit({ ...options, commit: (commands) => this.#commit(commands) })
    this.submit = this.#queue.submit
  }

  readonly submit: ChatStore["submit"]

  counts(): Promise<Counts> {
    return readCounts(this.#options.reader)
  }

  /** Reads the database's clock, and checks that the schema is still this version's. */
  async look(): Promise<void> {
    await this.#transactions.load({})
  }

  async close(): Promise<void> {
    await this.#queue.close()
    const { reader, writer, release } = this.#options
    await Promise.all([reader.close(), writer.close()])
    await release?.()
  }

  async #commit(commands: readonly Command[]): Promise<readonly AnyOutcome[]> {
    try {
      return await this.#transact(commands)
    } catch (cause) {
      if (cause instanceof PostgresFailure && cause.state === sqlState.otherVersion) {
        this.#options.onLost?.(outdated())
        throw cause
      }
      // If PostgreSQL did not answer, it cannot be read either.
      if (!(cause instanceof PostgresFailure) || cause.state === undefined) throw cause
      const readers = await this.#readers(commands)
      const outcomes = await readAnyway(
        commands,
        (one) => readers.has(one),
        (some) => this.#transact(some),
        cause,
      )
      if (outcomes === undefined) throw cause
      this.#options.onFailure(cause)
      return outcomes
    }
  }

  async #readers(commands: readonly Command[]): Promise<ReadonlySet<Command>> {
    const batch = await this.#transactions.load(allNeeds(commands))
    return new Set(commands.filter((command) => !writes(batch, command)))
  }

  async #transact(commands: readonly Command[]): Promise<readonly AnyOutcome[]> {
    const { decided, moved } = await this.#transactions.run(allNeeds(commands), (batch) => decide(batch, commands))
    return Promise.all(decided.map((decision) => this.#finish(decision, moved)))
  }

  async #finish({ ruled, rev }: Decision, moved: Moved): Promise<AnyOutcome> {
    if (ruled instanceof Numbered) return ruled.finish()
    if (!(ruled instanceof Reading)) return ruled
    try {
      return ruled.finish((await this.#read(ruled.query, rev, moved)) as never)
    } catch (cause) {
      // The other commands are written, whatever happens to this one.
      this.#options.onFailure(cause)
      return new ChatError("ERR_STORAGE", { cause })
    }
  }

  #read(query: Query, rev: number, moved: Moved) {
    const { reader, writer, address = () => "" } = this.#options
    switch (query.kind) {
      case "before":
      case "after":
      case "around":
      case "since":
        return readPage(reader, query, rev + moved(query.room), address())
      case "rooms":
        return listRooms(reader, query)
      case "members":
        return listMembers(reader, query.room)
      case "unseen":
        return isUnseen(reader, query.before)
      case "servedAt":
        return readServedAt(reader)
      case "purgeDue":
        return isPurgeDue(reader, query)
      case "banned":
        return listBanned(reader, query)
      case "users":
        return listUsers(reader, query)
      case "ownRooms":
        return readOwnRooms(reader, query)
      case "ownData":
        return readOwnData(reader, query)
      case "changed":
        return readChanged(reader, query)
      case "standings":
        return readStandings(reader, query)
      case "roomsOf":
        return roomsOf(reader, query.user)
      case "looseFiles":
        return looseFiles(reader, query)
      case "hashesInUse":
        return hashesInUse(reader, query)
      case "oldRooms":
        return oldRooms(reader, query)
      case "removeOld":
        return removeOld(writer, query)
      case "reclaim":
        // PostgreSQL does that by itself.
        return { hasMore: false }
    }
  }
}

/** As many as fit: pages beyond the bound are left to the next batch, so none holds everybody up for long. */
function decide(batch: Batch, commands: readonly Command[]): Decision[] {
  const decisions: Decision[] = []
  let pages = 0
  for (const command of commands) {
    // Its data was loaded before the other commands ran.
    const { heirs, onlyOnes, isAlone = heirs !== undefined || onlyOnes !== undefined } = needsOf(command)
    if (pages === pagesMax || (isAlone && decisions.length > 0)) break
    const ruled = apply(batch, command)
    const query = ruled instanceof Reading ? ruled.query : undefined
    if (query !== undefined) pages++
    decisions.push({ ruled, rev: query !== undefined && "room" in query ? query.room.rev : 0 })
    if (isAlone) break
  }
  return decisions
}

function allNeeds(commands: readonly Command[]): Required<Omit<Needs, "isAlone">> {
  const needs = commands.map(needsOf)
  return {
    rooms: distinct(needs.map(({ rooms }) => rooms)),
    users: distinct(needs.map(({ users }) => users)),
    messages: distinct(needs.map(({ messages }) => messages)),
    files: distinct(needs.map(({ files }) => files)),
    reactions: needs.flatMap(({ reactions }) => reactions ?? []),
    members: needs.flatMap(({ members = [] }) => members),
    roomsOf: distinct(needs.map(({ roomsOf }) => roomsOf)),
    heirs: needs.flatMap(({ heirs = [] }) => heirs),
    onlyOnes: needs.flatMap(({ onlyOnes = [] }) => onlyOnes),
  }
}

function distinct<Id>(lists: readonly (readonly Id[] | undefined)[]): Id[] {
  return [...new Set(lists.flatMap((ids) => ids ?? []))]
}
