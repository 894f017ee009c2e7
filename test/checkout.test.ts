/** A checkout is the same bytes everywhere, also with the git of Windows, which writes CRLF unless told otherwise. */
import { expect } from "bun:test"
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "./support/folder.ts"
import { missing, testUnless } from "./support/programs.ts"

testUnless(missing("git"))(
  "a git that writes CRLF writes LF here",
  async () => {
    using folder = temporaryFolder()
    const git = (...args: string[]) => Bun.$`git -c core.autocrlf=true -C ${folder.path} ${args}`.quiet()
    await git("init")
    cpSync(join(import.meta.dir, "../.gitattributes"), join(folder.path, ".gitattributes"))
    const files = ["a.ts", "a.css", "a.html", "a.sql", "a.md", "a.json", ".ci", "LICENSE"]
    for (const file of files) writeFileSync(join(folder.path, file), "one\ntwo\n")
    await git("add", ".")
    for (const file of files) rmSync(join(folder.path, file))
    await git("checkout-index", "--all", "--force")
    for (const file of files) expect(readFileSync(join(folder.path, file), "utf8"), file).toBe("one\ntwo\n")
  },
  120_000,
)
