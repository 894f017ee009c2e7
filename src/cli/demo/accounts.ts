/** Gives the people of the demo their accounts, and the visitor one too: an administrator's. */

import { io } from "socket.io-client"
import { addPerson, deviceLinkOf, inviteFromTerminal, listPeople, type TerminalParts } from "../../accounts/terminal.ts"
import type { Config } from "../../config.ts"
import { dayMs, minuteMs } from "../../contract/durations.ts"
import { OperatorError } from "../../observe/operator-error.ts"
import { withPeople } from "../people.ts"
import { type Person, people } from "./script.ts"
import { idOf } from "./seed.ts"

const visitor = { login: "you", username: "You" } as const

/** Valid for as long as anybody uses a demo, and in as many browsers. */
const signInLink = { uses: 100, lifetimeMs: 7 * dayMs } as const
const inviteMs = minuteMs

/** Before the server starts, so it does not ask for an administrator. */
export async function admitVisitor(config: Config): Promise<{ userId: string }> {
  return withPeople(config, async (parts) => {
    await addPerson(parts, { ...visitor, role: "admin" })
    const [added] = await listPeople(parts)
    if (added === undefined) throw new OperatorError("The demo's visitor could not be added.")
    return added
  })
}

/** Whoever opens it is signed in. It is used once before, so the others know the visitor. */
export async function visitorLink(config: Config, url: string): Promise<string> {
  const link = await withPeople({ ...config, publicUrl: url }, (parts) =>
    deviceLinkOf(parts, visitor.login, signInLink),
  )
  const token = await entered(url, "redeem", { code: codeOf(link.url) })
  const socket = io(url, { transports: ["websocket"], forceNew: true, auth: { token } })
  await new Promise<void>((resolve, reject) => socket.on("connect", resolve).on("connect_error", reject))
  socket.disconnect()
  return link.url
}

/** Each takes over their past messages. Resolves to their tokens. */
export async function admitPeople(config: Config, url: string): Promise<ReadonlyMap<Person, string>> {
  const codes = await withPeople({ ...config, publicUrl: url }, inviteAll)
  const tokens = await Promise.all(
    codes.map(async ([person, code]) => [person, await joined(url, person, code)] as const),
  )
  return new Map(tokens)
}

async function inviteAll(parts: TerminalParts): Promise<(readonly [Person, string])[]> {
  const codes: (readonly [Person, string])[] = []
  for (const person of Object.keys(people) as Person[]) {
    const wanted = { roomId: undefined, userId: idOf(person), uses: 1, expiresInMs: inviteMs }
    const { url } = await inviteFromTerminal(parts, wanted)
    codes.push([person, codeOf(url)])
  }
  return codes
}

/** Nobody will use the password again. */
function joined(url: string, login: Person, invite: string): Promise<string> {
  return entered(url, "join", { invite, login, username: people[login], password: crypto.randomUUID() })
}

async function entered(url: string, call: "join" | "redeem", body: object): Promise<string> {
  const headers = { "Content-Type": "application/json" }
  const response = await fetch(`${url}/api/${call}`, { method: "POST", headers, body: JSON.stringify(body) })
  const answer = (await response.json()) as { token?: string; error?: { message: string } }
  if (answer.token !== undefined) return answer.token
  throw new OperatorError(`The people of the demo could not come in: ${answer.error?.message}`)
}

function codeOf(url: string): string {
  return new URLSearchParams(new URL(url).hash.slice(1)).get("code") ?? ""
}
