/** What is published of a version: whole, checked by its sums, and the binary alone serves in an image without anything else. */
import { expect } from "bun:test"
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { name, version } from "../../package.json"
import { createRoom, joined } from "../support/client.ts"
import { isMountable } from "../support/faults.ts"
import { temporaryFolder } from "../support/folder.ts"
import { freePort } from "../support/port.ts"
import { runProcess, startProcess } from "../support/process.ts"
import { missing, testUnless } from "../support/programs.ts"

const root = join(import.meta.dir, "../..")
const target = `${process.platform}-${process.arch}`
const nobody = 65_532

testUnless(process.platform === "linux" ? missing("dpkg-deb", "dpkg") : "the packages are those of Linux")(
  "a release has the binary, the package, what is in them and the sums; RELEASE_TWICE=1 builds it twice and compares",
  async () => {
    using folder = temporaryFolder()
    const out = join(folder.path, "out")
    const check = process.env["RELEASE_TWICE"] === "1" ? ["--check"] : []
    const args = ["run", "release", "--target", target, "--out", out, ...check]
    const made = await runProcess(args, {}, { command: [process.execPath], cwd: root })
    expect(made.status, made.stderr).toBe(0)
    const architecture = process.arch === "x64" ? "amd64" : "arm64"
    const [tar, deb] = [`${name}-${version}-${target}.tar.gz`, `${name}_${version}_${architecture}.deb`]
    expect(readdirSync(out).sort()).toEqual(["SHA256SUMS", tar, "warren.cdx.json", deb].sort())
    const summed = await runProcess(["--check", "SHA256SUMS"], {}, { command: ["sha256sum"], cwd: out })
    expect(summed.status, summed.stdout).toBe(0)

    await Bun.$`tar xzf ${join(out, tar)} -C ${folder.path}`
    const binary = join(folder.path, `${name}-${version}-${target}/warren`)
    const documents = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"))
    expect(readdirSync(join(dirname(binary), "docs")).sort()).toEqual(documents.sort())
    expect((await runProcess(["--version"], {}, { command: [binary] })).stdout).toBe(`${version}\n`)
    const listed = await Bun.$`dpkg-deb -c ${join(out, deb)}`.text()
    for (const path of ["./usr/bin/warren", "./usr/lib/systemd/system/warren.service", "copyright"])
      expect(listed).toContain(path)
    expect(listed).not.toMatch(/^\S+ (?!root\/root)/m)
    await Bun.$`dpkg-deb -x ${join(out, deb)} ${join(folder.path, "installed")}`
    const unit = readFileSync(join(folder.path, "installed/usr/lib/systemd/system/warren.service"), "utf8")
    expect(unit).toContain("ExecStart=/usr/bin/warren serve")

    const { components } = JSON.parse(readFileSync(join(out, "warren.cdx.json"), "utf8"))
    const names = components.map(({ name }: { name: string }) => name)
    expect(names).toEqual(expect.arrayContaining(["bun", "socket.io", "valibot", "engine.io-parser"]))
    expect(names).not.toContain("typescript")
    for (const { purl, hashes } of components.slice(1)) expect([purl, hashes[0].content.length]).toEqual([purl, 128])
    if (process.getuid?.() === 0 && isMountable) await serveAlone(binary)
  },
  300_000,
)

/** In a root that is made as deploy/Containerfile makes it, by a user without rights. */
async function serveAlone(binary: string): Promise<void> {
  using image = temporaryFolder()
  chmodSync(image.path, 0o755)
  const containerfile = readFileSync(join(root, "deploy/Containerfile"), "utf8")
  expect(containerfile).toContain(`USER ${nobody}:${nobody}`)
  const put = (from: string, to: string) => {
    mkdirSync(dirname(join(image.path, to)), { recursive: true })
    cpSync(from, join(image.path, to), { dereference: true })
  }
  put(binary, "usr/bin/warren")
  const libraries = (await Bun.$`ldd ${binary}`.text()).match(/\/\S+/g) ?? []
  expect(libraries.length).toBeGreaterThan(3)
  for (const library of libraries) put(library, library)
  for (const folder of ["data", "tmp", "proc", "dev"]) mkdirSync(join(image.path, folder))
  chownSync(join(image.path, "data"), nobody, nobody)
  await Bun.$`mknod -m 666 ${join(image.path, "dev/null")} c 1 3`
  await Bun.$`mknod -m 666 ${join(image.path, "dev/urandom")} c 1 9`
  await Bun.$`mount -t proc proc ${join(image.path, "proc")}`
  try {
    const port = `${await freePort()}`
    const enter = ["chroot", `--userspec=${nobody}:${nobody}`, image.path, "/usr/bin/warren"]
    const environment = { HOST: "127.0.0.1", PORT: port, DATA_DIR: "/data" }
    await using server = await startProcess(environment, { command: enter })
    const room = await createRoom(server.url)
    await using ann = await joined(server.url, room, "ann")
    expect(await ann.ask("send_message", { roomId: room.id, userId: "ann", content: "alone" })).toMatchObject({
      ok: true,
    })
    const health = await runProcess(["health", "--timeout", "4s"], environment, { command: enter })
    expect([health.status, health.stdout]).toEqual([0, `http://127.0.0.1:${port} is ready.\n`])
    expect(await server.stop()).toBe(0)
  } finally {
    await Bun.$`umount ${join(image.path, "proc")}`
  }
}
