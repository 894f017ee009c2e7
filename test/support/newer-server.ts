/** Versions of Warren that are still to come: this one, with steps of the schema of PostgreSQL that it does not know. */
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { schemaVersion } from "../../src/store/postgres/migrate.ts"

const root = join(import.meta.dir, "../..")

/** Puts it into the folder. Returns the command that starts it; each of its connections is called by its schema. */
export function newerServer(folder: string, steps: readonly string[]): readonly string[] {
  for (const name of readdirSync(root)) {
    if (name !== "src" && name !== ".git") symlinkSync(join(root, name), join(folder, name))
  }
  cpSync(join(root, "src"), join(folder, "src"), { recursive: true })
  const store = join(folder, "src/store/postgres")
  for (const [index, step] of steps.entries()) writeFileSync(join(store, `migrations/added-${index}.sql`), step)
  const imports = steps.map(
    (_, index) => `import added${index} from "./migrations/added-${index}.sql" with { type: "text" }`,
  )
  const added = steps.map((_, index) => `added${index}`).join()
  edit(
    join(store, "migrate.ts"),
    /^const steps: .* = \[(.*)\]$/m,
    `${imports.join("\n")}\nconst steps = [$1, ${added}]`,
  )
  edit(
    join(store, "connection.ts"),
    /application_name: "(.*)"/,
    `application_name: "$1 ${schemaVersion + steps.length}"`,
  )
  return [process.execPath, join(folder, "src/main.ts")]
}

function edit(file: string, from: RegExp, to: string): void {
  const text = readFileSync(file, "utf8")
  if (!from.test(text)) throw new Error(`${file} holds no ${from} any more.`)
  writeFileSync(file, text.replace(from, to))
}
