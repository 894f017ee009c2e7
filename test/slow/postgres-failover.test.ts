/** Standbys of a real PostgreSQL, as the server and `warren doctor` tell of them: what a failover would lose is said before it. */
import { expect, test } from "bun:test"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { Connection } from "../../src/store/postgres/connection.ts"
import { notWaitedFor, readFailover } from "../../src/store/postgres/failover.ts"
import { temporaryFolder } from "../support/folder.ts"
import { describeWithPostgres, PostgresServer } from "../support/postgres.ts"
import { runProcess, startProcess } from "../support/process.ts"
import { until } from "../support/until.ts"

describeWithPostgres("[NODE4] a failover", (primary) => {
  test("to a standby that commits do not wait for is warned of: in the log, in /readyz and by the doctor", async () => {
    const url = await primary().newDatabase()
    await primary().query("CREATE ROLE guest LOGIN")
    expect(await standbyOf(url)).toBe("none")
    await using standby = await PostgresServer.standbyOf(primary(), "second")
    await until("it follows", async () => (await standbyOf(url)) === "not waited for")
    // Also for whoever may see nothing of it but that it is there.
    expect(await standbyOf(url.replace("warren@", "guest@"))).toBe("not waited for")

    using folder = temporaryFolder()
    const environment = { DATABASE_URL: url, DATA_DIR: folder.path, SEARCH: "off", LOG_LEVEL: "warning" }
    const log = join(folder.path, "log")
    await using server = await startProcess(environment, { stderr: Bun.file(log) })
    const readyz = async () => (await (await fetch(`${server.url}/readyz`)).json()) as Record<string, unknown>
    await until("it warns", async () => (await readyz())["warnings"] !== undefined)
    expect(await readyz()).toEqual({ status: "ready", warnings: [notWaitedFor] })
    await until("the log says so", async () => (await Bun.file(log).text()).split(notWaitedFor).length === 2)
    const doctor = () => runProcess(["doctor", "--json"], { ...environment, PORT: new URL(server.url).port })
    expect(checkOf((await doctor()).stdout)).toMatchObject({
      verdict: "warning",
      remedy: expect.stringContaining("synchronous_standby_names"),
    })

    await primary().waitFor("second")
    expect(await standbyOf(url)).toBe("waited for")
    expect(checkOf((await doctor()).stdout)).toMatchObject({ verdict: "ok", told: "commits wait for a standby" })
    await primary().query("ALTER SYSTEM RESET synchronous_standby_names")
    await primary().query("SELECT pg_reload_conf()")
    expect(standby.port).toBeGreaterThan(0)
  }, 120_000)

  test("what follows to make a backup is no standby", async () => {
    const url = await primary().newDatabase()
    using folder = temporaryFolder()
    const archive = join(primary().dataFolder, "..", "archive")
    mkdirSync(archive, { mode: 0o777 })
    Bun.spawnSync(["chmod", "777", archive])
    const receiving = Bun.spawn(
      ["pg_receivewal", "-h", "127.0.0.1", "-p", `${primary().port}`, "-U", "warren", "-D", archive, "--no-sync"],
      { cwd: folder.path, stdout: "ignore", stderr: "ignore" },
    )
    try {
      const followers = () =>
        primary().query("SELECT FROM pg_stat_replication WHERE application_name = 'pg_receivewal'")
      await until("it follows", async () => (await followers()).length === 1)
      // PostgreSQL may not have noticed yet that the standby of the test before is gone.
      await until("there is no standby", async () => (await standbyOf(url)) === "none")
      expect(await followers()).toHaveLength(1)
    } finally {
      receiving.kill()
      await receiving.exited
    }
  })

  test("commits are synced and waited for, whatever the database's own default is", async () => {
    const url = await primary().newDatabase()
    await primary().query("ALTER ROLE warren SET synchronous_commit = off")
    const connection = new Connection(url)
    try {
      const [row] = await connection.run<{ setting: string }>("SELECT current_setting('synchronous_commit') AS setting")
      expect(row?.setting).toBe("on")
      // As tests run it.
      expect((await readFailover(connection)).isSynced).toBe(false)
    } finally {
      await connection.close()
      await primary().query("ALTER ROLE warren RESET synchronous_commit")
    }
  })
})

async function standbyOf(url: string): Promise<string> {
  const connection = new Connection(url)
  try {
    return (await readFailover(connection)).standby
  } finally {
    await connection.close()
  }
}

function checkOf(stdout: string): unknown {
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly { readonly name: string }[] }
  return checks.find(({ name }) => name === "failover")
}
