import type { Hasher } from "../../src/accounts/passwords.ts"
import { type App, startApp } from "../../src/app.ts"
import { type Config, readConfig } from "../../src/config.ts"
import type { Clock } from "../../src/server/clock.ts"
import { temporaryFolder } from "./folder.ts"

export interface TestApp extends AsyncDisposable {
  readonly url: string
  readonly dataDir: string
  readonly metricsUrl: string | undefined
  /** To the first administrator's account. */
  readonly setupLink: string | undefined
  connections(): number
  /** How often each limit has bitten, and each error was given, by its name. */
  limited(): Record<string, number>
  /** Stops, if it has not stopped yet. */
  stop(): Promise<void>
}

/** As the server's own, which reads what this one wrote, and all but free: what a hash costs is a matter of its own tests. */
const quick: Hasher = {
  hash: (password) => Bun.password.hash(password, { algorithm: "argon2id", memoryCost: 8, timeCost: 1 }),
  verify: (password, hash) => Bun.password.verify(password, hash),
}

/** The server itself, in this process, on a free port and a folder of its own (unless one is given). */
export async function startTestApp(overrides: Partial<Config> = {}, clock?: Clock): Promise<TestApp> {
  const folder = temporaryFolder()
  const dataDir = overrides.dataDir ?? folder.path
  const app: App = await startApp(
    { ...readConfig({ port: "0" }, {}), ...overrides, dataDir },
    { hasher: quick, ...(clock && { clock }) },
  )
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= app.stop())
  return {
    url: app.url,
    dataDir,
    metricsUrl: app.metricsUrl,
    setupLink: app.setupLink?.url,
    connections: app.connections,
    limited: app.limited,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop()
      folder[Symbol.dispose]()
    },
  }
}
