import { test } from "bun:test"
import { inMemory, onSqlite } from "../support/stores.ts"
import { expectAlike } from "./any-life.ts"

test("whatever is asked, SQLite answers as memory does", () => expectAlike({ one: inMemory, other: onSqlite }), 600_000)
