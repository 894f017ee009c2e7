/**
 * A package for Debian and Ubuntu: the binary, the service, and what the law asks for. Its
 * scripts restart a server that runs and stop it when the package goes; they enable nothing,
 * since a server needs its settings first.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { version } from "../../package.json"
import type { Binary, Target } from "./binary.ts"

/** Of those that can have one, what Debian calls the machine. */
export const debianTargets: Partial<Record<Target, string>> = { "linux-x64": "amd64", "linux-arm64": "arm64" }

export async function debianPackage(root: string, architecture: string, { bytes }: Binary, epochSeconds: number) {
  const folder = mkdtempSync(join(tmpdir(), "warren-deb-"))
  try {
    const tree = join(folder, "tree")
    const put = (path: string, content: string | Uint8Array, mode = 0o644) => {
      mkdirSync(dirname(join(tree, path)), { recursive: true })
      writeFileSync(join(tree, path), content)
      // Whatever the umask of whoever builds it.
      chmodSync(join(tree, path), mode)
      for (let made = dirname(join(tree, path)); made.length >= tree.length; made = dirname(made))
        chmodSync(made, 0o755)
      utimesSync(join(tree, path), epochSeconds, epochSeconds)
    }
    const textOf = (path: string) => readFileSync(join(root, path), "utf8")
    put("usr/bin/warren", bytes, 0o755)
    put(
      "usr/lib/systemd/system/warren.service",
      textOf("deploy/warren.service").replace("/usr/local/bin/", "/usr/bin/"),
    )
    put("usr/share/doc/warren/copyright", textOf("LICENSE"))
    put("DEBIAN/control", control(architecture, bytes.length))
    for (const script of ["postinst", "prerm", "postrm"])
      put(`DEBIAN/${script}`, textOf(`deploy/release/debian/${script}`), 0o755)
    const file = join(folder, "warren.deb")
    const env = { ...process.env, SOURCE_DATE_EPOCH: `${epochSeconds}` }
    const command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z10", "--threads-max=1", "--build", tree, file]
    const { exitCode, stderr } = Bun.spawnSync(command, { env })
    if (exitCode !== 0) throw new Error(stderr.toString())
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function control(architecture: string, bytes: number): string {
  return `Package: warren
Version: ${version}
Architecture: ${architecture}
Maintainer: Warren <maintainers@warren.invalid>
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: libc6 (>= 2.31)
Section: net
Priority: optional
Description: chat server for small teams
 One process, one file, one port: rooms, messages, presence and history over
 Socket.IO, kept in SQLite. "systemctl enable --now warren" starts it.
`
}
