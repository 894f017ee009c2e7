/**
 * `bun run mutate --file src/chat`: changes the files one small thing at a time, runs the
 * tests that reach them, and tells which changes no test noticed.
 *
 * It works in a copy of the tree. What it found is kept in dist/mutants.ndjson, so that a
 * run that was ended goes on where it was; `--again` begins anew. A change that changes
 * nothing is listed in equivalents.json, with its reason.
 */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"
import { testsCovering } from "./covering.ts"
import equivalents from "./equivalents.json"
import { type Mutation, mutated, mutationsOf } from "./mutations.ts"

const root = join(import.meta.dir, "../..")
const resultsFile = join(root, "dist/mutants.ndjson")
/** Of what the tests take unchanged: a change may make a loop endless. */
const slownessMax = 3
const graceMs = 10_000
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

/** An entry of equivalents.json. */
interface Equivalent extends Pick<Result, "file" | "before" | "after" | "nth"> {
  readonly reason: string
}

process.exit(await main())

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { file: { type: "string", multiple: true }, again: { type: "boolean" } } })
  const files = filesUnder(values.file ?? ["src"])
  if (files.length === 0) {
    console.error(`There is no file under ${values.file?.join(", ")}.`)
    return 78
  }
  if (values.again) rmSync(resultsFile, { force: true })
  mkdirSync(dirname(resultsFile), { recursive: true })
  const known = new Map(readResults().map((result) => [keyOf(result), result]))
  const sandbox = openSandbox()
  const interrupt = () => {
    sandbox.end()
    process.exit(interruptedStatus)
  }
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt)
  try {
    for (const file of files) await tryFile(file, sandbox.path, known)
  } finally {
    sandbox.end()
  }
  return report([...known.values()].filter(({ file }) => files.includes(file)))
}

async function tryFile(file: string, sandbox: string, known: Map<string, Result>): Promise<void> {
  const text = readFileSync(join(root, file), "utf8")
  const mutations = await mutationsOf(text)
  const open = mutations.filter((mutation) => !known.has(keyOf({ file, ...mutation })))
  if (open.length === 0) return
  const { near, far } = testsCovering(sandbox, file)
  const groups = [near, far].filter((tests) => tests.length > 0)
  const limitsMs = await Promise.all(groups.map((tests) => timeUnchanged(sandbox, tests)))
  for (const [index, mutation] of open.entries()) {
    const outcome = await outcomeOf(file, mutation)
    const { line, before, after, nth } = mutation
    const result: Result = { file, line, before, after, nth, outcome }
    known.set(keyOf(result), result)
    appendFileSync(resultsFile, `${JSON.stringify(result)}\n`)
    console.log(`${file}:${line} ${index + 1}/${open.length} ${outcome}${outcome === "survived" ? `: ${after}` : ""}`)
  }

  async function outcomeOf(file: string, mutation: Mutation): Promise<Outcome> {
    if (equivalents.some((known: Equivalent) => keyOf(known) === keyOf({ file, ...mutation }))) return "equivalent"
    if (groups.length === 0) return "uncovered"
    writeFileSync(join(sandbox, file), mutated(text, mutation))
    try {
      for (const [index, tests] of groups.entries()) {
        if (!(await passes(sandbox, tests, limitsMs[index] ?? graceMs))) return "killed"
      }
      return "survived"
    } finally {
      writeFileSync(join(sandbox, file), text)
    }
  }
}

/** Throws when they fail as they are: then nothing can be learned. */
async function timeUnchanged(sandbox: string, tests: readonly string[]): Promise<number> {
  const startedMs = performance.now()
  if (!(await passes(sandbox, tests, 600_000)))
    throw new Error(`These tests fail without any change: ${tests.join(" ")}`)
  return Math.ceil((performance.now() - startedMs) * slownessMax) + graceMs
}

async function passes(sandbox: string, tests: readonly string[], limitMs: number): Promise<boolean> {
  const command = [process.execPath, "test", "--bail", "--timeout", "60000", ...tests.map((test) => `./${test}`)]
  const child = Bun.spawn(command, {
    cwd: sandbox,
    stdio: ["ignore", "ignore", "ignore"],
    timeout: limitMs,
    killSignal: "SIGKILL",
  })
  return (await child.exited) === 0
}

/** What git knows and what is new beside it, with the same packages. */
function openSandbox() {
  const path = mkdtempSync(join(tmpdir(), "warren-mutate-"))
  const { stdout } = Bun.spawnSync(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
  })
  for (const file of stdout.toString().split("\0")) {
    if (file !== "" && existsSync(join(root, file))) cpSync(join(root, file), join(path, file))
  }
  symlinkSync(join(root, "node_modules"), join(path, "node_modules"))
  return { path, end: () => rmSync(path, { recursive: true, force: true }) }
}

function filesUnder(prefixes: readonly string[]): string[] {
  const files = [...new Bun.Glob("src/**/*.{ts,tsx}").scanSync(root)].sort()
  const isUnder = (file: string, prefix: string) => file === prefix || file.startsWith(`${prefix.replace(/\/$/, "")}/`)
  return files.filter((file) => !file.endsWith(".d.ts") && prefixes.some((prefix) => isUnder(file, prefix)))
}

function readResults(): Result[] {
  if (!existsSync(resultsFile)) return []
  return readFileSync(resultsFile, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line))
}

function keyOf({ file, before, after, nth }: Pick<Result, "file" | "before" | "after" | "nth">): string {
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
