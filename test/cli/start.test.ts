/**
 * What a server has read and compiled when it listens: each module costs every start. What only some servers need, or
 * nobody before a request, is behind an `import()`. Whoever makes a number here larger says why.
 */
import { beforeAll, expect, test } from "bun:test"
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { temporaryFolder } from "../support/folder.ts"
import { sourceCommand, startProcess } from "../support/process.ts"

const root = join(import.meta.dir, "../..")
const preload = join(import.meta.dir, "../support/tell-modules.ts")

let loaded: readonly string[]

beforeAll(async () => {
  using folder = temporaryFolder()
  const modules = join(folder.path, "modules.json")
  const [bun = "", ...main] = sourceCommand
  const command = [bun, "--preload", preload, ...main]
  const server = await startProcess({ DATA_DIR: join(folder.path, "data"), MODULES_FILE: modules }, { command })
  expect(await server.stop()).toBe(0)
  const paths: string[] = JSON.parse(readFileSync(modules, "utf8"))
  loaded = paths.filter((path) => path.startsWith(root) && path !== preload).map((path) => path.slice(root.length + 1))
})

test("a start with the settings as they are by default loads no package that it does not need", () => {
  const packages = loaded.flatMap((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
  expect([...new Set(packages)].sort()).toEqual([
    "@socket.io/bun-engine",
    "@socket.io/component-emitter",
    "cors",
    "debug",
    "has-flag",
    "ms",
    "object-assign",
    "socket.io",
    "socket.io-adapter",
    "socket.io-parser",
    "supports-color",
    "valibot",
    "vary",
  ])
})

test("it loads nothing of the page and of other commands, and only the doors of rooms that few servers use", () => {
  const within = (room: string) => loaded.filter((path) => path.startsWith(`src/${room}/`)).sort()
  expect(loaded).toContain("src/app.ts")
  for (const room of ["web", "load", "store/postgres/migrations", "cli/doctor", "cli/demo", "files/pictures"])
    expect(within(room)).toEqual([])
  expect(within("accounts")).toEqual(["src/accounts/access.ts", "src/accounts/passwords.ts"])
  expect(within("cluster")).toEqual(["src/cluster/cluster.ts", "src/cluster/place.ts"])
  expect(within("store/postgres")).toEqual(["src/store/postgres/place.ts"])
  expect(within("docs")).toEqual(["src/docs/paths.ts"])
  expect(loaded).not.toContain("src/cli/commands.ts")
})

test("it loads at most 310 modules, of 1.5 MB", () => {
  expect(loaded.length).toBeGreaterThan(200)
  expect(loaded.length).toBeLessThanOrEqual(310)
  const bytes = loaded.reduce((sum, path) => sum + statSync(join(root, path)).size, 0)
  expect(bytes).toBeLessThanOrEqual(1_500_000)
})
