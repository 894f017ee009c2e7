/** What happens to a PostgreSQL under a running server, and that the server goes on by itself afterwards. */
import { expect, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { RoomId } from "../../src/contract/values.ts"
import { codeOf, OperatorError } from "../../src/observe/operator-error.ts"
import { Connection } from "../../src/store/postgres/connection.ts"
import { migrate, nameEpoch } from "../../src/store/postgres/migrate.ts"
import { openPostgresStore } from "../../src/store/postgres/open.ts"
import { PostgresStore } from "../../src/store/postgres/store.ts"
import { founder, granted, joining, type OpenStore, roomWith, sending } from "../store/store-suite.ts"
import { describeWithPostgres } from "../support/postgres.ts"
import { Relay } from "../support/relay.ts"
import { until } from "../support/until.ts"

describeWithPostgres("faults of PostgreSQL", (server) => {
  test("[NODE4] connections that are killed while nothing runs cost nothing", async () => {
    await using open = await opened()
    const roomId = await roomWith(open, 1)
    for (const seq of [2, 3, 4]) {
      await server().terminateConnections()
      await until("they are gone", async () => (await connections()) === 0)
      expect((await granted(open, sending(roomId, "again"))).message.seq).toBe(seq)
    }
    expect(open.failures).toEqual([])
  })

  test("[NODE4] a crash is ERR_STORAGE for writes and reads while it lasts; then all goes on, with nothing lost", async () => {
    await using open = await opened()
    const roomId = await roomWith(open, 1)
    const acknowledged: string[] = []
    let isOver = false
    const writing = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (!isOver)
          await granted(open, sending(roomId, "x")).then(({ message }) => acknowledged.push(message.id), codeOf)
      }),
    )
    await until("some are written", () => acknowledged.length > 20)
    await server().stop("immediate")
    expect(await refusal(open, sending(roomId, "down"))).toBe("ERR_STORAGE")
    expect(await refusal(open, joining(roomId))).toBe("ERR_STORAGE")
    await expect(open.store.counts()).rejects.toThrow()
    await server().start()
    const before = acknowledged.length
    await until("more are written", () => acknowledged.length > before + 20)
    isOver = true
    await writing

    const stored = await server().query<{ id: string; seq: number }>(
      "SELECT id, seq::int FROM messages ORDER BY seq",
      open.url,
    )
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1))
    const ids = new Set(stored.map(({ id }) => id))
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
    expect((await open.store.counts()).messages).toBe(stored.length)
  })

  test("[NODE4] one that hangs is given up after the deadline, and is found again when it answers", async () => {
    await using calm = await opened()
    const roomId = await roomWith(calm, 1)
    await using open = await opened({ url: calm.url, deadlineMs: 10_000 })
    await granted(open, joining(roomId))
    server().signalAll("SIGSTOP")
    try {
      expect(await refusal(open, sending(roomId, "into a hole"))).toBe("ERR_STORAGE")
      expect(open.failures.map(codeOf)).toEqual(["POSTGRES_DEADLINE"])
    } finally {
      server().signalAll("SIGCONT")
    }
    await until("it is written again", async () => (await refusal(open, sending(roomId, "out of it"))) === undefined)
  })

  test("[NODE4] PostgreSQL gives up a little before whoever asks it, however long that waits", async () => {
    for (const deadlineMs of [10_000, 60_000]) {
      const connection = new Connection(server().url, { deadlineMs })
      const query =
        "SELECT setting::int AS ms FROM pg_settings WHERE name IN ('lock_timeout', 'statement_timeout') ORDER BY name"
      const rows = await connection.run<{ ms: number }>(query)
      await connection.close()
      expect(rows.map(({ ms }) => ms)).toEqual([0.8 * deadlineMs, 0.9 * deadlineMs])
    }
  })

  test("[NODE4] [SEND3] a commit whose answer was lost is found by its id", async () => {
    const lost = new URL(await server().newDatabase())
    const database = lost.href
    await using link = await Relay.to(server().port)
    lost.port = `${link.port}`
    await using open = await opened({ url: lost.href })
    const roomId = await roomWith(open, 1)
    const rival = new Bun.SQL(database, { max: 1 })
    await rival.unsafe("BEGIN; SELECT FROM rooms FOR UPDATE")
    const command = { ...sending(roomId, "lost"), chosen: true }
    const refused = refusal(open, command)
    await until("it waits for the room", async () => (await connections("wait_event_type = 'Lock'")) === 1)
    link.cut()
    expect(await refused).toBe("ERR_STORAGE")
    await rival.unsafe("COMMIT")
    await rival.close()
    const stored = async () => (await server().query("SELECT FROM messages", database)).length
    await until("it is committed", async () => (await stored()) === 2)
    const again = await granted(open, command)
    expect([again.duplicate, again.message.seq, again.message.content]).toEqual([true, 2, "lost"])
    expect((await granted(open, sending(roomId, "next"))).message.seq).toBe(3)
  })

  test("[NODE4] while it takes no writes, what reads is answered; afterwards the old connections are not kept", async () => {
    await using open = await opened()
    const roomId = await roomWith(open, 2)
    const name = new URL(open.url).pathname.slice(1)
    await server().query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`)
    await server().terminateConnections()
    await until("they are gone", async () => (await connections()) === 0)

    const [sent, page] = [refusal(open, sending(roomId, "no")), granted(open, joining(roomId))]
    expect(await sent).toBe("ERR_STORAGE")
    expect((await page).page.messages).toHaveLength(2)
    expect(open.failures.map(codeOf)).toEqual(["SQLSTATE_25006"])
    const started = openPostgresStore(open.url, { pendingMax: 1, onFailure: () => {} })
    await expect(started).rejects.toThrow(/takes no writes: .* what made it read-only/)

    await server().query(`ALTER DATABASE ${name} RESET default_transaction_read_only`)
    expect((await granted(open, sending(roomId, "yes"))).message.seq).toBe(3)
  })

  test("[NODE4] a connection to a server that became a standby is not kept", async () => {
    await using open = await opened()
    const roomId = await roomWith(open, 1)
    const reader = async () => {
      const [row] = await server().query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%warren_load%'
         AND application_name = 'warren' AND pid <> pg_backend_pid()`,
        open.url,
      )
      return row?.pid
    }
    const timeline = (told: string) =>
      server().query(
        `CREATE OR REPLACE FUNCTION warren_timeline() RETURNS text LANGUAGE plpgsql AS $$ BEGIN ${told}; END $$`,
        open.url,
      )
    const [before] = await server().query<{ timeline: string }>("SELECT timeline FROM warren", open.url)
    // As it says so itself.
    await timeline("RAISE EXCEPTION 'recovery is in progress' USING ERRCODE = '55000'")
    const old = await reader()
    expect(old).toBeGreaterThan(0)
    expect(await refusal(open, joining(roomId))).toBe("ERR_STORAGE")
    expect(open.failures.map(codeOf)).toEqual(["SQLSTATE_55000"])
    await until("it has ended", async () => (await reader()) !== old)
    await timeline(`RETURN '${before?.timeline}'`)
    expect((await granted(open, joining(roomId))).page.messages).toHaveLength(1)
  })

  test("[NODE4] out of connections it is ERR_STORAGE until there are some again, and a start says what to raise", async () => {
    const named = new URL(await server().newDatabase())
    const owner = `few_${named.pathname.slice(1)}`
    await server().query(`CREATE ROLE ${owner} LOGIN`)
    await server().query(`ALTER DATABASE ${named.pathname.slice(1)} OWNER TO ${owner}`)
    await server().query(`ALTER SCHEMA public OWNER TO ${owner}`, named.href)
    named.username = owner
    const url = named.href
    await using open = await opened({ url })
    const roomId = await roomWith(open, 1)

    await server().query(`ALTER ROLE ${owner} CONNECTION LIMIT 0`)
    await server().terminateConnections()
    await until("they are gone", async () => (await connections()) === 0)
    expect(await refusal(open, sending(roomId, "no"))).toBe("ERR_STORAGE")
    expect(await refusal(open, joining(roomId))).toBe("ERR_STORAGE")
    expect(open.failures.map(codeOf)).toEqual(["SQLSTATE_53300", "SQLSTATE_53300"])
    const started = openPostgresStore(url, { pendingMax: 1, onFailure: () => {} })
    await expect(started).rejects.toThrow(/takes no more connections: raise max_connections/)

    await server().query(`ALTER ROLE ${owner} CONNECTION LIMIT -1`)
    expect((await granted(open, sending(roomId, "yes"))).message.seq).toBe(2)
  })

  test("[NODE4] a batch that another server undid is decided again, though not for ever, and no other", async () => {
    await using open = await opened()
    const roomId = await roomWith(open, 0)
    /** What comes of a message whose first writes fail so, and how often it was tried to write it. */
    const after = async (failures: number, state: string) => {
      // A sequence goes on, whatever is undone.
      await server().query(
        `DROP SEQUENCE IF EXISTS attempts; CREATE SEQUENCE attempts;
        CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('attempts') <= ${failures} THEN RAISE EXCEPTION 'not now' USING ERRCODE = '${state}'; END IF;
          RETURN new;
        END $$;
        CREATE OR REPLACE TRIGGER failing BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION fail()`,
        open.url,
      )
      const refused = await refusal(open, sending(roomId, "x"))
      const [row] = await server().query<{ attempts: number }>(
        "SELECT last_value::int AS attempts FROM attempts",
        open.url,
      )
      return [refused, row?.attempts]
    }
    for (const state of ["23505", "40001", "40P01"]) expect(await after(2, state)).toEqual([undefined, 3])
    expect(open.failures).toEqual([])
    expect(await after(1, "22012")).toEqual(["ERR_STORAGE", 1])
    expect(await after(1_000, "40001")).toEqual(["ERR_STORAGE", 10])
    expect(open.failures.map(codeOf)).toEqual(["SQLSTATE_22012", "SQLSTATE_40001"])
  })

  test("[NODE4] what alone cannot be read is ERR_STORAGE alone: what came with it is written, and told", async () => {
    await using open = await opened()
    const roomId = await roomWith(open, 1)
    // Nothing else looks there.
    await server().query("ALTER TABLE accounts RENAME TO elsewhere", open.url)
    const listing = { kind: "listUsers", userId: founder.userId, isShared: false } as const
    const [users, sent] = await Promise.all([
      refusal(open, { ...listing, query: undefined, after: 0, limit: 10 }),
      granted(open, sending(roomId, "beside it")),
    ])
    expect([users, sent.message.seq, open.failures.map(codeOf)]).toEqual(["ERR_STORAGE", 2, ["SQLSTATE_42P01"]])
  })

  test("[HIST7] [NODE4] after a failover the data has another epoch, for a server that ran on and for a new one", async () => {
    await using open = await opened()
    const roomId = await roomWith(open, 3)
    const since = (epoch: string) => granted(open, { kind: "pageSince", roomId, epoch, since: 3, limit: 10 })
    const { epoch } = (await granted(open, joining(roomId))).page
    expect((await since(epoch)).reset).toBe(false)

    await server().stop()
    writeFileSync(join(server().dataFolder, "standby.signal"), "")
    await server().start()
    expect(await refusal(open, sending(roomId, "to a standby"))).toBe("ERR_STORAGE")
    await server().query("SELECT pg_promote()")

    await until("it is written again", async () => (await refusal(open, sending(roomId, "yes"))) === undefined)
    const page = await since(epoch)
    expect([page.reset, page.epoch === epoch]).toEqual([true, false])
    await using other = await opened({ url: open.url })
    expect((await granted(other, joining(roomId as RoomId))).page.epoch).toBe(page.epoch)
  })

  test("[NODE4] a server that lost its lock takes it again, and tells while somebody else has it", async () => {
    const url = await server().newDatabase()
    const failures: unknown[] = []
    const options = { pendingMax: 1, onFailure: (cause: unknown) => failures.push(cause), isAlone: true }
    const store = await openPostgresStore(url, options)
    const [first] = await holders(url)
    await end(first?.pid)
    await until("it has the lock again", async () => {
      const [holder] = await holders(url)
      return holder !== undefined && holder.pid !== first?.pid
    })
    expect(failures).toEqual([])

    const [second] = await holders(url)
    const rival = new Bun.SQL(url, { max: 1 })
    // It waits for the lock already, so nobody else is faster.
    const taken = rival.unsafe(`SELECT pg_advisory_lock(${second?.objid})`).execute()
    const isWaiting = "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_advisory_lock%' AND wait_event_type = 'Lock'"
    await until("the rival waits", async () => (await server().query(isWaiting)).length === 1)
    await end(second?.pid)
    await taken
    await until("it tells", () => failures.length > 0)
    expect(failures[0]).toMatchObject({
      code: "POSTGRES_TAKEN",
      message: expect.stringMatching(/^Another Warren uses the database at 127.0.0.1:/),
    })
    const [, ...others] = await holders(url)
    expect(others).toEqual([])
    await rival.close()
    await until("it has the lock again", async () => (await holders(url)).length === 1)
    await store.close()
    expect(await holders(url)).toEqual([])
  })

  test("[NODE4] a server that lost its lock may not come back to others that it may not be beside", async () => {
    const url = await server().newDatabase()
    const [lost, met]: [unknown[], (readonly string[])[]] = [[], []]
    const refusal = new OperatorError("They are unlike this one.")
    const peers = {
      settings: () => "one",
      meet: (others: readonly string[]) => {
        met.push(others)
        return others.includes("other") ? refusal : undefined
      },
    }
    const options = { pendingMax: 1, onFailure: () => {}, isAlone: false }
    const one = await openPostgresStore(url, { ...options, peers, onLost: (cause) => lost.push(cause) })
    const other = await openPostgresStore(url, {
      ...options,
      peers: { settings: () => "other", meet: () => undefined },
    })
    // Who was there first stays.
    await until("they met more than once", () => met.filter(([other]) => other === "other").length > 1)
    expect(lost).toEqual([])
    const [row] = await server().query<{ pid: number }>("SELECT pid FROM servers WHERE settings = 'one'", url)
    await end(row?.pid)
    await until("it is told so", () => lost.length > 0)
    expect(lost[0]).toBe(refusal)
    // Who was closed looks no more, and comes not back.
    await other.close()
    const before = met.length
    await until("it looked a few times", () => met.length > before + 2)
    expect(met.slice(-2)).toEqual([[], []])
    await one.close()
  })

  test("a start waits for a server that is just being stopped", async () => {
    const url = await server().newDatabase()
    const options = { pendingMax: 1, onFailure: () => {}, isAlone: true }
    const before = await openPostgresStore(url, options)
    const starting = openPostgresStore(url, options)
    const asked =
      "SELECT FROM pg_stat_activity WHERE query LIKE '%pg_try_advisory_lock%' AND datname = current_database()"
    await until(
      "it was refused once",
      async () => (await server().query(`${asked} AND state = 'idle'`, url)).length === 2,
    )
    await before.close()
    await (await starting).close()
  })

  test("a server that may not take the lock leaves no connection behind", async () => {
    const url = await server().newDatabase()
    await server().query(
      "REVOKE EXECUTE ON FUNCTION pg_try_advisory_lock(bigint) FROM PUBLIC; CREATE ROLE lockless LOGIN",
      url,
    )
    const options = { pendingMax: 1, onFailure: () => {}, isAlone: true }
    await expect(openPostgresStore(url.replace("warren@", "lockless@"), options)).rejects.toThrow(/may not make or use/)
    await until("its connections have ended", async () => (await connections("usename = 'lockless'")) === 0)
  })

  test("a server that stops while it looks at the others does not connect again", async () => {
    const direct = await server().newDatabase()
    await using link = await Relay.to(server().port)
    const far = new URL(direct)
    far.port = `${link.port}`
    let met = 0
    const meet = () => {
      met++
      return undefined
    }
    const options = { pendingMax: 1, onFailure: () => {}, isAlone: false, peers: { settings: () => "one", meet } }
    const store = await openPostgresStore(far.href, options)
    link.distance = { ms: 300, jitterMs: 0 }
    const looked = `SELECT FROM pg_stat_activity WHERE datname = current_database()
      AND query LIKE '%pg_try_advisory_lock_shared%' AND state = 'idle' AND query_start > $since`
    const [row] = await server().query<{ now: string }>("SELECT clock_timestamp()::text AS now")
    const since = looked.replace("$since", `'${row?.now}'`)
    await until(
      "it was asked for its lock, and its answer is on the way",
      async () => (await server().query(since, direct)).length > 0,
    )
    const before = met
    await store.close()
    // Longer than it would take to connect and look.
    await Bun.sleep(3_000)
    expect(met).toBe(before)
    expect(await server().query("SELECT FROM pg_stat_activity WHERE application_name = 'warren'", direct)).toEqual([])
  })

  /** Of advisory locks in this database. */
  function holders(url: string) {
    return server().query<{ pid: number; objid: string }>(
      `SELECT pid, objid::text FROM pg_locks WHERE locktype = 'advisory' AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      url,
    )
  }

  async function end(pid: number | undefined): Promise<void> {
    await server().query(`SELECT pg_terminate_backend(${pid})`)
  }

  async function connections(which = "true"): Promise<number> {
    const [row] = await server().query<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'warren' AND ${which}`,
    )
    return row?.count ?? 0
  }

  /** Longer than a slow machine takes for anything but waiting. */
  async function opened({ url, deadlineMs = 60_000 }: { url?: string; deadlineMs?: number } = {}) {
    const at = url ?? (await server().newDatabase())
    const setUp = new Connection(at)
    await migrate(setUp)
    await nameEpoch(setUp)
    await setUp.close()
    const failures: unknown[] = []
    const [reader, writer] = [new Connection(at, { deadlineMs }), new Connection(at, { deadlineMs })]
    const store = new PostgresStore({ reader, writer, pendingMax: 100, onFailure: (cause) => failures.push(cause) })
    return { store, url: at, failures, [Symbol.asyncDispose]: () => store.close() }
  }
})

/** The code it was refused with, if it was. */
function refusal(open: OpenStore, command: Parameters<typeof granted>[1]): Promise<string | undefined> {
  return granted(open, command).then(() => undefined, codeOf)
}
