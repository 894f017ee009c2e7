import { join } from "node:path"
import { openSqliteAccounts } from "../../src/store/sqlite/accounts.ts"
import { openSqliteStore } from "../../src/store/sqlite/open.ts"
import { temporaryFolder } from "../support/folder.ts"
import { accountSuite } from "./account-suite.ts"

accountSuite("accounts on SQLite", async () => {
  const folder = temporaryFolder()
  const store = openSqliteStore(folder.path, { pendingMax: 10, onFailure: () => {}, address: () => "" })
  return {
    connect: () => openSqliteAccounts(join(folder.path, "warren.db")),
    [Symbol.asyncDispose]: async () => {
      await store.close()
      folder[Symbol.dispose]()
    },
  }
})
