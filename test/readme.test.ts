import { expect, test } from "bun:test"
import { existsSync, readdirSync } from "node:fs"
import { dirname, join } from "node:path"
import type * as v from "valibot"
import { type Setting, settings } from "../src/config.ts"
import type { RequestDefinition } from "../src/contract/definition.ts"
import { clientEvents, serverEvents } from "../src/contract/events.ts"
import { startTestApp } from "./support/app.ts"
import { temporaryFolder } from "./support/folder.ts"

type Request = RequestDefinition<v.GenericSchema & { readonly entries: object }, v.GenericSchema>

const root = join(import.meta.dir, "..")
const readme = await Bun.file(join(root, "README.md")).text()
const firstBlock = (language: string) => readme.match(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``))?.[1] ?? ""

test("the README's first client does what the README says", async () => {
  using folder = temporaryFolder()
  await using app = await startTestApp()
  const program = firstBlock("js")
  expect(program.trim().split("\n")).toHaveLength(10)
  // The address is the default one, and a test's server has another.
  expect(program).toContain('"http://127.0.0.1:3000"')
  await Bun.write(join(folder.path, "client.mjs"), program.replace("http://127.0.0.1:3000", app.url))
  await Bun.$`ln -s ${join(root, "node_modules")} ${join(folder.path, "node_modules")}`

  const client = Bun.spawn([process.execPath, "client.mjs"], { cwd: folder.path, stdout: "pipe", stderr: "inherit" })
  let printed = ""
  for await (const chunk of client.stdout) {
    printed += new TextDecoder().decode(chunk)
    if (printed.includes("\n")) break
  }
  client.kill()
  expect(printed).toBe("Ann: Hello, warren!\n")
})

test("docs/api.md names every request and event, with the fields that a request and its answer may have", async () => {
  const rows = new Map([...rowsOf(await textOf("docs/api.md"))].map((row) => [row.split("|")[1], row]))
  for (const event of [...Object.keys(clientEvents), ...Object.keys(serverEvents)])
    expect([...rows.keys()]).toContain(`\`${event}\``)
  for (const [event, { payload, needs }] of Object.entries<Request>(clientEvents)) {
    for (const field of Object.keys(payload.entries)) {
      // Where there are accounts nobody says it.
      if (needs === "accounts" && field === "userId") continue
      expect(rows.get(`\`${event}\``)?.split("|")[2]).toMatch(new RegExp(`\`${field}\\??\``))
    }
  }
  for (const [event, { answer }] of Object.entries(clientEvents)) {
    for (const field of Object.keys(answer.entries).filter((name) => name !== "ok"))
      expect(rows.get(`\`${event}\``)?.split("|")[3], event).toMatch(new RegExp(`\`${field}\\??\``))
  }
})

test("[CONN1] the frames of docs/api.md are those of the wire", async () => {
  await using app = await startTestApp()
  const [, block = ""] = /```text\nwss:\/\/chat\.example\.com(.*?)```/s.exec(await textOf("docs/api.md")) ?? []
  const [path, ...lines] = block.trim().split("\n")
  // The ping comes after a while.
  const shown = lines.slice(0, lines.indexOf("  2"))
  expect(shown.length).toBeGreaterThan(6)

  const socket = new WebSocket(app.url.replace("http", "ws") + path)
  const heard: string[] = []
  let told = () => {}
  socket.onmessage = ({ data }) => {
    heard.push(data)
    told()
  }
  let roomId = ""
  for (const line of shown) {
    const [isSent, frame] = [line.startsWith("→ "), line.slice(2)]
    if (isSent) {
      const said = frame.replace('{"token":"…","rooms":[…]}', "{}").replace('"roomId":"…"', `"roomId":"${roomId}"`)
      socket.send(said)
      continue
    }
    if (heard.length === 0) await new Promise<void>((resolve) => (told = resolve))
    const came = heard.shift() ?? ""
    const pattern = frame.split("…").map((text) => text.replace(/[^\w]/g, "\\$&"))
    expect(came).toMatch(new RegExp(`^${pattern.join(".*")}$`))
    if (came.startsWith("431")) roomId = JSON.parse(came.slice(3))[0].rooms[0].id
  }
  socket.close()
})

test("docs/settings.md names every setting, and the README some of them", async () => {
  const rows = rowsOf(await textOf("docs/settings.md"))
  const shown = [...rowsOf(readme)].filter((row) => /^\|(`--.+`)?\|`[A-Z_]+`\|/.test(row))
  expect(shown.length).toBeGreaterThan(5)
  const starts = Object.values<Setting>(settings).map(startOf)
  for (const start of starts)
    expect(
      [...rows].filter((row) => row.startsWith(start)),
      start,
    ).toHaveLength(1)
  for (const row of shown)
    expect(
      starts.filter((start) => row.startsWith(start)),
      row,
    ).toHaveLength(1)
})

test("the map of src names its folders", async () => {
  const text = await textOf("src/README.md")
  const start = text.indexOf("| folder")
  const rows = [...rowsOf(text.slice(start, text.indexOf("\n\n", start)))].slice(2)
  const folders = readdirSync(join(root, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(rows.map((row) => row.split("|")[1]).toSorted()).toEqual(folders.map(({ name }) => `\`${name}\``).toSorted())
})

test("every link of a document leads to a file, and to a heading in it", async () => {
  const documents = [
    "README.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "bench/README.md",
    "src/README.md",
    ...new Bun.Glob("docs/*.md").scanSync(root),
  ]
  const wrong: string[] = []
  let links = 0
  for (const document of documents) {
    const text = await textOf(document)
    for (const [, inText, source] of text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)) {
      const link = inText ?? source ?? ""
      if (/^[a-z]+:/.test(link)) continue
      links++
      const [path = "", heading] = link.split("#")
      const file = path === "" ? document : join(dirname(document), path)
      const leads =
        existsSync(join(root, file)) && (heading === undefined || (await headingsOf(file)).includes(heading))
      if (!leads) wrong.push(`${document}: ${link}`)
    }
  }
  expect(links).toBeGreaterThan(20)
  expect(wrong).toEqual([])
})

test("the README's commands are the ones of package.json", async () => {
  const { scripts } = await Bun.file(join(root, "package.json")).json()
  const commands = firstBlock("sh").trim().split("\n")
  expect(commands).toEqual(["start", "test"].map((script) => `npx --yes --allow-scripts=bun bun@1.4.5 run ${script}`))
  for (const [, script = ""] of readme.matchAll(/`bun run ([a-z:]+)`/g)) expect(scripts).toHaveProperty(script)
  for (const script of ["start", "test"]) expect(scripts[`pre${script}`]).toBe("bun install --frozen-lockfile")
})

/** How the row of a setting begins. */
function startOf({ flag, variable, initial }: Setting): string {
  const code = (text: string | undefined) => (text === undefined ? "" : `\`${text}\``)
  return `|${code(flag && `--${flag}`)}|${code(variable)}|${code(initial)}|`
}

function textOf(path: string): Promise<string> {
  return Bun.file(join(root, path)).text()
}

/** Each line of a table, its cells trimmed. */
function rowsOf(text: string): Set<string> {
  const trimmed = (line: string) => line.split("|").map((cell) => cell.trim())
  return new Set(text.split("\n").map((line) => trimmed(line).join("|")))
}

/** As the anchors that a forge makes of them. */
async function headingsOf(path: string): Promise<string[]> {
  const headings = [...(await textOf(path)).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => heading)
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, "")
      .replaceAll(" ", "-"),
  )
}
