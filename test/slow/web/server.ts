/** The server as the browser's tests start it: a process, from the source or the compiled binary, on a folder filled beforehand. */
import { join } from "node:path"
import type { MessageId, RoomId, UserId } from "../../../src/contract/values.ts"
import { openSqliteStore } from "../../../src/store/sqlite/open.ts"
import { runProcess, sourceCommand } from "../../support/process.ts"

const root = join(import.meta.dir, "../../..")

/** What to run, made first if need be. */
export interface Edition {
  readonly name: string
  readonly command: () => Promise<readonly string[]>
}

export const fromSource: Edition = { name: "source", command: async () => sourceCommand }

export const fromBinary: Edition = { name: "binary", command: () => (built ??= build()) }

let built: Promise<readonly string[]> | undefined

async function build(): Promise<readonly string[]> {
  const { status, stderr } = await runProcess(["run", "build"], {}, { command: [process.execPath], cwd: root })
  if (status !== 0) throw new Error(stderr)
  return [join(root, "dist/warren")]
}

/** A folder whose one room holds these messages, one a minute, of three people in turn. Resolves to the room's id. */
export async function seedRoom(folder: string, name: string, contents: readonly string[]): Promise<string> {
  const onFailure = (cause: unknown) => {
    throw cause
  }
  const store = openSqliteStore(folder, { pendingMax: Number.POSITIVE_INFINITY, onFailure })
  const roomId = crypto.randomUUID() as string as RoomId
  const beginning = Date.now() - (contents.length + 1) * 60_000
  const ignore = () => {}
  store.submit({ kind: "createRoom", id: roomId, name, visibility: "public", creator: null, at: beginning }, ignore)
  const authors = ["Ann", "Bob", "Cleo"].map((username) => ({ userId: username.toLowerCase() as UserId, username }))
  for (const author of authors) {
    store.submit(
      {
        kind: "join",
        roomId,
        ...author,
        avatar: null,
        since: undefined,
        epoch: undefined,
        newUserWaitMs: 0,
        isKnown: false,
        isAdmin: false,
        at: beginning,
      },
      ignore,
    )
  }
  for (const [index, content] of contents.entries()) {
    const id = Bun.randomUUIDv7() as string as MessageId
    const { userId } = authors[index % authors.length]!
    const at = beginning + index * 60_000
    store.submit({ kind: "send", roomId, userId, id, chosen: false, type: "text", content, at }, ignore)
  }
  await store.close()
  return roomId
}
