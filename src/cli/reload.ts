/**
 * What SIGHUP does to a running server: .env is read again, and settings that can change
 * without a restart do. A mistake changes nothing, and nothing here ends the process.
 *
 * The environment of a process is fixed, so it still wins over .env. But at the start the
 * runtime put the values of .env into it; those are recognized because they are equal.
 */
import { type Config, configError, readConfig, type Setting, settings } from "../config.ts"
import { log } from "../observe/log.ts"
import { OperatorError } from "../observe/operator-error.ts"
import type { Arguments } from "./command.ts"
import { envFileValues } from "./own-settings.ts"

/** The keys for tokens. */
const keys: ReadonlySet<string> = new Set<keyof Config>(["authSecret", "authJwks", "authIssuer", "authAudience"])

interface ReloadOptions {
  readonly flags: Arguments["flags"]
  readonly config: Config
  readonly folder?: string
  readonly environment?: NodeJS.ProcessEnv
}

/** Call it at the start. The returned function calls back with the new settings. */
export function reloading({ flags, config, folder = process.cwd(), environment = process.env }: ReloadOptions) {
  const { values: atStart } = envFileValues(folder, environment)
  const own = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => value !== undefined && atStart[name] !== value),
  )
  let current = config
  return (apply: (config: Config) => void): void => {
    try {
      const { values, unread } = envFileValues(folder, environment)
      // For the others, the environment has the values that they had at the start.
      const fresh = [...unread].filter(([variable]) => own[variable] === undefined)
      if (fresh.length > 0) throw configError(fresh.map(([variable, file]) => onlyAtStart(variable, file)))
      const read = readConfig(flags, { ...values, ...own })
      const changed = changedBetween(current, read)
      // Keys that fit another AUTH need not fit the one that is kept.
      const isSameAuth = read.auth === current.auth
      const heeded = changed.filter((name) => name === "logLevel" || (isSameAuth && keys.has(name)))
      // Even if no setting has changed: the keys behind AUTH_JWKS may have.
      const next: Config = { ...current, ...Object.fromEntries(heeded.map((name) => [name, read[name]])) }
      apply(next)
      current = next
      tell(
        heeded,
        changed.filter((name) => !heeded.includes(name)),
      )
    } catch (cause) {
      const reason = cause instanceof OperatorError ? cause.message : cause
      log.error("The settings were not read again, and are as they were: {reason}", { reason })
    }
  }
}

function onlyAtStart(variable: string, file: string): string {
  return `${variable} in ${file} holds a $, which only a start replaces: write \\$ for each $, or restart.`
}

function changedBetween(one: Config, other: Config): (keyof Config)[] {
  const names = Object.keys(settings) as (keyof Config)[]
  return names.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]))
}

function tell(heeded: readonly (keyof Config)[], others: readonly (keyof Config)[]): void {
  const named = (names: readonly (keyof Config)[]) =>
    names.map((name) => (settings[name] as Setting).variable).join(", ")
  const what = heeded.length === 0 ? "nothing has changed" : `changed ${named(heeded)}`
  log.info("The settings were read again: {what}.", { what })
  if (others.length > 0) log.warn("{names} changed as well, which takes a restart.", { names: named(others) })
}
