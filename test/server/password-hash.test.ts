/** What a server keeps of a password, as people start it: a hash that is slow to try. */
import { Database } from "bun:sqlite"
import { expect, test } from "bun:test"
import { join } from "node:path"
import { startApp } from "../../src/app.ts"
import { readConfig } from "../../src/config.ts"
import { joinBy } from "../support/accounts.ts"
import { temporaryFolder } from "../support/folder.ts"

test("a password is kept as argon2id with 19 MiB, unless another hasher is handed in", async () => {
  using folder = temporaryFolder()
  const app = await startApp({ ...readConfig({ port: "0" }, {}), auth: "accounts", dataDir: folder.path })
  await joinBy(app.url, app.setupLink?.url, "ann")
  await app.stop()
  using db = new Database(join(folder.path, "warren.db"), { readonly: true })
  expect(db.query("SELECT password FROM accounts").values()).toEqual([
    [expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)],
  ])
})
