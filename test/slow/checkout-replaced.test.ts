/** A checkout that is brought up to date, or moved, under a server that runs from it. */
import { expect, test } from "bun:test"
import { cpSync, mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "../support/folder.ts"
import { runProcess } from "../support/process.ts"

const root = join(import.meta.dir, "../..")

/** A server that is a minute old, whose page was opened, and whose files are then gone: what it answers for the first time. */
const program = `
import { renameSync, writeFileSync } from "node:fs"
const folder = process.cwd()
const [minute, soon] = [60_000, globalThis.setTimeout]
const inAMinute = []
globalThis.setTimeout = (run, ms, ...rest) => {
  if (ms === minute) inAMinute.push(run)
  return soon(run, ms, ...rest)
}
const { runServer } = await import(folder + "/checkout/src/cli/run-server.ts")
const { readConfig } = await import(folder + "/checkout/src/config.ts")
const listening = Promise.withResolvers()
const config = readConfig({ port: "0", "data-dir": folder + "/data", "log-level": "error", search: "off" }, {})
const ended = runServer(config, { onListening: async (app) => listening.resolve(app) })
const { url } = await listening.promise
await fetch(url)
for (const run of inAMinute) await run()
renameSync(folder + "/checkout", folder + "/moved")
const picture = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64")
const answers = await Promise.all([
  fetch(url + "/docs"),
  fetch(url + "/nowhere", { headers: { Accept: "text/html" } }),
  fetch(url + "/files?name=dot.gif", { method: "POST", body: picture }),
  fetch(url + "/api/oidc"),
])
writeFileSync("answers.json", JSON.stringify(answers.map(({ status }) => status)))
process.kill(process.pid, "SIGTERM")
process.exit(await ended)
`

test("it answers what nobody asked for before, too, once it is a minute old", async () => {
  using folder = temporaryFolder()
  const checkout = join(folder.path, "checkout")
  mkdirSync(checkout)
  for (const name of ["src", "package.json", "tsconfig.json", "schema.sql"])
    cpSync(join(root, name), join(checkout, name), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(checkout, "node_modules"))
  const file = join(folder.path, "program.ts")
  await Bun.write(file, program)
  const { status, stderr } = await runProcess([file], {}, { command: [process.execPath], cwd: folder.path })
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  expect(await Bun.file(join(folder.path, "answers.json")).json()).toEqual([200, 404, 201, 404])
})
