/** What the package for Debian puts where, as whose, and with what rights: by a small stand-in for the binary. */
import { expect } from "bun:test"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Binary } from "../../deploy/release/binary.ts"
import { debianPackage } from "../../deploy/release/debian.ts"
import { version } from "../../package.json"
import { temporaryFolder } from "../support/folder.ts"
import { missing, testUnless } from "../support/programs.ts"

const root = join(import.meta.dir, "../..")

testUnless(process.platform === "linux" ? missing("dpkg-deb", "dpkg") : "the packages are those of Linux")(
  "the package has the binary, the unit and the licence, root's and readable, the same whatever the umask",
  async () => {
    using folder = temporaryFolder()
    const binary = { bytes: Buffer.from("#!/bin/sh\n") } as unknown as Binary
    const made = () => debianPackage(root, "amd64", binary, Date.UTC(2026, 0, 31) / 1_000)
    const usual = process.umask(0o022)
    const deb = await made()
    process.umask(0o077)
    try {
      expect(Bun.hash(await made())).toBe(Bun.hash(deb))
    } finally {
      process.umask(usual)
    }
    const [file, into] = [join(folder.path, "warren.deb"), join(folder.path, "installed")]
    writeFileSync(file, deb)
    const listed = (await Bun.$`dpkg-deb -c ${file}`.text()).trim().split("\n")
    expect(listed.map((line) => line.replace(/^(\S+) (\S+) .* (\S+)$/, "$1 $2 $3"))).toEqual([
      "drwxr-xr-x root/root ./",
      "drwxr-xr-x root/root ./usr/",
      "drwxr-xr-x root/root ./usr/bin/",
      "-rwxr-xr-x root/root ./usr/bin/warren",
      "drwxr-xr-x root/root ./usr/lib/",
      "drwxr-xr-x root/root ./usr/lib/systemd/",
      "drwxr-xr-x root/root ./usr/lib/systemd/system/",
      "-rw-r--r-- root/root ./usr/lib/systemd/system/warren.service",
      "drwxr-xr-x root/root ./usr/share/",
      "drwxr-xr-x root/root ./usr/share/doc/",
      "drwxr-xr-x root/root ./usr/share/doc/warren/",
      "-rw-r--r-- root/root ./usr/share/doc/warren/copyright",
    ])
    await Bun.$`dpkg-deb -x ${file} ${into}`
    expect(readFileSync(join(into, "usr/share/doc/warren/copyright"), "utf8")).toBe(
      readFileSync(join(root, "LICENSE"), "utf8"),
    )
    const unit = readFileSync(join(into, "usr/lib/systemd/system/warren.service"), "utf8")
    expect(unit).toContain("ExecStart=/usr/bin/warren serve")
    expect(unit).not.toContain("/usr/local")
    const fields = ["Package", "Version", "Architecture", "Installed-Size"]
    expect((await Bun.$`dpkg-deb -f ${file} ${fields}`.text()).trim().split("\n")).toEqual([
      "Package: warren",
      `Version: ${version}`,
      "Architecture: amd64",
      "Installed-Size: 1",
    ])
  },
  60_000,
)
