/** `warren invite`: a link that lets people create accounts, also while the server runs. */

import * as v from "valibot"
import { inviteFromTerminal } from "../accounts/terminal.ts"
import { configError } from "../config.ts"
import { dayMs } from "../contract/durations.ts"
import { limits } from "../contract/limits.ts"
import { RoomId, type UserId } from "../contract/values.ts"
import { durationMs } from "../setting-values.ts"
import type { Arguments, Command } from "./command.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { aboutLinks, linked, withPeople } from "./people.ts"

const daysMax = limits.inviteMaxMs / dayMs

export const inviteCommand: Command = {
  run: invite,
  summary: "Print a link that lets people create accounts (AUTH=accounts).",
  usage: ["invite [--room ID] [--uses N] [--expires TIME] [--as USERID] [--json]"],
  about: [
    "It also works while the server is running. Whoever uses the link becomes a member, never an administrator.",
    "With --as the link is for one person, who takes over the rooms and messages that this userId had with AUTH=open or token. Send it to that person alone.",
    aboutLinks,
  ],
  flags: [
    { name: "room", value: "ID", help: "A room that they become members of, as well as General." },
    { name: "uses", value: "N", help: `How many people may use it. [default ${limits.inviteUsesDefault}]` },
    { name: "expires", value: "TIME", help: `How long it works, such as 12h or 7d; at most ${daysMax}d. [default 7d]` },
    { name: "as", value: "USERID", help: "The earlier user whose rooms and messages the account takes over." },
    jsonFlag,
  ],
  settings: ["dataDir", "databaseUrl", "publicUrl", "host", "port"],
  examples: [
    ["For the team, within a week", "PUBLIC_URL=https://chat.example.com warren invite"],
    ["For Ann, who wrote here before there were accounts", "warren invite --as ann --expires 2d"],
  ],
}

async function invite({ flags, switches }: Arguments): Promise<number> {
  const uses = Number(flags["uses"] ?? limits.inviteUsesDefault)
  const expiresInMs = durationMs(flags["expires"] ?? "7d") ?? Number.NaN
  const room = flags["room"] === undefined ? undefined : v.safeParse(RoomId, flags["room"])
  const mistakes = [
    ...(Number.isInteger(uses) && uses >= 1 && uses <= limits.inviteUsesMax
      ? []
      : [`--uses must be a whole number from 1 to ${limits.inviteUsesMax}.`]),
    ...(expiresInMs > 0 && expiresInMs <= limits.inviteMaxMs
      ? []
      : [`--expires must be a time such as 12h or 7d, and at most ${daysMax}d.`]),
    ...(room?.success === false ? ["--room must be the id of a room, a UUID."] : []),
  ]
  if (mistakes.length > 0) throw configError(mistakes)
  const wanted = { roomId: room?.success ? room.output : undefined, uses, expiresInMs }
  const userId = flags["as"] as UserId | undefined
  const link = await withPeople(ownConfig(flags), (parts) =>
    linked(parts, inviteFromTerminal(parts, { ...wanted, userId })),
  )
  process.stdout.write(`${switches.has("json") ? JSON.stringify(link) : link.url}\n`)
  return 0
}
