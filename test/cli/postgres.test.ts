/** A server whose data is in PostgreSQL, as its operator meets it. */
import { describe, expect, test } from "bun:test"
import { readConfig } from "../../src/config.ts"
import { TestClient } from "../support/client.ts"
import { describeWithPostgres } from "../support/postgres.ts"
import { runProcess, startProcess } from "../support/process.ts"
import { until } from "../support/until.ts"

describe("DATABASE_URL", () => {
  test("is a URL with a host and a database; a wrong one is told without its password", () => {
    for (const url of ["postgres://u:p@db/warren", "postgresql://db.example.com:6432/warren?sslmode=verify-full"])
      expect(readConfig({}, { DATABASE_URL: url }).databaseUrl).toBe(url)
    for (const url of [
      "mysql://u:hunter22@db/warren",
      "postgres://u:hunter22@db",
      "postgres://u:hunter22@db/",
      "hunter22",
    ])
      expect(() => readConfig({}, { DATABASE_URL: url })).toThrow(
        "DATABASE_URL is wrong: it must be a postgres:// URL with a host and a database, and with what is special in a password as %-codes. This would do: DATABASE_URL=postgres://warren:PASSWORD@127.0.0.1:5432/warren",
      )
  })

  test("REDIS_URL is refused, alone and beside it", () => {
    const given = (more: Record<string, string>) => () => readConfig({}, { REDIS_URL: "redis://r", ...more })
    expect(given({})).toThrow(
      "REDIS_URL needs DATABASE_URL as well, since several servers share their data in PostgreSQL",
    )
    expect(given({ DATABASE_URL: "postgres://db/warren" })).toThrow("REDIS_URL is for several servers, which this")
  })

  test("warren backup says what to use instead", async () => {
    const { stderr, status } = await runProcess(["backup", "warren.dump"], { DATABASE_URL: "postgres://u:p@db/warren" })
    expect(stderr).toBe(
      'DATABASE_URL is set, so the data is in PostgreSQL, which is backed up with: pg_dump --format=custom --file=warren.dump "$DATABASE_URL"\n',
    )
    expect(status).toBe(78)
  })
})

describeWithPostgres("a server on PostgreSQL", (postgres) => {
  test("[ROOM3] [NODE4] it names its database, serves, is ready, says while it cannot be reached, and is ready again", async () => {
    const DATABASE_URL = (await postgres().newDatabase()).replace("warren@", "warren:hunter22@")
    await using server = await startProcess({ DATABASE_URL, DATA_DIR: "/nowhere" })
    const place = `PostgreSQL at ${new URL(DATABASE_URL).host}${new URL(DATABASE_URL).pathname}`
    expect(server.summary).toMatchObject({ database: place, rooms: 1, messages: 0 })
    expect(JSON.stringify(server.summary)).not.toContain("hunter22")
    expect(server.summary).not.toHaveProperty("dataFile")

    await using client = new TestClient(server.url, ["websocket"])
    expect(await client.ask("list_rooms", {})).toMatchObject({ rooms: [{ name: "General" }] })
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)

    await postgres().stop("immediate")
    expect(await client.ask("list_rooms", {})).toMatchObject({ error: { code: "ERR_STORAGE" } })
    const unready = await fetch(`${server.url}/readyz`)
    expect([unready.status, await unready.json()]).toEqual([
      503,
      { status: "not ready", reasons: ["The store cannot write: ERR_POSTGRES_CONNECTION_REFUSED."] },
    ])
    await postgres().start()
    await until("it is ready again", async () => (await fetch(`${server.url}/readyz`)).status === 200)
    expect(await client.ask("list_rooms", {})).toMatchObject({ rooms: [{ name: "General" }] })
  })

  test("a second server on the same database is refused in one sentence; when the first is gone, also by kill, it may", async () => {
    const DATABASE_URL = await postgres().newDatabase()
    const first = await startProcess({ DATABASE_URL })
    const { stderr, status } = await runProcess([], { DATABASE_URL, PORT: "0" })
    expect(stderr).toMatch(
      /^Another Warren is using the database at 127\.0\.0\.1:\d+\/test_\d+: stop it, or give this one/,
    )
    expect(status).toBe(1)
    await first.stop("SIGKILL")
    await using second = await startProcess({ DATABASE_URL })
    expect(second.summary).toMatchObject({ rooms: 1 })
    expect(await second.stop()).toBe(0)
  })
})
