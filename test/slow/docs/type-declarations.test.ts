/** The types that a client downloads: they compile on their own, type a client, and are those of the contract. */
import { expect, test } from "bun:test"
import { join } from "node:path"
import completeRoom from "../../../src/docs/snippets/complete-room.ts.txt" with { type: "text" }
import firstClient from "../../../src/docs/snippets/first-client.ts.txt" with { type: "text" }
import firstClientWithToken from "../../../src/docs/snippets/first-client-token.ts.txt" with { type: "text" }
import signInClient from "../../../src/docs/snippets/sign-in.ts.txt" with { type: "text" }
import tokenClient from "../../../src/docs/snippets/token.ts.txt" with { type: "text" }
import { typeDeclarations } from "../../../src/docs/type-declarations.ts"
import { temporaryFolder } from "../../support/folder.ts"

const root = join(import.meta.dir, "../../..")

const sameAsContract = `
import type * as contract from ${JSON.stringify(join(root, "src/contract/events.ts"))}
import type { AcknowledgedEvents, ClientToServerEvents, ServerToClientEvents } from "./warren.js"

type Plain<T> = T extends (...args: infer Args) => infer Result
  ? (...args: { [K in keyof Args]: Plain<Args[K]> }) => Result
  : T extends object ? { [K in keyof T]: Plain<T[K]> } : T
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** With every callback required. A payload of which nothing is required may be left out. */
type Acknowledged<Events extends Record<string, (...args: any[]) => void>> = {
  [E in keyof Events]: (...args: Required<Parameters<Events[E]>> extends [infer Payload, infer Ack]
    ? Partial<Payload> extends Payload ? [Payload, Ack] | [Ack] : [Payload, Ack]
    : never) => void
}

const asked: Same<Plain<ClientToServerEvents>, Plain<contract.ClientToServerEvents>> = true
const told: Same<Plain<ServerToClientEvents>, Plain<contract.ServerToClientEvents>> = true
const acknowledged: Same<Plain<AcknowledgedEvents>, Plain<Acknowledged<contract.ClientToServerEvents>>> = true
export { acknowledged, asked, told }
`

const withoutPayload = `
import { io, type Socket } from "socket.io-client"
import type { AcknowledgedEvents, ServerToClientEvents } from "./warren.js"
const socket: Socket<ServerToClientEvents, AcknowledgedEvents> = io()
const listed = await socket.emitWithAck("list_rooms")
if (listed.ok) console.log(listed.rooms[0]?.name)
socket.emit("list_rooms", (answer) => console.log(answer.ok))
`

/** What a token says of its owner is left out. */
const asTokenSays = `
import { io, type Socket } from "socket.io-client"
import type { AcknowledgedEvents, ServerToClientEvents } from "./warren.js"
const socket: Socket<ServerToClientEvents, AcknowledgedEvents> = io()
const { id: roomId } = { id: "x" }
const joined = await socket.emitWithAck("join_room", { roomId })
if (joined.ok) await socket.emitWithAck("send_message", { roomId, content: "Hi" })
`

/** The snippet stands behind the first one, and leaves two functions to the reader. */
const withToken = `
import { io, type Socket } from "socket.io-client"
import type { AcknowledgedEvents, ServerToClientEvents } from "./warren.js"
type Chat = Socket<ServerToClientEvents, AcknowledgedEvents>
declare function freshToken(): Promise<string>
declare function askToSignIn(): void
${tokenClient}
export { socket }
`

const withAccount = withToken.replace(tokenClient, signInClient)

const wrong = `
import { io, type Socket } from "socket.io-client"
import type { AcknowledgedEvents, ServerToClientEvents } from "./warren.js"
const socket: Socket<ServerToClientEvents, AcknowledgedEvents> = io()
socket.emit("join_room", { roomId: "x", userId: "ann" }, () => {})
socket.emit("no_event", {})
socket.on("message_received", ({ text }) => console.log(text))
const answer = await socket.emitWithAck("send_message", { roomId: "x", userId: "ann", content: "hi" })
console.log(answer.message)
`

const open = { version: "1.2.3", auth: "open" } as const
const token = { version: "1.2.3", auth: "token" } as const

test("the snippets of the page compile with the types, and the types are those of the contract", async () => {
  const programs = { firstClient, completeRoom, withToken, withoutPayload, sameAsContract }
  expect(await compile(open, programs)).toEqual({ output: "", status: 0 })
}, 120_000)

test("[AUTH2] with the types of a server that asks for tokens, a client need not say who it is", async () => {
  const programs = { firstClientWithToken, completeRoom, withToken, withAccount, asTokenSays }
  expect(await compile(token, programs)).toEqual({ output: "", status: 0 })
  const { output } = await compile(open, { asTokenSays })
  expect(output).toContain("missing the following properties from type 'JoinRoom': userId, username")
}, 120_000)

test("the types find what is wrong in a client", async () => {
  const { output } = await compile(open, { wrong })
  const found = output.split("\n").filter((line) => line.includes("error TS"))
  const complaints = [/'username' is missing/, /"no_event"/, /'text' does not exist/, /'message' does not exist/]
  expect(found).toEqual(complaints.map((complaint) => expect.stringMatching(complaint)))
}, 120_000)

async function compile(server: Parameters<typeof typeDeclarations>[0], programs: Record<string, string>) {
  using folder = temporaryFolder()
  await Bun.write(join(folder.path, "warren.d.ts"), typeDeclarations(server))
  for (const [name, text] of Object.entries(programs)) await Bun.write(join(folder.path, `${name}.ts`), text)
  await Bun.$`ln -s ${join(root, "node_modules")} ${join(folder.path, "node_modules")}`
  const settings = ["--noEmit", "--strict", "--target", "esnext", "--module", "preserve", "--lib", "esnext,dom"]
  const strictest = [
    "--exactOptionalPropertyTypes",
    "--noUncheckedIndexedAccess",
    "--allowImportingTsExtensions",
    "--skipDefaultLibCheck",
  ]
  const files = Object.keys(programs).map((name) => `${name}.ts`)
  const tsc = Bun.spawn(
    [join(root, "node_modules/.bin/tsc"), ...settings, ...strictest, "--types", "", "warren.d.ts", ...files],
    {
      cwd: folder.path,
      stdout: "pipe",
    },
  )
  return { output: await tsc.stdout.text(), status: await tsc.exited }
}
