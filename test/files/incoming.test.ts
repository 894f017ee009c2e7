/** A file on its way that is cut, is too long, or meets a disk that takes a part of a piece: nothing half is counted, and it goes on. */
import { expect, test } from "bun:test"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import type { ChatError } from "../../src/contract/errors.ts"
import { Incoming } from "../../src/files/incoming.ts"
import { temporaryFolder } from "../support/folder.ts"

const sha = (bytes: string | Uint8Array) => new Bun.CryptoHasher("sha256").update(bytes).digest("hex")
const src = join(import.meta.dir, "../../src")

async function* pieces(texts: readonly string[], end?: Error) {
  for (const text of texts) yield Buffer.from(text)
  if (end !== undefined) throw end
}

test("[FILE1] a piece that is cut is kept as far as it came, and the next one goes on there", async () => {
  using folder = temporaryFolder()
  const incoming = new Incoming(join(folder.path, "a"), 100)
  const end = new Error("cut")
  expect(await incoming.append(pieces(["one", "tw"], end)).catch((cause) => cause)).toBe(end)
  expect([incoming.bytes, incoming.isWriting, readFileSync(incoming.path, "utf8")]).toEqual([5, false, "onetw"])
  // The next process has it as this one does.
  expect((await Incoming.reopen(incoming.path, 100)).bytes).toBe(5)
  await incoming.append(pieces(["o"]))
  expect([readFileSync(incoming.path, "utf8"), incoming.hash()]).toEqual(["onetwo", sha("onetwo")])
})

test("[FILE1] a piece that is too long is not written, not even a part of it", async () => {
  using folder = temporaryFolder()
  const incoming = new Incoming(join(folder.path, "a"), 5)
  const { code } = (await incoming.append(pieces(["abc", "def"])).catch((cause: ChatError) => cause)) as ChatError
  expect([code, incoming.bytes, readFileSync(incoming.path, "utf8")]).toEqual(["ERR_TOO_LARGE", 3, "abc"])
  await incoming.append(pieces(["de"]))
  expect([readFileSync(incoming.path, "utf8"), incoming.hash()]).toEqual(["abcde", sha("abcde")])
})

/** A limit on how long a file may be makes the system take a part of a piece and then refuse, as a full disk does. */
test.skipIf(process.platform === "win32")(
  "[FILE1] of a piece that the disk takes in part nothing is left, and a shorter one still fits",
  () => {
    using folder = temporaryFolder()
    const path = join(folder.path, "a")
    const program = `
    import { Incoming } from ${JSON.stringify(join(src, "files/incoming.ts"))}
    const incoming = new Incoming(${JSON.stringify(path)}, 1_000_000)
    const append = (bytes, of) => incoming.append([Buffer.alloc(bytes, of)])
    await append(3_000, "a")
    const code = await append(200_000, "b").then(() => "taken", ({ code }) => code)
    const told = [code, incoming.bytes, Bun.file(incoming.path).size]
    await append(1_000, "c")
    console.log(JSON.stringify([...told, incoming.bytes, incoming.hash()]))`
    // In blocks of 512 or of 1,024 bytes, as the shell has it.
    const limited = 'trap "" XFSZ; ulimit -f 8; exec "$0" -e "$1"'
    const { stdout } = Bun.spawnSync(["sh", "-c", limited, process.execPath, program])
    const whole = Buffer.concat([Buffer.alloc(3_000, "a"), Buffer.alloc(1_000, "c")])
    expect(JSON.parse(stdout.toString())).toEqual(["EFBIG", 3_000, 3_000, 4_000, sha(whole)])
    expect([statSync(path).size, sha(readFileSync(path))]).toEqual([4_000, sha(whole)])
  },
)
