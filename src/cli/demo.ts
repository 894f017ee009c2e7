/** `warren demo`: a server on a temporary folder with three rooms, a past, and people who talk. Ctrl-C ends it all. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Config, settings } from "../config.ts"
import type { Arguments, Command } from "./command.ts"
import { ownConfig } from "./own-settings.ts"

/** The people of the demo have accounts, and find their rooms in the list of their own data folder. */
const decided = /^(dataDir|databaseUrl|redisUrl|auth.*|listRooms)$/

export const demoCommand: Command = {
  run: demo,
  summary: "Run a server with three rooms and people who talk.",
  usage: ["demo [FLAGS]"],
  about: ["Its data is in a temporary folder, which is deleted when Ctrl-C ends it."],
  settings: (Object.keys(settings) as (keyof Config)[]).filter((name) => !decided.test(name)),
  examples: [["See how it looks", "warren demo --port 4000"]],
}

/** Lively, but slow enough to read. */
const pauseMs = () => 4_000 + Math.random() * 14_000

async function demo({ flags }: Arguments): Promise<number> {
  // Imported here: no other command needs a server and its clients.
  const [{ hostSource, runServer }, { startBots }, { seed }, accounts, { fillPrivateRooms }] = await Promise.all([
    import("./run-server.ts"),
    import("./demo/bots.ts"),
    import("./demo/seed.ts"),
    import("./demo/accounts.ts"),
    import("./demo/private.ts"),
  ])
  const folder = mkdtempSync(join(tmpdir(), "warren-demo-"))
  const ending = new AbortController()
  try {
    const config = {
      ...ownConfig({ ...flags, "data-dir": folder, auth: "accounts", "list-rooms": "on" }),
      databaseUrl: undefined,
      redisUrl: undefined,
    }
    await seed(folder, Date.now())
    const { userId } = await accounts.admitVisitor(config)
    return await runServer(config, {
      onListening: async ({ url }) => {
        const tokens = await accounts.admitPeople(config, url)
        const sockets = await startBots({ url, pauseMs, signal: ending.signal, tokens })
        const link = await accounts.visitorLink(config, url)
        await fillPrivateRooms(sockets, userId)
        tellHowToComeIn(link)
      },
      onStopping: () => ending.abort(),
      hostFrom: hostSource(flags),
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function tellHowToComeIn(url: string): void {
  const text = `  Open this to come in as an administrator called You:\n\n    ${url}\n\n`
  process.stdout.write(process.stdout.isTTY ? text : `${JSON.stringify({ event: "demo", signIn: url })}\n`)
}
