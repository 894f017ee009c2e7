import { expect, test } from "bun:test"
import { pickUsers, rules } from "../../src/chat/rules/users.ts"
import type { WorkingSet } from "../../src/chat/rules/working-set.ts"
import { limits } from "../../src/contract/limits.ts"
import { openDatabase } from "../../src/store/sqlite/store.ts"
import { usersQuery } from "../../src/store/sqlite/users.ts"
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
  const steps = plan(usersQuery)
  expect(steps).toContain("SEARCH u USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")
  expect(steps.filter((step) => step.startsWith("SCAN") && step !== "SCAN theirs")).toEqual([])
  expect(steps.filter((step) => step.includes("TEMP B-TREE"))).toEqual([])

  for (const name of ["ann", "bob"]) db.run("INSERT INTO users VALUES (NULL, ?, ?, NULL, 0, 0)", [name, name])
  const account =
    "INSERT INTO accounts (id, login, login_key, username, role, is_active, created_at) VALUES (?1, ?1, ?1, ?1, 'member', ?2, 0)"
  for (const [id, isActive] of [["ann", 1] as const, ["bob", 0] as const]) db.run(account, [id, isActive])
  const rows = db.query<{ userId: string }, Record<string, number | null>>(usersQuery)
  expect(rows.all({ from: 1, to: 9, limit: 9, sharedWith: null }).map(({ userId }) => userId)).toEqual(["ann"])
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
  // As many as a page holds, and nobody behind them who was asked for.
  const { users, next } = pickUsers(found, { query: "zoe", limit: 1, looked: 6 })
  expect([users.map(({ pk }) => pk), next]).toEqual([[5], undefined])
})

test.each([
  [undefined, false, 50],
  ["zoe", false, limits.usersSearchedMax],
  [undefined, true, 200],
  ["zoe", true, 200],
] as const)("[USER1] a page of those who are asked for by %p, shared: %p, looks at %p", (query, isShared, most) => {
  const me = { pk: 1, id: user("ann"), username: "ann", avatar: null, updatedAt: 0 }
  const command = { kind: "listUsers", userId: me.id, query, after: 0, limit: 50, isShared } as const
  const ruled = rules.listUsers.apply({ user: () => me } as unknown as WorkingSet, command)
  // And at one more, which says whether there is more.
  expect(ruled).toMatchObject({ query: { kind: "users", limit: most + 1, sharedWith: isShared ? me : undefined } })
})
