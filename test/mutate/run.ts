/**
 * `bun run mutate --file src/chat`: changes the files one small thing at a time, runs the
 * tests that reach them, and tells which changes no test noticed.
 *
 * What it found is kept in dist/mutants.ndjson, so that a run that was ended goes on where
 * it was: `--survivors` tries those again that no test noticed, `--again` begins anew,
 * `--tests test/chat` asks only these tests, slow ones too if they are named. A change that
 * changes nothing is listed in equivalents.json, with its reason.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import { testsCovering } from "./covering.ts"
import equivalents from "./equivalents.json"
import { mutated, mutationsOf } from "./mutations.ts"
import { Sandbox } from "./sandbox.ts"

const root = join(import.meta.dir, "../..")
const resultsFile = join(root, "dist/mutants.ndjson")
/** 128 and the number of the signal, as shells say it. */
const interruptedStatus = 130

type Outcome = "killed" | "survived" | "equivalent" | "uncovered"
interface Result {
  readonly file: string
  readonly line: number
  readonly before: string
  readonly after: string
  readonly nth: number
  readonly outcome: Outcome
}
type Named = Pick<Result, "file" | "before" | "after" | "nth">

/** An entry of equivalents.json. */
interface Equivalent extends Named {
  readonly reason: string
}

const { values } = parseArgs({
  options: {
    file: { type: "string", multiple: true, default: ["src"] },
    tests: { type: "string", multiple: true, default: ["test"] },
    survivors: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
  },
})
process.exit(await main())

async function main(): Promise<number> {
  const sources = [...new Bun.Glob("src/**/*.{ts,tsx}").scanSync(root)].sort()
  const files = sources.filter((file) => !file.endsWith(".d.ts") && isUnder(file, values.file))
  if (files.length === 0) {
    console.error(`There is no file under ${values.file.join(", ")}.`)
    return 78
  }
  if (values.again) rmSync(resultsFile, { force: true })
  mkdirSync(dirname(resultsFile), { recursive: true })
  const sandbox = new Sandbox(root)
  const interrupt = () => {
    sandbox.end()
    process.exit(interruptedStatus)
  }
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt)
  try {
    const known = new Map(readResults().map((result) => [keyOf(result), result]))
    const results: Result[] = []
    for (const file of files) results.push(...(await tryFile(file, sandbox, known)))
    return report(results)
  } finally {
    sandbox.end()
  }
}

async function tryFile(file: string, sandbox: Sandbox, known: ReadonlyMap<string, Result>): Promise<Result[]> {
  const text = readFileSync(join(root, file), "utf8")
  const mutations = await mutationsOf(text, file.endsWith(".tsx") ? "tsx" : "ts")
  const hasSlow = values.tests.some((test) => test.startsWith("test/slow"))
  const { near, far } = testsCovering(sandbox.path, file, hasSlow)
  const tests = [...near, ...far].filter((test) => isUnder(test, values.tests))
  const results: Result[] = []
  for (const [index, mutation] of mutations.entries()) {
    const { line, before, after, nth } = mutation
    const named: Named = { file, before, after, nth }
    const isEquivalent = equivalents.some((listed: Equivalent) => keyOf(listed) === keyOf(named))
    const last = known.get(keyOf(named))?.outcome
    if (isEquivalent || (last !== undefined && last !== "equivalent" && !(values.survivors && last !== "killed"))) {
      results.push({ ...named, line, outcome: isEquivalent ? "equivalent" : (last ?? "uncovered") })
      continue
    }
    const isNoticed = await sandbox.isNoticed(file, text, mutated(text, mutation), tests)
    const outcome = isNoticed ? "killed" : tests.length === 0 ? "uncovered" : "survived"
    const result: Result = { ...named, line, outcome }
    results.push(result)
    appendFileSync(resultsFile, `${JSON.stringify(result)}\n`)
    console.log(`${file}:${line} ${index + 1}/${mutations.length} ${outcome}${isNoticed ? "" : `: ${after}`}`)
  }
  return results
}

function isUnder(file: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => file === prefix || file.startsWith(`${prefix.replace(/\/$/, "")}/`))
}

/** The last word on each change. */
function readResults(): Result[] {
  if (!existsSync(resultsFile)) return []
  const lines = readFileSync(resultsFile, "utf8").split("\n")
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line))
}

function keyOf({ file, before, after, nth }: Named): string {
  return [file, before, after, nth].join("\n")
}

/** The exit status is 1 while a change survives. */
function report(results: readonly Result[]): number {
  const count = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length
  const survivors = results.filter(({ outcome }) => outcome === "survived" || outcome === "uncovered")
  for (const { file, line, before, after, outcome } of survivors) {
    console.log(`\n${file}:${line} ${outcome}\n- ${before}\n+ ${after}`)
  }
  const judged = count("killed") + survivors.length
  const share = judged === 0 ? 100 : (100 * count("killed")) / judged
  console.log(`\n${count("killed")} of ${judged} noticed (${share.toFixed(1)} %), ${count("equivalent")} equivalent.`)
  return survivors.length === 0 ? 0 : 1
}
