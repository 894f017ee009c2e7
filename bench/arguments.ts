/** What a run is asked for: each mistake is a sentence, told before anything is started or fetched. */
import { parseArgs } from "node:util"
import { reasonOf } from "../src/observe/operator-error.ts"

export interface Asked {
  readonly quick: boolean
  readonly gate: boolean
  readonly crowd: boolean
  readonly cluster: boolean
  readonly only: readonly string[] | undefined
  readonly people: number | undefined
  readonly idle: number | undefined
  readonly against: string | undefined
}

export const usage =
  "bun run bench [--quick] [--gate] [--only KEY,…] [--against COMMIT] [--cluster | --crowd [--people N] [--idle N]]"

/** Throws an Error whose message is for people. */
export function readArguments(argv: readonly string[]): Asked {
  const { values } = parsed(argv)
  const { quick = false, gate = false, crowd = false, cluster = false, only, against } = values
  if (crowd && cluster) throw new Error("Measure one after the other: --crowd, --cluster.")
  const [people, idle] = [numberOf("people", values.people), numberOf("idle", values.idle)]
  if (!crowd && (people ?? idle) !== undefined) throw new Error("--people and --idle are for --crowd.")
  return { quick, gate, crowd, cluster, only: only?.split(","), people, idle, against }
}

/** Of `--only`: a key that is misspelt would measure nothing. Throws an Error whose message is for people. */
export function checkKeys(only: readonly string[] | undefined, known: readonly string[]): void {
  const unknown = only?.filter((key) => !known.includes(key)) ?? []
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown.join(", ")} to measure: choose among ${known.join(", ")}.`)
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        quick: { type: "boolean" },
        gate: { type: "boolean" },
        only: { type: "string" },
        crowd: { type: "boolean" },
        cluster: { type: "boolean" },
        people: { type: "string" },
        idle: { type: "string" },
        against: { type: "string" },
      },
    })
  } catch (cause) {
    const [sentence = ""] = reasonOf(cause).split(". ")
    throw new Error(`${sentence.replace(/\.$/, "")}. Usage: ${usage}`, { cause })
  }
}

function numberOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < 1)
    throw new Error(`--${flag} takes a whole number above 0.`)
  return value
}
