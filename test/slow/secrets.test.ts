/** Accounts as they are used, on a server of its own: afterwards no file of it holds a secret. */
import { expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { codeOf } from "../../src/observe/operator-error.ts"
import { call, codeIn, connectAs, joinBy, signIn } from "../support/accounts.ts"
import { temporaryFolder } from "../support/folder.ts"
import { runProcess, startProcess } from "../support/process.ts"

test("[ACC4] no password, token or code is in a log, a file of the data or a backup", async () => {
  using folder = temporaryFolder()
  const dataDir = join(folder.path, "data")
  const log = Bun.file(join(folder.path, "server.log"))
  const environment = { AUTH: "accounts", DATA_DIR: dataDir, LOG_LEVEL: "debug" }
  const server = await startProcess(environment, { stderr: log })
  const { url } = server
  const setup = String((server.summary["setupLink"] as { url: string }).url)
  const secrets = [codeIn(setup)]

  const ann = await joinBy(url, setup, "ann")
  const wrong = "a wrong password that nobody has"
  await call(url, "sign-in", { login: "ann", password: wrong })
  const origin = { Origin: url }
  const given = "correct horse battery"
  const { response } = await call(url, "sign-in", { login: "ann", password: given, as: "cookie" }, origin)
  const cookie = /=([\w-]{43});/.exec(response.headers.getSetCookie()[0] ?? "")?.[1] ?? ""
  await using client = connectAs(url, ann.token)
  const link = await client.ask("link_device", {})
  const invite = await client.ask("create_invite", {})
  const bob = await joinBy(url, invite.ok ? invite.invite.url : "", "bob")
  const reset = await client.ask("create_reset_link", { targetId: bob.userId })
  const fresh = "staple staple staple"
  expect(await client.ask("change_password", { old: given, new: fresh })).toEqual({ ok: true })
  const again = await signIn(url, "ann", fresh)
  // What is wrong is told as well, and must not say what it was.
  const guessed = "Z".repeat(43)
  await using stranger = connectAs(url, guessed)
  await new Promise((resolve) => stranger.socket.on("connect_error", resolve))
  await call(url, "redeem", { code: "guessed-guessed-guesse" })
  secrets.push(ann.token, wrong, given, cookie, bob.token, fresh, again.token, guessed, "guessed-guessed-guesse")
  secrets.push(codeIn(link.ok ? link.url : ""), codeIn(invite.ok ? invite.invite.url : ""))
  secrets.push(codeIn(reset.ok ? reset.url : ""))
  expect(secrets.every((secret) => secret.length > 15)).toBe(true)

  const found = () => filesUnder(folder.path).flatMap((path) => holding(path, secrets))
  expect(found()).toEqual([])
  const backup = join(folder.path, "backup.db")
  expect(await runProcess(["backup", backup], environment)).toMatchObject({ status: 0 })
  await server.stop()
  expect(found()).toEqual([])
  // That is where they would be: what is no secret is found.
  expect(filesUnder(folder.path).filter((path) => holding(path, [ann.userId]).length > 0).length).toBeGreaterThan(1)
  expect(await log.text()).toContain("was refused")
}, 120_000)

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** By their own bytes, and by those of what they say in base64url. */
function holding(path: string, secrets: readonly string[]): string[] {
  const content = bytesOf(path)
  return secrets
    .filter((secret) => content.includes(secret) || content.includes(Buffer.from(secret, "base64url")))
    .map((secret) => `${path}: ${secret}`)
}

/** A server that runs removes files of its own, logs of SQLite among them: one that is gone since it was listed holds nothing. */
function bytesOf(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    if (codeOf(cause) !== "ENOENT") throw cause
    return Buffer.alloc(0)
  }
}
