import { expect, test } from "bun:test"
import { join } from "node:path"
import { clientEvents, serverEvents } from "../src/contract/events.ts"

const src = join(import.meta.dir, "../src")

/** Which rooms each room may import from. A file at the top level of src is a room of its own. */
const arrows: Record<string, readonly string[]> = {
  contract: [],
  docs: ["contract"],
  chat: ["contract"],
  accounts: ["contract", "chat"],
  store: ["contract", "chat", "accounts", "observe"],
  files: ["contract", "chat", "store", "observe", "door"],
  cluster: ["contract", "chat"],
  search: ["contract", "chat", "store", "door"],
  server: ["contract", "chat", "accounts", "docs", "files", "observe", "web", "door"],
  web: ["contract"],
  broadcast: [],
  observe: [],
  door: [],
  load: ["contract"],
  cli: [
    "contract",
    "chat",
    "accounts",
    "store",
    "files",
    "cluster",
    "server",
    "broadcast",
    "observe",
    "load",
    "app",
    "config",
    "setting-values",
    "door",
  ],
  main: ["cli"],
  app: [
    "contract",
    "chat",
    "accounts",
    "store",
    "files",
    "cluster",
    "search",
    "server",
    "broadcast",
    "observe",
    "config",
  ],
  config: ["observe", "setting-values"],
  "setting-values": ["contract"],
}

/** Packages that only these rooms may import: the technology each seam hides. */
const confined: Record<string, readonly string[]> = {
  "bun:sqlite": ["store", "search"],
  "socket.io": ["server", "broadcast"],
  "socket.io-parser": ["server", "broadcast"],
  "socket.io-adapter": ["broadcast"],
  ioredis: ["cluster"],
  "openid-client": ["server"],
  "@simplewebauthn/server": ["accounts"],
  "@socket.io/bun-engine": ["server", "broadcast"],
  "@valibot/to-json-schema": ["docs"],
  preact: ["web"],
  "@preact/signals": ["web"],
}

const files = [...new Bun.Glob("**/*.{ts,tsx}").scanSync(src)].filter((path) => !path.endsWith(".d.ts"))

test("imports follow the arrows of the design", async () => {
  const wrong: string[] = []
  for (const path of files) {
    const from = roomOf(path)
    for (const { path: target } of await importsOf(path)) {
      if (target.startsWith(".")) {
        const to = roomOf(relativeToSrc(path, target))
        if (to !== from && !arrows[from]?.includes(to)) wrong.push(`${path} imports ${target}`)
      } else if (confined[target] && !confined[target].includes(from)) {
        wrong.push(`${path} imports ${target}`)
      }
    }
  }
  expect(wrong).toEqual([])
})

test.each([
  'import { a } from "./a.ts"',
  'import type { A } from "./a.ts"',
  'import { type A } from "./a.ts"',
  'import a, { type A } from "./a.ts"',
  'import {\n  a,\n} from "./a.ts"',
  'import * as a from "./a.ts"',
  'import "./a.ts"',
  'export { a } from "./a.ts"',
  'export type { A } from "./a.ts"',
  'export * from "./a.ts"',
  'type A = import("./a.ts").A',
])("an arrow is seen in %s", (text) => {
  expect(importsIn(text)).toEqual([{ path: "./a.ts", isDeferred: false }])
})

test.each(['const { a } = await import("./a.ts")', 'const load = () => import("./a.ts").then(({ a }) => a)'])(
  "an arrow that waits until it is needed is seen in %s",
  (text) => {
    expect(importsIn(text)).toEqual([{ path: "./a.ts", isDeferred: true }])
  },
)

test("no files import each other in a circle, but for what is loaded when it is needed", async () => {
  const imports = new Map<string, string[]>()
  for (const path of files) {
    const targets = (await importsOf(path)).filter(
      ({ path: target, isDeferred }) => target.startsWith(".") && !isDeferred,
    )
    imports.set(path, [...new Set(targets.map(({ path: target }) => relativeToSrc(path, target)))])
  }
  expect(imports.get("cli/cli.ts")).not.toBeEmpty()
  expect(circleIn(imports)).toEqual([])
})

test("a circle is seen, however long, and what hangs on it is no part of it", () => {
  const graph = { a: ["b"], b: ["c", "d"], c: ["b"], d: [] }
  expect(circleIn(new Map(Object.entries(graph)))).toEqual(["b", "c"])
  expect(circleIn(new Map(Object.entries({ ...graph, c: ["d"] })))).toEqual([])
  expect(circleIn(new Map([["a", ["a"]]]))).toEqual(["a"])
})

