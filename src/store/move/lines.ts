/**
 * All data as lines of JSON, one a thing: what docs/operating.md calls an export.
 *
 * A line is a row of schema.sql under the names of its columns, without those that are NULL.
 * The first says what the file is, the last how much it holds, so that a file that was cut
 * is noticed. Sessions and invitations stay behind: they are keys to this server alone.
 */
import type { Counts } from "../../chat/store.ts"
import { OperatorError, reasonOf } from "../../observe/operator-error.ts"
import type { Source, Target } from "./sides.ts"
import {
  allTables,
  keyOf,
  links,
  messages,
  namesOf,
  type Row,
  rooms,
  rowsAtOnce,
  sessions,
  type Table,
  users,
} from "./tables.ts"

const formatVersion = 1
const exported: readonly Table[] = allTables.filter((table) => table !== sessions && table !== links)
const byName: ReadonlyMap<unknown, Table> = new Map(exported.map((table) => [table.name, table]))

/** A message has at most 16 kB of content, each of which JSON may write as six bytes. */
const lineBytesMax = 1024 * 1024
const newline = 0x0a

interface LineOptions {
  readonly signal: AbortSignal
  readonly onProgress: (messages: number) => void
}

/** Lines are handed on many at a time. */
export async function* exportLines(
  source: Source,
  at: Date,
  { signal, onProgress }: LineOptions,
): AsyncGenerator<string> {
  yield `${JSON.stringify({ table: "warren", format: formatVersion, exported_at: at.toISOString() })}\n`
  const counts = { rooms: 0, messages: 0 }
  for (const table of exported) {
    const names = namesOf(table)
    for (let last = 0; ; ) {
      signal.throwIfAborted()
      const rows = await source.rows(table, last, rowsAtOnce)
      if (rows.length === 0) break
      yield rows.map((row) => lineOf(table, names, row)).join("")
      last = keyOf(rows.at(-1))
      if (table === rooms) counts.rooms += rows.length
      if (table !== messages) continue
      counts.messages += rows.length
      onProgress(counts.messages)
    }
  }
  yield `${JSON.stringify({ table: "end", ...counts })}\n`
}

function lineOf({ name }: Table, names: readonly string[], row: Row): string {
  const entries = names.flatMap((column, index) => (row[index] === null ? [] : [[column, row[index]]]))
  return `${JSON.stringify({ table: name, ...Object.fromEntries(entries) })}\n`
}

/**
 * As texts. Throws an OperatorError that names the line: of one that is no UTF-8, and of one that is longer than there may
 * be, of which no more is read than tells so.
 */
export async function* linesIn(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let line = 0
  const textOf = (bytes: Uint8Array): string => {
    line++
    if (bytes.length > lineBytesMax) throw mistakeAt(line, "is longer than anything that Warren keeps")
    try {
      return decoder.decode(bytes).replace(/\r$/, "")
    } catch {
      throw line === 1 ? foreign() : mistakeAt(line, "is not in UTF-8")
    }
  }
  let rest: Uint8Array = new Uint8Array()
  for await (const bytes of input) {
    rest = Buffer.concat([rest, bytes])
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      yield textOf(rest.subarray(0, end))
      rest = rest.subarray(end + 1)
    }
    if (rest.length > lineBytesMax) textOf(rest)
  }
  if (rest.length > 0) yield textOf(rest)
}

function foreign(): OperatorError {
  return new OperatorError(
    'This is no export of Warren: its first line must be {"table":"warren",…}. "warren help import" says how to import what another chat has exported.',
  )
}

/** Writes into a target that was begun. Throws an OperatorError that names the line. */
export async function importLines(target: Target, lines: AsyncIterable<string>, options: LineOptions): Promise<Counts> {
  const reader = new LineReader(target, options)
  for await (const line of lines) {
    if (line !== "") await reader.take(line)
    else reader.skip()
  }
  return reader.finish()
}

class LineReader {
  readonly #target: Target
  readonly #options: LineOptions
  readonly #rooms = new Set<unknown>()
  readonly #users = new Set<unknown>()
  readonly #cleared = new Set<Table>()
  readonly #counts = { rooms: 0, messages: 0 }
  #line = 0
  #table: Table | undefined
  #rows: Row[] = []
  #isOver = false

  constructor(target: Target, options: LineOptions) {
    this.#target = target
    this.#options = options
  }

  skip(): void {
    this.#line++
  }

