/**
 * The server as the browser's tests start it: a process on a folder filled beforehand. It is the compiled binary, which
 * has the page ready that each process from the source makes anew; source.test.ts tries a few from there.
 */
import { beforeAll } from "bun:test"
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { scripts } from "../../../package.json"
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

/** In the time of no test. */
const buildMsMax = 300_000

/** Has the binary made before the first test of a file, which would be late otherwise. */
export function makeBinaryFirst(): void {
  beforeAll(() => fromBinary.command().then(() => {}), buildMsMax)
}

/** As `bun run build` makes it. What was made of the same sources is taken again, by whatever file of tests. */
async function build(): Promise<readonly string[]> {
  const folder = join(root, "dist")
  const name = `tested-${await hashOfSources()}`
  mkdirSync(folder, { recursive: true })
  const all = readdirSync(folder)
  if (!all.includes(name)) {
    for (const old of all) if (old.startsWith("tested-")) rmSync(join(folder, old), { force: true })
    // Files of tests run side by side: each makes its own, and the last one stays.
    const made = join(folder, `making-${process.pid}`)
    const [, ...args] = scripts.build.split(" ")
    const command = args.with(args.indexOf("dist/warren"), made)
    const { status, stderr } = await runProcess(command, {}, { command: [process.execPath], cwd: root })
    if (status !== 0) throw new Error(stderr)
    renameSync(made, join(folder, name))
  }
  return [join(folder, name)]
}

async function hashOfSources(): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256").update(Bun.version)
  const sources = (await Array.fromAsync(new Bun.Glob("src/**/*").scan(root))).sort()
  for (const file of [...sources, "package.json", "bun.lock", "tsconfig.json"])
    hasher.update(file).update(await Bun.file(join(root, file)).bytes())
  return hasher.digest("hex").slice(0, 16)
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
