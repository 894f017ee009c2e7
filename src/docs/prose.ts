/** What the documents say beyond the contract's own sentences, and its limits as a table. */
import { type LimitName, limitTable, type Rate, type Unit } from "../contract/limits.ts"

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

type LimitRow = readonly [about: string, limit: string, beyond: string]

/** The limits beyond which something happens; what bounds a field is said there. */
export function limitRows(): LimitRow[] {
  return (Object.keys(limitTable) as LimitName[]).flatMap((name) => {
    const { about, value, unit, beyond } = limitTable[name]
    return beyond === undefined ? [] : [[about, typeof value === "number" ? written(value, unit) : rate(value), beyond]]
  })
}

function written(value: number, unit: Unit): string {
  if (unit === "bytes") return `${(value / 1024).toLocaleString("en")} KiB`
  return unit === "ms" ? seconds(value) : value.toLocaleString("en")
}

/** Above one a second as a frequency, and else as an interval. */
function rate({ atOnce, thenEveryMs }: Rate): string {
  const then = thenEveryMs < 1_000 ? `${1_000 / thenEveryMs} per second` : `one in ${seconds(thenEveryMs)}`
  return `${atOnce.toLocaleString("en")} at once, then ${then}`
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`
}
