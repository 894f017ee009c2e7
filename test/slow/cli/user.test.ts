/** People and access from the terminal, beside a server that runs and without one. */

import { Database } from "bun:sqlite"
import { describe, expect, test } from "bun:test"
import { join } from "node:path"
import { call, codeIn, connectAs, joinBy, password, signIn } from "../../support/accounts.ts"
import { startTestApp } from "../../support/app.ts"
import { connect } from "../../support/client.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { runProcess } from "../../support/process.ts"

const run = (dataDir: string, ...args: string[]) => runProcess(args, { DATA_DIR: dataDir })

describe("[ACC6] warren user", () => {
  test("works beside a server that runs, which acts within a second", async () => {
    await using app = await startTestApp({ auth: "accounts" })
    await joinBy(app.url, app.setupLink, "ann")
    const added = await run(app.dataDir, "user", "add", "bob", "--name", "Bob Ray")
    expect(added).toMatchObject({ status: 0, stderr: "" })
    expect(await call(app.url, "sign-in", { login: "bob", password })).toMatchObject({ code: "ERR_UNAUTHORIZED" })
    const reset = await call(app.url, "redeem", { code: codeIn(added.stdout.trim()), password })
    expect(reset.answer).toMatchObject({ ok: true, user: { login: "bob", username: "Bob Ray", role: "member" } })
    const bob = await signIn(app.url, "bob")
    await using client = connectAs(app.url, bob.token)
    expect(await client.ask("list_accounts", {})).toMatchObject({ error: { code: "ERR_FORBIDDEN" } })

    expect((await run(app.dataDir, "user", "promote", "BOB")).stdout).toBe("bob is an administrator.\n")
    expect(await client.ask("list_accounts", {})).toMatchObject({ ok: true })
    const { stdout } = await run(app.dataDir, "user", "list")
    expect(stdout).toMatch(
      /^login +name +role +userId\nann +ann +admin +[\da-f-]{36}\nbob +Bob Ray +admin +[\da-f-]{36}\n$/,
    )

    expect((await run(app.dataDir, "user", "deactivate", "bob")).stdout).toBe(
      "bob is an administrator, and is deactivated.\n",
    )
    await client.until(() => client.payloads("error").length > 0)
    expect(client.payloads("error")).toMatchObject([{ code: "ERR_UNAUTHORIZED" }])
    const last = await run(app.dataDir, "user", "demote", "ann")
    expect(last).toMatchObject({ status: 1, stderr: "This is the last administrator: make another one first.\n" })
    expect((await run(app.dataDir, "user", "activate", "bob")).status).toBe(0)
    await signIn(app.url, "bob")
  })

  test("works without one, and the next start finds the data as it was", async () => {
    using folder = temporaryFolder()
    const epochOf = () => {
      using db = new Database(join(folder.path, "warren.db"), { readonly: true })
      return db.query("SELECT epoch FROM totals").get()
    }
    await (await startTestApp({ auth: "accounts", dataDir: folder.path })).stop()
    const epoch = epochOf()
    const added = await run(folder.path, "user", "add", "ann", "--admin", "--json")
    const again = await run(folder.path, "user", "add", "Ann")
    expect(again).toMatchObject({ status: 1, stderr: "This login is taken: choose another.\n" })
    await using app = await startTestApp({ auth: "accounts", dataDir: folder.path })
    expect(app.setupLink).toBeUndefined()
    expect(epochOf()).toEqual(epoch)
    const { answer } = await call(app.url, "redeem", { code: codeIn(JSON.parse(added.stdout).url), password })
    expect(answer).toMatchObject({ ok: true, user: { role: "admin" } })
  })

  test("says what is wrong, in a sentence", async () => {
    using folder = temporaryFolder()
    const missing = await run(folder.path, "user", "list")
    expect(missing.stderr).toMatch(/^There is no .*warren\.db: start the server once/)
    await (await startTestApp({ auth: "accounts", dataDir: folder.path })).stop()
    expect((await run(folder.path, "user", "list")).stdout).toBe("Nobody has an account yet.\n")
    expect((await run(folder.path, "user", "reset", "nobody")).stderr).toBe(
      'Nobody has the login nobody: "warren user list" lists all.\n',
    )
  })

  test("makes links to be used later, and says so beside the link that a program reads", async () => {
    using folder = temporaryFolder()
    await (await startTestApp({ dataDir: folder.path })).stop()
    for (const args of [["user", "add", "ann", "--admin"], ["invite"]]) {
      const { status, stdout, stderr } = await run(folder.path, ...args)
      expect({ status, stderr }).toEqual({
        status: 0,
        stderr: "This data was last served with AUTH=open: links work once it is served with AUTH=accounts.\n",
      })
      expect(codeIn(stdout.trim())).toHaveLength(22)
    }
    await using app = await startTestApp({ auth: "accounts", dataDir: folder.path })
    expect((await run(app.dataDir, "invite")).stderr).toBe("")
  })

  test("does not reset who is deactivated, and spells out what would steer the terminal", async () => {
    using folder = temporaryFolder()
    await (await startTestApp({ auth: "accounts", dataDir: folder.path })).stop()
    await run(folder.path, "user", "add", "bob")
    expect((await run(folder.path, "user", "deactivate", "bob")).status).toBe(0)
    const closed = await run(folder.path, "user", "reset", "bob")
    const remedy = 'bob is deactivated: "warren user activate bob" lets them in again.\n'
    expect(closed).toMatchObject({ status: 1, stderr: remedy })
    const steered = await run(folder.path, "invite", "--as", "\u001b[31mann\u202e")
    expect(steered.stderr).toStartWith("There is no user \\u{1b}[31mann\\u{202e}: --as")
  })

  test("refuses what is no command line before it looks at any data", async () => {
    using folder = temporaryFolder()
    const wrong = async (...args: string[]) => (await run(folder.path, "user", ...args)).stderr
    expect(await wrong("add")).toBe("Name the login: warren user add LOGIN\n")
    expect(await wrong("add", "a b")).toStartWith("The login must begin with a letter")
    expect(await wrong("fire")).toBe('"user" knows no "fire". See "warren help user".\n')
    for (const other of ["remove", "delete"]) expect(await wrong(other, "ann")).toContain("Did you mean deactivate?")
    expect(await wrong("list", "ann")).toBe('"user list" takes no "ann".\n')
    expect(await wrong("deactivate", "ann", "--admin")).toBe('"user deactivate" takes no --admin.\n')
    expect(await wrong("fire", "ann")).toBe('"user" knows no "fire". See "warren help user".\n')
  })
})

