/** Everything of others that is compiled in, as CycloneDX has it: from the lock file, without a time or a random number. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { dependencies, engines } from "../../package.json"

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>
}

/** The resolved name and version, where it comes from, what it needs, and its hash. */
type Entry = readonly [resolved: string, source: string, needs: Locked, hash: string]

export async function billOfMaterials(root: string, version: string): Promise<Uint8Array> {
  const lock = Bun.JSONC.parse(readFileSync(join(root, "bun.lock"), "utf8")) as { packages: Record<string, Entry> }
  const found = new Map<string, Entry>()
  for (const name of Object.keys(dependencies)) collect(lock.packages, name, "", found)
  const bun = { type: "platform", name: "bun", version: engines.bun.replace(">=", "") }
  const components = [...found.values()].map(component).sort((a, b) => (a["bom-ref"] < b["bom-ref"] ? -1 : 1))
  const document = {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: { type: "application", name: "warren", version, licenses: [{ license: { id: "MIT" } }] } },
    components: [bun, ...components],
  }
  return Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`)
}

/** A package that needs another version of its own has it under its own name. */
function collect(
  packages: Readonly<Record<string, Entry>>,
  name: string,
  owner: string,
  found: Map<string, Entry>,
): void {
  const key = packages[`${owner}/${name}`] === undefined ? name : `${owner}/${name}`
  const entry = packages[key]
  if (entry === undefined || found.has(key)) return
  found.set(key, entry)
  for (const needed of Object.keys(entry[2].dependencies ?? {})) collect(packages, needed, key, found)
}

function component([resolved, , , hash]: Entry) {
  const at = resolved.lastIndexOf("@")
  const [name, version] = [resolved.slice(0, at), resolved.slice(at + 1)]
  const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`
  const content = Buffer.from(hash.replace("sha512-", ""), "base64").toString("hex")
  return { type: "library", "bom-ref": purl, name, version, purl, hashes: [{ alg: "SHA-512", content }] }
}
