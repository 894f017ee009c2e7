/** Which tests reach a file by their imports, in groups: the nearest first, since they usually notice. */
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"

// Each by its own: `<T>(x: T) => x` is no TSX.
const transpilers = { ts: new Bun.Transpiler({ loader: "ts" }), tsx: new Bun.Transpiler({ loader: "tsx" }) }
/** As a thread is given its program. */
const address = /new URL\("(\.[^"]*)", import\.meta\.url\)/g
/** Imports from a test to the file. */
const nearDistance = 1

/** Paths from the root; of slow tests only where they are asked for. */
export function testsCovering(root: string, file: string, hasSlow = false): { near: string[]; far: string[] } {
  const importers = importersIn(root, hasSlow)
  const distances = new Map([[file, 0]])
  for (const [path, distance] of distances) {
    for (const importer of importers.get(path) ?? [])
      if (!distances.has(importer)) distances.set(importer, distance + 1)
  }
  const tests = [...distances].filter(([path]) => path.endsWith(".test.ts"))
  const near = tests.filter(([, distance]) => distance <= nearDistance).map(([path]) => path)
  return { near, far: tests.map(([path]) => path).filter((path) => !near.includes(path)) }
}

function importersIn(root: string, hasSlow: boolean): Map<string, Set<string>> {
  const importers = new Map<string, Set<string>>()
  for (const path of new Bun.Glob("{src,test}/**/*.{ts,tsx}").scanSync(root)) {
    if ((!hasSlow && path.startsWith("test/slow/")) || path.endsWith(".d.ts")) continue
    const transpiler = transpilers[path.endsWith(".tsx") ? "tsx" : "ts"]
    const text = readFileSync(join(root, path), "utf8")
    const imports = transpiler.scanImports(text).map((found) => found.path)
    const addresses = [...text.matchAll(address)].map(([, target = ""]) => target)
    for (const target of [...imports, ...addresses]) {
      if (!target.startsWith(".")) continue
      const imported = relative(root, join(root, dirname(path), target))
      if (!existsSync(join(root, imported))) continue
      importers.set(imported, (importers.get(imported) ?? new Set()).add(path))
    }
  }
  return importers
}
