/** What is downloaded: a tar of fixed owners and times (POSIX ustar), compressed without a name or a time. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { gzip } from "node:zlib"
import type { Binary } from "./binary.ts"

const blockBytes = 512
/** With those of docs, which the help and the samples name. */
const documents = [
  ...["LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "schema.sql"],
  ...["accounts", "api", "operating", "scale", "settings"].map((name) => `docs/${name}.md`),
]
const samples = ["warren.service", "Caddyfile", "nginx.conf", "monitoring/grafana.json", "monitoring/alerts.yml"].map(
  (name) => `deploy/${name}`,
)

export async function archive(root: string, folder: string, { name, bytes }: Binary, epochSeconds: number) {
  const others = [...documents, ...samples].map((path) => ({
    path,
    mode: 0o644,
    bytes: readFileSync(join(root, path)),
  }))
  const entries = [{ path: name, mode: 0o755, bytes }, ...others]
  const parts = entries.flatMap(({ path, mode, bytes }) => [
    header(`${folder}/${path}`, mode, bytes.length, epochSeconds),
    bytes,
    Buffer.alloc((blockBytes - (bytes.length % blockBytes)) % blockBytes),
  ])
  return await promisify(gzip)(Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]), { level: 6 })
}

function header(path: string, mode: number, bytes: number, epochSeconds: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, "0")
  block.write(path, 0, 100)
  block.write(octal(mode, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(bytes, 12), 124)
  block.write(octal(epochSeconds, 12), 136)
  // The sum is made with spaces in its own place.
  block.write("        ", 148)
  block.write("0", 156)
  block.write("ustar\u000000", 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148)
  return block
}
