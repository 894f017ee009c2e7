import { expect, test } from "bun:test"
import { pickUsers } from "../../src/chat/rules/users.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { roomIdsQuery, usersQuery } from "../../src/store/sqlite/users.ts"
import { user } from "../support/ids.ts"
import { inMemory, onSqlite } from "../support/stores.ts"
import { usersSuite } from "./users-suite.ts"

usersSuite("users in memory", inMemory)
usersSuite("users on SQLite", onSqlite)

test("[USER1] users are read from where a page begins, and an account that is deactivated is left out", () => {
  using db = openDatabase(":memory:")
  const plan = (sql: string) =>
    db
      .query<{ detail: string }, []>(`EXPLAIN QUERY PLAN ${sql.replace(/\$\w+/g, "1")}`)
      .all()
      .map(({ detail }) => detail)
  const steps = [...plan(usersQuery), ...plan(roomIdsQuery)]
  expect(steps).toContain("SEARCH u USING INTEGER PRIMARY KEY (rowid>?)")
  expect(steps.filter((step) => step.startsWith("SCAN") && step !== "SCAN theirs")).toEqual([])
  expect(steps.filter((step) => step.includes("TEMP B-TREE"))).toEqual([])

  for (const name of ["ann", "bob"]) db.run("INSERT INTO users VALUES (NULL, ?, ?, NULL, 0, 0)", [name, name])
  const account =
    "INSERT INTO accounts (id, login, login_key, username, role, is_active, created_at) VALUES (?1, ?1, ?1, ?1, 'member', ?2, 0)"
  for (const [id, isActive] of [["ann", 1] as const, ["bob", 0] as const]) db.run(account, [id, isActive])
  const rows = db.query<{ userId: string }, Record<string, number | null>>(usersQuery)
  expect(rows.all({ after: 0, limit: 9, sharedWith: null }).map(({ userId }) => userId)).toEqual(["ann"])
})

test("[USER1] a search ends where it has looked far enough, and goes on from there", () => {
  const found = Array.from({ length: 6 }, (_, index) => {
    return {
      pk: index + 1,
      userId: user(`u${index}`),
      username: index === 4 ? "Zoé" : "x",
      avatar: null,
      isShown: true,
    }
  })
  expect(pickUsers(found.slice(0, 4), { query: "zoe", limit: 5, looked: 3 })).toEqual({ users: [], next: 3 })
  const second = pickUsers(found.slice(3), { query: "zoe", limit: 5, looked: 3 })
  expect([second.users.map(({ pk }) => pk), second.next]).toEqual([[5], undefined])
})
