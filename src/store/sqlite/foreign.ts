/** Reads databases of other programs, and sorts more than memory holds in a temporary file that the system removes. */
import { Database } from "bun:sqlite"
import { codeOf, isDiskFull, OperatorError } from "../../observe/operator-error.ts"
import { openReader } from "./reader.ts"

export interface ForeignDatabase extends Disposable {
  readonly rows: <Row>(query: string, values?: readonly (string | number)[]) => Iterable<Row>
  /** Empty where there is no such table. */
  readonly columns: (table: string) => ReadonlySet<string>
}

/** Opens it for reading. Throws an OperatorError. */
export function openForeign(path: string): ForeignDatabase {
  try {
    const db = openReader(path)
    try {
      db.run("PRAGMA query_only = ON")
      db.query("SELECT count(*) FROM sqlite_schema").get()
    } catch (cause) {
      db.close()
      throw cause
    }
    return {
      rows: <Row>(query: string, values: readonly (string | number)[] = []) =>
        readable(path, db.query<Row, (string | number)[]>(query).iterate(...values)),
      columns: (table) =>
        new Set(
          db
            .query<{ name: string }, [string]>("SELECT name FROM pragma_table_info(?)")
            .all(table)
            .map(({ name }) => name),
        ),
      [Symbol.dispose]: () => db.close(),
    }
  } catch (cause) {
    throw noDatabase(path, cause)
  }
}

/** The damage may come after intact rows. */
function* readable<Row>(path: string, rows: Iterable<Row>): Generator<Row> {
  try {
    yield* rows
  } catch (cause) {
    throw noDatabase(path, cause)
  }
}

function noDatabase(path: string, cause: unknown): OperatorError {
  return new OperatorError(`${path} is no database that can be read (${codeOf(cause) ?? cause}).`, { cause })
}

/** Items come out ordered by group and time; those of one moment in the order they came. */
export class Sorted implements Disposable {
  readonly #db = new Database("")
  readonly #insert
  #size = 0

  constructor() {
    this.#db.run("PRAGMA journal_mode = OFF")
    this.#db.run("CREATE TABLE lines (id INTEGER PRIMARY KEY, category INTEGER, at INTEGER, line TEXT)")
    this.#db.run("BEGIN")
    this.#insert = this.#db.prepare("INSERT INTO lines (category, at, line) VALUES (?, ?, ?)")
  }

  get size(): number {
    return this.#size
  }

  add(group: number, at: number, line: string): void {
    try {
      this.#insert.run(group, at, line)
    } catch (cause) {
      if (!isDiskFull(cause)) throw cause
      throw new OperatorError("The disk of temporary files is full: free some space, or set TMPDIR to another.", {
        cause,
      })
    }
    this.#size++
  }

  all(): Iterable<{ readonly category: number; readonly at: number; readonly line: string }> {
    return this.#db
      .query<{ category: number; at: number; line: string }, []>(
        "SELECT category, at, line FROM lines ORDER BY category, at, id",
      )
      .iterate()
  }

  [Symbol.dispose](): void {
    this.#insert.finalize()
    this.#db.close()
  }
}