describe("[ACC7] a change of AUTH", () => {
  test("loses nobody's messages: an invite makes the account that takes over an earlier user", async () => {
    using folder = temporaryFolder()
    const open = await startTestApp({ dataDir: folder.path })
    const before = await connect(open.url)
    const made = await before.ask("create_room", { name: "Garden", userId: "ann" })
    const roomId = made.ok ? made.room.id : ""
    await before.ask("join_room", { roomId, userId: "ann", username: "Ann" })
    await before.ask("send_message", { roomId, userId: "ann", content: "Before" })
    before.socket.disconnect()
    await open.stop()

    await using app = await startTestApp({ auth: "accounts", dataDir: folder.path })
    const earlierNobody = "There is no user nobody: --as takes the userId that somebody had before.\n"
    const nobody = await run(folder.path, "invite", "--as", "nobody")
    expect(nobody).toMatchObject({ status: 1, stderr: earlierNobody })
    const { stdout } = await run(folder.path, "invite", "--as", "ann")
    const ann = await joinBy(app.url, stdout.trim(), "ann.lee")
    expect(ann.userId).toBe("ann")
    expect(joinBy(app.url, stdout.trim(), "eve")).rejects.toThrow("not valid")
    const taken = await run(folder.path, "invite", "--as", "ann")
    expect(taken.stderr).toBe('The user ann has an account already: "warren user list" lists all.\n')
    await using client = connectAs(app.url, ann.token)
    await client.ask("join_room", { roomId })
    expect(client.payloads("history")[0]).toMatchObject([{ content: "Before", userId: "ann" }])
    expect(await client.ask("list_members", { roomId })).toMatchObject({ members: [{ userId: "ann", role: "owner" }] })
  })

  test("back to any name is refused until the terminal allows it", async () => {
    using folder = temporaryFolder()
    await (await startTestApp({ auth: "accounts", dataDir: folder.path })).stop()
    const refused = await runProcess([], { DATA_DIR: folder.path, PORT: "0" })
    expect(refused).toMatchObject({ status: 78, stdout: "" })
    expect(refused.stderr).toBe(
      'This data is for AUTH=accounts, since with AUTH=open anybody could take anybody\'s name: set AUTH=accounts, or run "warren auth open" first.\n',
    )
    expect((await run(folder.path, "auth")).status).toBe(78)
    expect(await run(folder.path, "auth", "open")).toMatchObject({ status: 0 })
    await using app = await startTestApp({ dataDir: folder.path })
    expect(app.url).toStartWith("http://")
  })
})

test("[ACC5] warren invite prints a link for as many, as long and to the room as it is told", async () => {
  await using app = await startTestApp({ auth: "accounts" })
  const admin = await joinBy(app.url, app.setupLink, "ann")
  await using client = connectAs(app.url, admin.token)
  const { stdout } = await runProcess(["invite", "--uses", "1"], {
    DATA_DIR: app.dataDir,
    PUBLIC_URL: "https://chat.example.com",
  })
  expect(stdout).toMatch(/^https:\/\/chat\.example\.com\/#code=[\w-]{22}\n$/)
  expect(await client.ask("list_invites", {})).toMatchObject({ invites: [{ uses: 1, creatorId: null }] })
  await joinBy(app.url, stdout.trim(), "bob")
  expect(joinBy(app.url, stdout.trim(), "carol")).rejects.toThrow("not valid")
  const wrong = await run(app.dataDir, "invite", "--uses", "0", "--expires", "31d", "--room", "garden")
  expect(wrong).toMatchObject({
    status: 78,
    stderr:
      "--uses must be a whole number from 1 to 1000.\n--expires must be a time such as 12h or 7d, and at most 30d.\n--room must be the id of a room, a UUID.\n",
  })
  const room = await run(app.dataDir, "invite", "--room", crypto.randomUUID())
  expect(room.stderr).toMatch(/^There is no room [\da-f-]{36} that people can be invited to\.\n$/)
})
