import { expect, test } from "bun:test"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { ownConfig } from "../../../src/cli/own-settings.ts"
import { reloading } from "../../../src/cli/reload.ts"
import { readConfig } from "../../../src/config.ts"
import { temporaryFolder } from "../../support/folder.ts"
import { recordLog } from "../../support/log.ts"
import { runProcess } from "../../support/process.ts"

const literal = "pa$$word".padEnd(40, "x")

test("a secret of .env that holds a $ is refused with the remedy, and the remedy works", async () => {
  using folder = temporaryFolder()
  const told = "AUTH_SECRET in .env holds a $, which is replaced there by a variable: write \\$ for each $."
  const file = join(folder.path, ".env")
  for (const written of [`'${literal}'`, `"${literal}"`, literal, `${literal}  `]) {
    await Bun.write(file, `PORT=1\nexport AUTH_SECRET = ${written}\n`)
    expect(() => ownConfig({}, folder.path, { AUTH_SECRET: "something else".repeat(3) }), written).toThrow(told)
  }
  const { stderr, status } = await runProcess(["token", "--user", "ann"], {}, { cwd: folder.path })
  expect([stderr, status]).toEqual([`${told}\n`, 78])
  await Bun.write(file, `AUTH_SECRET='${literal.replaceAll("$", "\\$")}'\n`)
  const made = await runProcess(["token", "--user", "ann"], {}, { cwd: folder.path })
  const checked = await runProcess(["token", "check", made.stdout.trim()], { AUTH_SECRET: literal })
  expect(checked.stdout).toStartWith('Valid for the user "ann"')
})

test("a file that cannot be read is told in a sentence, at a start and at a reload", async () => {
  using folder = temporaryFolder()
  using log = recordLog()
  const environment = { PORT: "0", DATA_DIR: folder.path }
  const reload = reloading({ flags: {}, config: readConfig({}, environment), folder: folder.path, environment })
  mkdirSync(join(folder.path, ".env"))
  const told = `${join(folder.path, ".env")} cannot be read (EISDIR): run this as a user who may read it, or in another folder.`
  const { stdout, stderr, status } = await runProcess([], environment, { cwd: folder.path })
  expect([stdout, stderr, status]).toEqual(["", `${told}\n`, 78])
  reload(() => {})
  expect(log.messages).toEqual([`The settings were not read again, and are as they were: ${told}`])
})

test("the files of the mode are read too; a secret without $, or given as it is written, passes", async () => {
  using folder = temporaryFolder()
  const read = (environment: Record<string, string>) =>
    ownConfig({ auth: "token" }, folder.path, environment).authSecret
  await Bun.write(join(folder.path, ".env.production"), `AUTH_SECRET=${literal}\n`)
  expect(read({ AUTH_SECRET: "y".repeat(40) })).toBe("y".repeat(40))
  expect(read({ NODE_ENV: "production", AUTH_SECRET: literal })).toBe(literal)
  expect(() => read({ NODE_ENV: "production", AUTH_SECRET: "y".repeat(40) })).toThrow("in .env.production holds a $")
  await Bun.write(join(folder.path, ".env"), "#AUTH_SECRET=$x\nNO_AUTH_SECRET=$x\nPUBLIC_URL=https://$DOMAIN\n")
  expect(read({ AUTH_SECRET: "y".repeat(40) })).toBe("y".repeat(40))
})
