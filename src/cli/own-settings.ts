/**
 * The settings of a command: its flags, the environment, and .env, which the runtime has
 * read into the environment. The runtime also replaces `$name` there, in any quotes, so a
 * secret with a `$` becomes another one: that is reported as a mistake.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { type Config, configError, readConfig, type Setting, settings } from "../config.ts"
import { codeOf } from "../observe/operator-error.ts"
import type { Arguments } from "./command.ts"

const holdsVariable = /(?<!\\)\$/

/** Throws an OperatorError that lists every mistake. */
export function ownConfig(flags: Arguments["flags"], folder = process.cwd(), environment = process.env): Config {
  const changed = changedSecrets(folder, environment)
  if (changed.length > 0) throw configError(changed)
  return readConfig(flags, environment)
}

/**
 * The current value of each setting in the files, and the file of each setting that contains another variable: only a
 * start can read those.
 */
export function envFileValues(folder: string, environment: NodeJS.ProcessEnv) {
  const values: Record<string, string> = {}
  const unread = new Map<string, string>()
  for (const { name, text } of envFiles(folder, environment)) {
    for (const { variable } of Object.values<Setting>(settings)) {
      const written = valueIn(text, variable)
      if (written === undefined) continue
      delete values[variable]
      unread.delete(variable)
      if (holdsVariable.test(written)) unread.set(variable, name)
      else values[variable] = written.replaceAll("\\$", "$")
    }
  }
  return { values, unread }
}

/** In the order in which the runtime reads them: the last one wins. */
function envFiles(folder: string, environment: NodeJS.ProcessEnv) {
  const mode = environment["NODE_ENV"] || "development"
  return [".env", `.env.${mode}`, ".env.local", `.env.${mode}.local`]
    .filter((name) => existsSync(join(folder, name)))
    .map((name) => ({ name, text: textOf(join(folder, name)) }))
}

/** The runtime passes over a file that it cannot read, and the server would start with other settings. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    const remedy = "run this as a user who may read it, or in another folder"
    throw configError([`${path} cannot be read (${codeOf(cause)}): ${remedy}.`])
  }
}

function changedSecrets(folder: string, environment: NodeJS.ProcessEnv): string[] {
  const secrets = Object.values<Setting>(settings).filter(({ flag }) => flag === undefined)
  return envFiles(folder, environment).flatMap(({ name, text }) => {
    return secrets.flatMap(({ variable }) => {
      const written = valueIn(text, variable)
      if (written === undefined || !holdsVariable.test(written) || environment[variable] === written) return []
      return [`${variable} in ${name} holds a $, which is replaced there by a variable: write \\$ for each $.`]
    })
  })
}

/** As it is written; the last of several lines counts. */
function valueIn(text: string, variable: string): string | undefined {
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const [, name, value = ""] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    return name === variable ? [value] : []
  })
  const [, , inQuotes] = /^(['"`])(.*?)\1/.exec(lines.at(-1) ?? "") ?? []
  return inQuotes ?? lines.at(-1)?.replace(/\s+#.*$/, "")
}
