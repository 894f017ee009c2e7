/** What the documents say beyond the contract's own sentences, and its limits as a table. */
import type * as v from "valibot"
import type { Auth } from "../contract/accounts.ts"
import type { RequestDefinition } from "../contract/definition.ts"
import { limitInWords } from "../contract/limit-words.ts"
import { type LimitName, limitTable } from "../contract/limits.ts"

export const overview =
  "Warren is a chat server that speaks Socket.IO 4. A client asks by emitting events with one object each, and " +
  "learns what happened from acknowledgements and from the events of the rooms it is in."

export const running =
  "Bun and Node from 22.18 run it as it is: `node chat.ts`. " +
  "To check its types: `npx -p typescript tsc --noEmit --strict --target esnext --module nodenext chat.ts`."

/** How a client says who it is. */
export const identity: Readonly<Record<Auth, string>> = {
  open:
    "This server believes what a client says (`AUTH=open`): the `userId` of each request is any text of the client's " +
    "own, the same on each device of one person. A server with `AUTH=token` or `AUTH=accounts` asks for a token " +
    "instead, and its own documents say how to get one.",
  token:
    "This server asks for a JWT in the handshake (`AUTH=token`). Your own service gives it out; " +
    "`warren token --user ann --name Ann` prints one. Its `sub` is the `userId` of every request, which may then be " +
    "left out; its `name` and `avatar` win over what a request says.",
  accounts:
    "People have accounts here (`AUTH=accounts`), and so have bots. An account comes by a link that an administrator, " +
    "or `warren user add`, made: `POST /api/redeem` or `/api/join` turns the code in it into a token, and later " +
    "`POST /api/sign-in` gives another. The token says who the connection is; `userId` and `username` may be left " +
    `out. Keep it: it holds until it was not used for ${limitInWords("sessionIdleMaxMs")}, or ` +
    `${limitInWords("sessionAgeMaxMs")} at most.`,
}

export const retries =
  "With socket.io-client's option `retries`, give every `emit` a callback: a refusal goes there, and never comes as " +
  "`error`. Set `ackTimeout` too: without it that client takes every answer for a failure, and sends everything again."

/** What a request needs of the server, if not every one has it. */
export function needed(needs: RequestDefinition<v.GenericSchema, v.GenericSchema>["needs"]): string[] {
  switch (needs) {
    case "accounts":
      return ["Only with `AUTH=accounts`."]
    case "people":
      return ["Only with `AUTH=accounts` or `AUTH=token`."]
    case undefined:
      return []
  }
}

type LimitRow = readonly [about: string, limit: string, otherwise: string]

/** The limits that more follows from than an answer about a field, which is told where that field is. */
export function limitRows(): LimitRow[] {
  return (Object.keys(limitTable) as LimitName[]).flatMap((name) => {
    const { about, otherwise } = limitTable[name]
    return otherwise === undefined ? [] : [[about, limitInWords(name), otherwise]]
  })
}
