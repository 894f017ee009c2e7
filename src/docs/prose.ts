/** What the documents say beyond the contract's own sentences, and its limits as a table. */
import { limitInWords } from "../contract/limit-words.ts"
import { type LimitName, limitTable } from "../contract/limits.ts"

export const overview =
  "Warren is a chat server that speaks Socket.IO 4. A client asks by emitting events with one object each, and " +
  "learns what happened from acknowledgements and from the events of the rooms it is in."

export const running =
  "Bun and Node from 22.18 run it as it is: `node chat.ts`. " +
  "To check its types: `npx -p typescript tsc --noEmit --strict --target esnext --module nodenext chat.ts`."

export const withoutTokens =
  "This server lets a client say who it is, in the `userId` of each request. " +
  "One with `AUTH=token` asks for a JWT in the handshake instead."
export const withTokens = "This server asks for a JWT in the handshake (`AUTH=token`)."
export const tokenClaims =
  "Its `sub` is the `userId` of every request, which may then be left out; " +
  "its `name` and `avatar` win over what a request says."

export const retries =
  "With socket.io-client's option `retries`, give every `emit` a callback: a refusal goes there, and never comes as " +
  "`error`. Set `ackTimeout` too: without it that client takes every answer for a failure, and sends everything again."

type LimitRow = readonly [about: string, limit: string, otherwise: string]

/** The limits that more follows from than an answer about a field, which is told where that field is. */
export function limitRows(): LimitRow[] {
  return (Object.keys(limitTable) as LimitName[]).flatMap((name) => {
    const { about, otherwise } = limitTable[name]
    return otherwise === undefined ? [] : [[about, limitInWords(name), otherwise]]
  })
}
