/**
 * The accounts of a folder for a command, whether or not a server serves it. Alone, it
 * opens the folder as a server does, so the next one finds it as it was left; otherwise it
 * writes beside the server, which keeps no accounts in memory.
 */
import { join } from "node:path"
import type { AccountStore } from "../../accounts/tables.ts"
import { codeOf, OperatorError } from "../../observe/operator-error.ts"
import { openSqliteAccounts } from "./accounts.ts"
import { databaseName, openSqliteStore, upgradeFolder } from "./open.ts"
import { openReader } from "./reader.ts"
import { checkVersion, schemaVersion } from "./schema.ts"
import { isThere } from "./trouble.ts"
import type { UpgradeWatcher } from "./upgrade.ts"

/** Throws an OperatorError when there is no data, or it cannot be used. */
export async function openFolderAccounts(folder: string, watcher: UpgradeWatcher): Promise<AccountStore> {
  const path = join(folder, databaseName)
  if (!isThere(path)) {
    throw new OperatorError(
      `There is no ${path}: start the server once, or name the folder of its data with --data-dir.`,
    )
  }
  try {
    return await openAlone(folder, watcher)
  } catch (error) {
    if (!(error instanceof OperatorError && codeOf(error.cause) === "SQLITE_BUSY")) throw error
    checkSame(path)
    return openSqliteAccounts(path)
  }
}

async function openAlone(folder: string, watcher: UpgradeWatcher): Promise<AccountStore> {
  await upgradeFolder(folder, watcher)
  const store = openSqliteStore(folder, { pendingMax: 1, onFailure: () => {}, address: () => "" })
  const accounts = openSqliteAccounts(join(folder, databaseName))
  return {
    ...accounts,
    close: async () => {
      await accounts.close()
      await store.close()
    },
  }
}

function checkSame(path: string): void {
  using db = openReader(path)
  if (checkVersion(db, path) === schemaVersion) return
  throw new OperatorError(`${path} is served by another version of Warren: use that one's command.`)
}
