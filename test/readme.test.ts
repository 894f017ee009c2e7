import { expect, test } from "bun:test"
import { join } from "node:path"
import { type Setting, settings } from "../src/config.ts"
import { clientEvents, serverEvents } from "../src/contract/events.ts"
import { startTestApp } from "./support/app.ts"
import { temporaryFolder } from "./support/folder.ts"

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

test("the README names every request, event and setting", () => {
  const rows = new Set(
    readme.split("\n").map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim())
        .join("|"),
    ),
  )
  const firstCells = [...rows].map((row) => row.split("|")[1])
  for (const event of [...Object.keys(clientEvents), ...Object.keys(serverEvents)])
    expect(firstCells).toContain(`\`${event}\``)
  const code = (text: string | undefined) => (text === undefined ? "" : `\`${text}\``)
  for (const { flag, variable, initial } of Object.values<Setting>(settings)) {
    const start = `|${code(flag && `--${flag}`)}|${code(variable)}|${code(initial)}|`
    expect(
      [...rows].filter((row) => row.startsWith(start)),
      variable,
    ).toHaveLength(1)
  }
})

test("the README's commands are the ones of package.json", async () => {
  const { scripts } = await Bun.file(join(root, "package.json")).json()
  const commands = firstBlock("sh").trim().split("\n")
  expect(commands).toEqual(["start", "test"].map((script) => `npx --yes --allow-scripts=bun bun@1.4.5 run ${script}`))
  for (const [, script = ""] of readme.matchAll(/`bun run ([a-z:]+)`/g)) expect(scripts).toHaveProperty(script)
  for (const script of ["start", "test"]) expect(scripts[`pre${script}`]).toBe("bun install --frozen-lockfile")
})
