/** `warren serve`: the server, as flags and the environment set it. */
import { type Config, settings } from "../config.ts"
import type { Arguments, Command } from "./command.ts"
import { ownConfig } from "./own-settings.ts"
import { reloading } from "./reload.ts"
import type { RunOptions } from "./run-server.ts"

export const serveCommand: Command = {
  run: serve,
  summary: "Run the server (also without a command).",
  usage: ["[serve] [FLAGS]"],
  about: [
    "It runs until Ctrl-C or SIGTERM, which stop it cleanly: what was accepted is stored and answered.",
    "A flag wins over an environment variable, which wins over a line of .env in the current folder.",
  ],
  settings: Object.keys(settings) as (keyof Config)[],
  examples: [
    ["For this machine only, on http://127.0.0.1:3000", "warren"],
    ["For everybody on the network, on another port", "warren --host 0.0.0.0 --port 8080"],
    ["Behind a proxy that speaks HTTPS", "PUBLIC_URL=https://chat.example.com warren"],
  ],
}

async function serve({ flags }: Arguments): Promise<number> {
  const config = ownConfig(flags)
  const { runServer } = await loadServer()
  return runServer(config, { hostFrom: hostSource(flags), reload: reloading({ flags, config }) })
}

/** Imported when it is wanted: the other commands have no need of a server, and start in half the time. */
export function loadServer() {
  return import("./run-server.ts")
}

export function hostSource(flags: Arguments["flags"]): RunOptions["hostFrom"] {
  return flags["host"] === undefined && process.env["HOST"] ? "environment" : undefined
}
