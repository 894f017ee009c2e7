import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { CompiledOnce } from "../../src/store/sqlite/compiled-once.ts"

const joined = "SELECT one.pk FROM one JOIN other ON one.x = other.x WHERE"
const lookedAt = {
  "=": [`${joined} one.a = $value AND other.a = 5`, `${joined} one.a = ? AND other.a = 5`],
  IS: [`${joined} one.a IS $value AND other.a = 5`],
  LIMIT: ["SELECT pk FROM one WHERE x > 5 ORDER BY b LIMIT $value"],
} as const

for (const [where, statements] of Object.entries(lookedAt)) {
  for (const sql of statements) {
    test(`a statement is compiled once, whatever is bound behind ${where}: ${sql}`, () => {
      expect(plansOf(new Database(":memory:", { strict: true }), sql).size).toBe(2)
      expect(plansOf(new CompiledOnce(":memory:", { strict: true }), sql).size).toBe(1)
    })
  }
}

test("a plus in front of a value changes nothing of it", () => {
  using db = new CompiledOnce(":memory:", { strict: true })
  db.run("CREATE TABLE one (text TEXT, number INTEGER, bytes BLOB) STRICT")
  const row = { text: "007", number: Number.MIN_SAFE_INTEGER, bytes: new Uint8Array([0, 255]) }
  db.query("INSERT INTO one VALUES ('', 0, x'')").run()
  db.query("UPDATE one SET text = $text, number = $number, bytes = $bytes").run(row)
  const sql = "SELECT * FROM one WHERE text = $text AND number = $number AND bytes = $bytes LIMIT $limit"
  expect(db.query(sql).get({ ...row, limit: 1 })).toEqual(row)
})

/** How it would be run, for values that the planner would tell apart. */
function plansOf(db: Database, sql: string): Set<string> {
  db.run("CREATE TABLE one (pk INTEGER PRIMARY KEY, a, b, x UNIQUE)")
  db.run("CREATE TABLE other (pk INTEGER PRIMARY KEY, a, x UNIQUE)")
  db.run("CREATE INDEX one_b ON one (b)")
  const statement = db.query<{ detail: string }, [{ value: number }] | [number]>(`EXPLAIN QUERY PLAN ${sql}`)
  const plans = [0, 5].map((value) => {
    const rows = sql.includes("$value") ? statement.all({ value }) : statement.all(value)
    return rows.map(({ detail }) => detail).join("; ")
  })
  db.close()
  return new Set(plans)
}
