/**
 * What the package for Debian puts where, as whose, and with what rights: by a small stand-in for the binary. And
 * what dpkg does with it in a root of its own, where systemd is a program that writes down what it is asked for.
 */
import { expect } from "bun:test"
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import type { Binary } from "../../deploy/release/binary.ts"
import { debianPackage } from "../../deploy/release/debian.ts"
import { version } from "../../package.json"
import { temporaryFolder } from "../support/folder.ts"
import { missing, testUnless } from "../support/programs.ts"

const root = join(import.meta.dir, "../..")
const binary = { bytes: Buffer.from("#!/bin/sh\n") } as unknown as Binary
const packaged = (architecture = "amd64") => debianPackage(root, architecture, binary, Date.UTC(2026, 0, 31) / 1_000)
const testPackage = testUnless(
  process.platform === "linux" ? missing("dpkg-deb", "dpkg") : "the packages are those of Linux",
)

testPackage(
  "the package has the binary, the unit and the licence, root's and readable, the same whatever the umask",
  async () => {
    using folder = temporaryFolder()
    const usual = process.umask(0o022)
    const deb = await packaged()
    process.umask(0o077)
    try {
      expect(Bun.hash(await packaged())).toBe(Bun.hash(deb))
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
  120_000,
)

testPackage(
  "its service is restarted by an upgrade, stopped by a removal, and neither started nor enabled by itself; data is kept",
  async () => {
    using machine = await machineWithSystemd()
    const { asked, dpkg, at } = machine
    expect(await dpkg("--install")).not.toContain("kept")
    expect(asked()).toEqual(["systemctl daemon-reload", "deb-systemd-invoke try-restart warren.service"])
    for (const path of ["/var/lib/warren", "/var/lib/warren-backups", "/etc/systemd/system/multi-user.target.wants"])
      mkdirSync(at(path), { recursive: true })
    const enabled = at("/etc/systemd/system/multi-user.target.wants/warren.service")
    symlinkSync("/usr/lib/systemd/system/warren.service", enabled)
    for (const [path, text] of [
      ["/etc/warren.env", "PUBLIC_URL=https://chat.example.com"],
      ["/var/lib/warren/warren.db", "messages"],
    ] as const)
      writeFileSync(at(path), text)

    await dpkg("--install")
    expect(asked()).toEqual(["systemctl daemon-reload", "deb-systemd-invoke try-restart warren.service"])
    await dpkg("--remove")
    expect(asked()).toEqual(["deb-systemd-invoke stop warren.service", "systemctl daemon-reload"])
    expect([existsSync(at("/usr/bin/warren")), readFileSync(at("/etc/warren.env"), "utf8")]).toEqual([
      false,
      "PUBLIC_URL=https://chat.example.com",
    ])
    // What was enabled is so again when the package comes back.
    expect(readlinkSync(enabled)).toBe("/usr/lib/systemd/system/warren.service")

    const told = await dpkg("--purge")
    expect(asked()).toEqual(["systemctl daemon-reload"])
    for (const kept of ["/var/lib/warren", "/var/lib/warren-backups", "/etc/warren.env"])
      expect(told).toContain(`${kept} is kept: delete it if nobody needs it any more.`)
    expect(readFileSync(at("/var/lib/warren/warren.db"), "utf8")).toBe("messages")
    expect(() => readlinkSync(enabled)).toThrow("ENOENT")
  },
  120_000,
)

testPackage(
  "where no systemd runs, as in a container, nothing is asked of it; what systemd refuses keeps no package from its way",
  async () => {
    using machine = await machineWithSystemd()
    const { asked, dpkg, at } = machine
    rmSync(at("/run"), { recursive: true })
    for (const action of ["--install", "--install", "--remove", "--purge"] as const) await dpkg(action)
    expect(asked()).toEqual([])
    mkdirSync(at("/run/systemd/system"), { recursive: true })
    machine.refuse()
    for (const action of ["--install", "--remove", "--purge"] as const) await dpkg(action)
    expect(asked().length).toBeGreaterThan(0)
  },
  120_000,
)

testPackage(
  "a removal that did not happen leaves the service running",
  async () => {
    using machine = await machineWithSystemd()
    const { asked, dpkg, at } = machine
    await dpkg("--install")
    asked()
    // The scripts as dpkg calls them: see "Summary of ways maintainer scripts are called" of Debian's policy.
    const run = (script: string, ...args: string[]) => machine.run([at(`/var/lib/dpkg/info/warren.${script}`), ...args])
    await run("prerm", "remove")
    await run("postinst", "abort-remove")
    expect(asked()).toEqual(["deb-systemd-invoke stop warren.service", "deb-systemd-invoke start warren.service"])
    await run("prerm", "upgrade", version)
    await run("postrm", "upgrade", version)
    expect(asked()).toEqual([])
  },
  120_000,
)

/** A root for dpkg, in which systemd seems to run. */
async function machineWithSystemd() {
  const folder = temporaryFolder()
  const place = join(folder.path, "root")
  const at = (path: string) => join(place, path)
  const [deb, log, programs] = ["warren.deb", "asked", "programs"].map((name) => join(folder.path, name)) as [
    string,
    string,
    string,
  ]
  for (const path of [at("/run/systemd/system"), at("/var/lib/dpkg/updates"), at("/var/lib/dpkg/info"), programs])
    mkdirSync(path, { recursive: true })
  writeFileSync(at("/var/lib/dpkg/status"), "")
  writeFileSync(deb, await packaged((await Bun.$`dpkg --print-architecture`.text()).trim()))
  const standIn = (status: number) => {
    for (const name of ["systemctl", "deb-systemd-invoke"]) {
      const path = join(programs, name)
      writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> ${log}\nexit ${status}\n`)
      chmodSync(path, 0o755)
    }
  }
  standIn(0)
  const environment = { ...process.env, PATH: `${programs}:${process.env["PATH"]}:/usr/sbin:/sbin`, DPKG_ROOT: place }
  const run = async (command: readonly string[]) => {
    const { stdout, stderr, exitCode } = await Bun.$`${command}`.env(environment).quiet().nothrow()
    expect(exitCode, stderr.toString()).toBe(0)
    return `${stdout}${stderr}`
  }
  const forced = "--force-not-root,script-chrootless,depends,bad-path"
  return {
    at,
    run,
    dpkg: (action: "--install" | "--remove" | "--purge") =>
      run(["dpkg", `--root=${place}`, forced, action, action === "--install" ? deb : "warren"]),
    /** What was asked of systemd since the last time. */
    asked: () => {
      const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : []
      rmSync(log, { force: true })
      return lines
    },
    refuse: () => standIn(1),
    [Symbol.dispose]: folder[Symbol.dispose],
  }
}
