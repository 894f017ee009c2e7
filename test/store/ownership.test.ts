/** What root makes in the data folder of the server's own user is that user's, who could not read it otherwise. */
import { expect } from "bun:test"
import { chownSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { openFolderAccounts } from "../../src/store/sqlite/beside.ts"
import { writeInBulk } from "../../src/store/sqlite/bulk.ts"
import { enterFolder } from "../../src/store/sqlite/open.ts"
import { strangersIn } from "../../src/store/sqlite/ownership.ts"
import { temporaryFolder } from "../support/folder.ts"
import { testUnless } from "../support/programs.ts"

const server = 65_532
const testAsRoot = testUnless(process.getuid?.() === 0 ? undefined : "only root gives files away")
const silent = { onBegin: () => {}, onProgress: () => {}, onEnd: () => {} }

testAsRoot(
  "all that a command of root's makes in a folder is its owner's",
  async () => {
    using folder = temporaryFolder()
    chownSync(folder.path, server, server)
    await writeInBulk(folder.path, async (bulk) => {
      bulk.user({ id: "ann", username: "Ann", avatar: null, at: 1 })
      mkdirSync(join(folder.path, "files/ab"), { recursive: true })
      writeFileSync(join(folder.path, "files/ab/abc"), "bytes")
    })
    const made = readdirSync(folder.path, { recursive: true }).map(String)
    expect(made.sort()).toEqual(["files", "files/ab", "files/ab/abc", "lock.db", "served.json", "warren.db"])
    const owners = () => made.map((name) => lstatSync(join(folder.path, name)).uid)
    expect(owners()).toEqual(made.map(() => server))

    await (await openFolderAccounts(folder.path, silent)).close()
    expect(owners()).toEqual(made.map(() => server))
  },
  20_000,
)

testAsRoot(
  "a folder of root's stays root's, and so does what is not Warren's or behind a link",
  async () => {
    using folder = temporaryFolder()
    const at = (name: string) => join(folder.path, name)
    for (const name of ["root", "theirs", "elsewhere"]) mkdirSync(at(name))
    writeFileSync(at("elsewhere/secret"), "")
    for (const name of ["notes", "files"]) writeFileSync(at(`theirs/${name}`), "")
    symlinkSync(at("elsewhere"), at("theirs/search"))
    chownSync(at("theirs"), server, server)
    for (const name of ["root", "theirs"]) enterFolder(at(name)).release()
    const ownerOf = (name: string) => lstatSync(at(name)).uid
    expect(["root/lock.db", "theirs/notes", "elsewhere", "elsewhere/secret"].map(ownerOf)).toEqual([0, 0, 0, 0])
    expect(["theirs/lock.db", "theirs/files", "theirs/search"].map(ownerOf)).toEqual([server, server, server])
  },
  20_000,
)

testAsRoot(
  "what belongs to another than its folder is found",
  async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, "files/ab"), { recursive: true })
    for (const name of ["files/ab/abc", "warren.db", "notes"]) writeFileSync(join(folder.path, name), "")
    expect(strangersIn(folder.path)).toEqual([])
    for (const name of ["", "files", "files/ab"]) chownSync(join(folder.path, name), server, server)
    expect(strangersIn(folder.path).sort()).toEqual(
      ["files/ab/abc", "warren.db"].map((name) => join(folder.path, name)),
    )
  },
  20_000,
)
