import { openPostgresAccounts } from "../../../src/store/postgres/accounts.ts"
import { openPostgresStore } from "../../../src/store/postgres/open.ts"
import { accountSuite } from "../../accounts/account-suite.ts"
import { describeWithPostgres } from "../../support/postgres.ts"

describeWithPostgres("PostgreSQL keeps accounts", (server) => {
  accountSuite("accounts on PostgreSQL", async () => {
    const url = await server().emptied()
    const options = { pendingMax: 10, onFailure: () => {}, address: () => "" }
    await (await openPostgresStore(url, options)).close()
    return { connect: () => openPostgresAccounts(url), [Symbol.asyncDispose]: async () => {} }
  })
})