test("what a request loads of the project itself is behind a door", async () => {
  const rooms = ["server", "files", "docs", "chat", "accounts", "search"]
  const deferring = files.filter((path) => rooms.includes(roomOf(path)))
  const lines = (await Promise.all(deferring.map((path) => Bun.file(join(src, path)).text()))).join("\n").split("\n")
  const deferred = lines.filter((line) =>
    importsIn(line).some(({ path, isDeferred }) => isDeferred && path.startsWith(".")),
  )
  expect(deferred).not.toBeEmpty()
  expect(deferred.filter((line) => !/^const \w+ = door\(/.test(line))).toEqual([])
})

test("the edge knows no event by name", async () => {
  const names = [...Object.keys(clientEvents), ...Object.keys(serverEvents)].filter((name) => name !== "error")
  expect(names).toContain("join_room")
  const edge = files.filter((path) => roomOf(path) === "server")
  const naming = await Promise.all(
    edge.map(async (path) => {
      const text = await Bun.file(join(src, path)).text()
      return names.filter((name) => new RegExp(`["'\`]${name}["'\`]`).test(text)).map((name) => `${path}: ${name}`)
    }),
  )
  expect(naming.flat()).toEqual([])
})

test("whatever is exported is used by another file, of the tests at least", async () => {
  const paths = [...new Bun.Glob("{src,test,bench,deploy}/**/*.{ts,tsx,js}").scanSync(join(src, ".."))]
  const texts = await Promise.all(paths.map((path) => Bun.file(join(src, "..", path)).text()))
  const users = new Map<string, number>()
  for (const text of texts) {
    for (const word of new Set(text.match(/[\w$]+/g))) users.set(word, (users.get(word) ?? 0) + 1)
  }
  const unused = texts.flatMap((text, index) =>
    exportsIn(text).flatMap((name) => (users.get(name) === 1 ? [`${paths[index]}: ${name}`] : [])),
  )
  expect(exportsIn("export async function a() {}\nexport interface B {}\n  export const c = 1")).toEqual(["a", "B"])
  expect(unused).toEqual([])
})

test("every room has its arrows, and the contract imports nothing but valibot", async () => {
  const rooms = new Set(files.map(roomOf))
  expect(rooms.size).toBeGreaterThan(5)
  expect([...rooms].filter((room) => !(room in arrows))).toEqual([])
  const contract = files.filter((path) => roomOf(path) === "contract")
  const packages = (await Promise.all(contract.map(importsOf))).flat().filter(({ path }) => !path.startsWith("."))
  expect([...new Set(packages.map(({ path }) => path))]).toEqual(["valibot"])
})

test("only main ends the process, and the domain has no clock and no randomness of its own", async () => {
  const texts = await Promise.all(files.map(async (path) => [path, await Bun.file(join(src, path)).text()] as const))
  const using = (pattern: RegExp, room?: string) =>
    texts.filter(([path, text]) => (!room || roomOf(path) === room) && pattern.test(text)).map(([path]) => path)
  expect(using(/process\.exit\(/)).toEqual(["main.ts"])
  expect(using(/Date\.now|new Date\(\)|performance\.|Math\.random|randomUUID|setTimeout|setInterval/, "chat")).toEqual(
    [],
  )
})

function roomOf(path: string): string {
  const [room = "", ...rest] = path.split("/")
  return rest.length === 0 ? room.replace(/\.ts$/, "") : room
}

function relativeToSrc(importer: string, target: string): string {
  return join(importer, "..", target)
}

/** One of the circles, if there is any: each file imports the next, and the last the first. */
function circleIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]): string[] => {
    if (trail.includes(path)) return trail.slice(trail.indexOf(path))
    if (done.has(path)) return []
    for (const next of imports.get(path) ?? []) {
      const circle = walk(next, [...trail, path])
      if (circle.length > 0) return circle
    }
    done.add(path)
    return []
  }
  for (const path of imports.keys()) {
    const circle = walk(path, [])
    if (circle.length > 0) return circle
  }
  return []
}

function exportsIn(text: string): string[] {
  const named = /^export (?:async |abstract )?(?:const|let|function\*?|class|interface|type) ([\w$]+)/gm
  return [...text.matchAll(named)].map(([, name = ""]) => name)
}

interface Import {
  readonly path: string
  /** By `import()`, when it is needed. That of a type, `import("./a.ts").A`, is not. */
  readonly isDeferred: boolean
}

/** Whatever form names a module: types and re-exports too, which a transpiler leaves out. */
function importsIn(text: string): Import[] {
  const named = text.matchAll(/(?:\bfrom|\bimport)\s*(\(?)\s*["']([^"'\n]+)["'](\)\.[A-Z])?/g)
  return [...named].map(([, call, path = "", type]) => ({ path, isDeferred: call === "(" && type === undefined }))
}

async function importsOf(path: string): Promise<Import[]> {
  const imports = importsIn(await Bun.file(join(src, path)).text())
  return imports.filter(({ path: target }) => !(target.startsWith(".") && relativeToSrc(path, target).startsWith("..")))
}
