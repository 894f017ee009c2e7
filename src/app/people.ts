/** The accounts of people, where the server keeps them itself, and what they need of the chat and of the port. */
import { networkInterfaces } from "node:os"
import { Accounts } from "../accounts/accounts.ts"
import { Attempts } from "../accounts/attempts.ts"
import { Challenges } from "../accounts/challenges.ts"
import { Passwords } from "../accounts/passwords.ts"
import { randomSecret } from "../accounts/secrets.ts"
import { siteOf } from "../accounts/site.ts"
import type { AccountStore } from "../accounts/tables.ts"
import type { Chat } from "../chat/chat.ts"
import { promised } from "../chat/store.ts"
import type { Config } from "../config.ts"
import type { RunningServer } from "../server/server.ts"
import type { Tools } from "./parts.ts"

/** Both need accounts themselves, so they exist only once everything is put together. */
export interface Around {
  readonly chat: () => Chat
  readonly server: () => RunningServer
}

export function keeper(config: Config, tools: Tools, store: AccountStore, around: Around): Accounts {
  const { clock, incidents, failures, hasher } = tools
  const { publicUrl } = config
  const { chat, server } = around
  return new Accounts({
    store,
    passwords: new Passwords(hasher),
    attempts: new Attempts((limit, address) =>
      incidents.report(limit, "Too many attempts to sign in from {address}: more are refused by {limit}.", {
        address,
        limit,
      }),
    ),
    challenges: new Challenges(randomSecret),
    newSecret: randomSecret,
    newId: () => crypto.randomUUID(),
    epochMs: clock.epochMs,
    elapsedMs: clock.elapsedMs,
    hasProvider: config.oidcIssuer !== undefined,
    membersInvite: config.invites === "members",
    tell: (name, text, properties) =>
      incidents.report(name, text, properties, { level: name === "refused sign-in" ? "warn" : "info" }),
    onFailure: (cause) => failures.add(cause),
    site: () => siteOf(publicUrl ?? server().url, publicUrl !== undefined),
    address: () => publicUrl ?? reachable(server().url),
    onChanged: () => server().rightsChanged(),
    welcome: (newcomer) => promised((settle) => chat().welcome({ ...newcomer, at: clock.epochMs() }, settle)),
    handOverRoom: (change) => promised((settle) => chat().handOver(change, settle)),
  })
}

/** For people on other machines, where it listens on all addresses. */
function reachable(url: string): string {
  const { hostname, port } = new URL(url)
  if (hostname !== "0.0.0.0" && hostname !== "[::]") return url
  const addresses = Object.values(networkInterfaces()).flatMap((infos) => infos ?? [])
  const address = addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "localhost"
  return `http://${address}:${port}`
}
