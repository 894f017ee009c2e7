/** `warren serve`: runs the server until it is told to stop by SIGINT or SIGTERM. */
import { type Config, settings } from "../config.ts"
import type { Arguments, Command } from "./command.ts"
import { ownConfig } from "./own-settings.ts"

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
    ["For a team that signs in: it prints the link to the first account", "warren --auth accounts"],
    ["For everybody on the network, on another port", "warren --host 0.0.0.0 --port 8080"],
    ["Behind a proxy that speaks HTTPS", "PUBLIC_URL=https://chat.example.com warren"],
  ],
}

async function serve({ flags }: Arguments): Promise<number> {
  const config = ownConfig(flags)
  // Imported here, so that no other command loads a server.
  const [{ hostSource, runServer }, { reloading }] = await Promise.all([
    import("./run-server.ts"),
    import("./reload.ts"),
  ])
  return runServer(config, { hostFrom: hostSource(flags), reload: reloading({ flags, config }) })
}