  async take(line: string): Promise<void> {
    this.#line++
    const { table: name, ...thing } = this.#parse(line)
    if (this.#line === 1) return this.#begin(name, thing["format"])
    if (this.#isOver) throw this.#mistake("comes after the end")
    if (name === "end") return this.#end(thing)
    const table = byName.get(name)
    if (table === undefined) throw this.#mistake(`is of no table that is known, ${JSON.stringify(name)}`)
    if (table !== this.#table || this.#rows.length === rowsAtOnce) await this.#write()
    this.#table = table
    this.#rows.push(this.#rowOf(table, thing))
  }

  finish(): Counts {
    if (!this.#isOver) throw new OperatorError("The file has no end, so it was cut: export it again.")
    return this.#counts
  }

  #parse(line: string): Record<string, unknown> {
    try {
      const value: unknown = JSON.parse(line)
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value }
    } catch {
      // Reported below.
    }
    // A zip, for one.
    throw this.#line === 1 ? foreign() : this.#mistake("is no JSON object")
  }

  #begin(name: unknown, format: unknown): void {
    if (name !== "warren") throw foreign()
    if (format !== formatVersion)
      throw new OperatorError(
        `This export is of format ${format}, and this Warren knows ${formatVersion}: use the other version.`,
      )
  }

  #rowOf(table: Table, thing: Readonly<Record<string, unknown>>): Row {
    const unknown = Object.keys(thing).find((name) => !table.columns.some(([column]) => column === name))
    if (unknown !== undefined) throw this.#mistake(`has a field that no ${table.name} has, ${JSON.stringify(unknown)}`)
    const row = table.columns.map(([name, kind]) => this.#valueOf(thing[name], name, kind))
    if (table === rooms) this.#rooms.add(row[0])
    if (table === users) this.#users.add(row[0])
    if (table === messages) {
      if (!this.#rooms.has(thing["room"])) throw this.#mistake("is of a room that is not before it")
      if (!this.#users.has(thing["author"])) throw this.#mistake("is of an author who is not before it")
    }
    return row
  }

  #valueOf(value: unknown, name: string, kind: "integer" | "text" | "uuid"): string | number | null {
    if (value === undefined || value === null) return null
    const wanted = mistakeIn(value, name, kind)
    if (wanted === undefined) return value as string | number
    throw this.#mistake(`has ${/^[aeiou]/.test(name) ? "an" : "a"} ${name} that is no ${wanted}`)
  }

  async #write(): Promise<void> {
    this.#options.signal.throwIfAborted()
    const [table, rows] = [this.#table, this.#rows]
    if (table === undefined || rows.length === 0) return
    this.#rows = []
    try {
      // A new database may contain a first row.
      if (!this.#cleared.has(table)) await this.#target.clear(table)
      this.#cleared.add(table)
      await this.#target.write(table, rows)
    } catch (cause) {
      if (cause instanceof OperatorError) throw cause
      const where = `Lines ${this.#line - rows.length} to ${this.#line - 1}`
      throw new OperatorError(`${where} cannot be stored: ${reasonOf(cause)}.`, { cause })
    }
    if (table === rooms) this.#counts.rooms += rows.length
    if (table !== messages) return
    this.#counts.messages += rows.length
    this.#options.onProgress(this.#counts.messages)
  }

  async #end({ rooms, messages }: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#write()
    this.#isOver = true
    if (rooms === this.#counts.rooms && messages === this.#counts.messages) return
    const found = `${this.#counts.rooms} rooms and ${this.#counts.messages} messages`
    throw this.#mistake(`says that there are ${rooms} rooms and ${messages} messages, and there are ${found}`)
  }

  #mistake(what: string): OperatorError {
    return mistakeAt(this.#line, what)
  }
}

function mistakeAt(line: number, what: string): OperatorError {
  return new OperatorError(`Line ${line} ${what}; nothing was imported.`)
}

const jsonColumns: ReadonlySet<string> = new Set(["extra", "files", "hidden_for", "due_rooms"])
const dateMaxMs = 8.64e15

/** What the value should be, if it is wrong: an invalid date or JSON would otherwise fail when the room is read. */
function mistakeIn(value: unknown, name: string, kind: "integer" | "text" | "uuid"): string | undefined {
  if (kind === "integer") {
    if (!Number.isSafeInteger(value)) return "whole number"
    const isDate = Number(value) >= 0 && Number(value) <= dateMaxMs
    return name.endsWith("_at") && !isDate ? "moment in milliseconds" : undefined
  }
  if (typeof value !== "string") return "text"
  if (kind === "uuid") return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value) ? undefined : "UUID"
  return jsonColumns.has(name) && !isJson(value) ? "JSON" : undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
