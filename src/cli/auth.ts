/** `warren auth open`: allows data of identified people to be served to anybody under any name. */
import { openAccess } from "../accounts/terminal.ts"
import { configError } from "../config.ts"
import type { Arguments, Command } from "./command.ts"
import { ownConfig } from "./own-settings.ts"
import { withPeople } from "./people.ts"

export const authCommand: Command = {
  wordsMax: 1,
  words: ["open"],
  run: auth,
  summary: "Allow AUTH=open after AUTH=token or AUTH=accounts.",
  usage: ["auth open [--data-dir FOLDER]"],
  about: [
    "Data that was served with AUTH=token or AUTH=accounts is refused with AUTH=open until you run this, because anybody could then use anybody's name. Nothing is lost: accounts stay, and are back with AUTH=accounts.",
  ],
  settings: ["dataDir", "databaseUrl"],
  examples: [["Serve the data to anybody, under any name", "warren auth open --data-dir ./data"]],
}

async function auth({ positionals, flags }: Arguments): Promise<number> {
  if (positionals[0] !== "open") throw configError(['Say what to allow: warren auth open. See "warren help auth".'])
  await withPeople(ownConfig(flags), openAccess)
  process.stdout.write("The next start may use AUTH=open. Anybody can then use any name.\n")
  return 0
}
