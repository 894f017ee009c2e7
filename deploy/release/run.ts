/**
 * `bun run release`: everything that is published of a version, from a clean checkout.
 *
 * The same commit gives the same bytes, whoever builds it and whenever: the binary is always
 * built under one name, archives have fixed owners and times, and nothing is taken from the
 * machine. `--check` builds all of it twice and compares.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { version } from "../../package.json"
import { archive } from "./archive.ts"
import { binary, targets } from "./binary.ts"
import { debianPackage, debianTargets } from "./debian.ts"
import { billOfMaterials } from "./sbom.ts"

const root = join(import.meta.dir, "../..")
const { values } = parseArgs({
  options: {
    out: { type: "string", default: join(root, "dist/release") },
    target: { type: "string", multiple: true },
    check: { type: "boolean", default: false },
  },
})

const chosen = values.target ?? [...targets]
const unknown = chosen.filter((target) => !targets.some((known) => known === target))
if (unknown.length > 0) {
  process.stderr.write(`There is no target ${unknown.join(", ")}: choose among ${targets.join(", ")}.\n`)
  process.exit(78)
}
const epochSeconds = timeOfCommit()
const sums = await release(values.out)
if (values.check) {
  const again = await release(`${values.out}.again`)
  rmSync(`${values.out}.again`, { recursive: true })
  if (again !== sums) {
    process.stderr.write(`It was not the same twice:\n${sums}\n${again}`)
    process.exit(1)
  }
}
process.stdout.write(sums)

/** Returns the checksums of all of it. */
async function release(folder: string): Promise<string> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const files = new Map<string, Uint8Array>([["warren.cdx.json", await billOfMaterials(root, version)]])
  for (const target of targets.filter((known) => chosen.includes(known))) {
    const built = await binary(root, target)
    const name = `warren-${version}-${target}`
    files.set(`${name}.tar.gz`, await archive(root, name, built, epochSeconds))
    const architecture = debianTargets[target]
    if (architecture === undefined || Bun.which("dpkg-deb") === null) continue
    files.set(`warren_${version}_${architecture}.deb`, await debianPackage(root, architecture, built, epochSeconds))
  }
  const sums = [...files]
    .map(([name, bytes]) => `${sha256(bytes)}  ${name}\n`)
    .sort()
    .join("")
  for (const [name, bytes] of [...files, ["SHA256SUMS", Buffer.from(sums)] as const])
    writeFileSync(join(folder, name), bytes)
  return sums
}

function sha256(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex")
}

/** All times in what is published. */
function timeOfCommit(): number {
  const given = process.env["SOURCE_DATE_EPOCH"]
  if (given !== undefined) return Number(given)
  const { stdout, exitCode } = Bun.spawnSync(["git", "log", "-1", "--format=%ct"], { cwd: root })
  return exitCode === 0 ? Number(stdout.toString()) : 0
}
