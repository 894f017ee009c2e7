/**
 * Every setting: its flag, its variable, its default and its rule. Flags win over the
 * environment, which wins over `.env` (read by Bun). All mistakes are told at once.
 */
import * as v from "valibot"
import { logLevels } from "./observe/log.ts"
import { OperatorError } from "./observe/operator-error.ts"

/** sysexits.h: something was found in an unconfigured or misconfigured state. */
const EX_CONFIG = 78

const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`),
    v.transform(Number),
    v.minValue(min, `must be a whole number from ${min} to ${max}`),
    v.maxValue(max, `must be a whole number from ${min} to ${max}`),
  )
const oneOf = <const Options extends readonly string[]>(...options: Options) =>
  v.picklist(options, `must be ${options.join(" or ")}`)

interface Setting {
  readonly flag: string
  readonly variable: string
  readonly initial: string
  readonly schema: v.GenericSchema<string, unknown>
  /** A line of `--help`. */
  readonly help: string
  /** A value that works, for who gave one that does not. */
  readonly example: string
}

export const settings = {
  host: {
    flag: "host",
    variable: "HOST",
    initial: "127.0.0.1",
    schema: v.pipe(v.string(), v.regex(/^[A-Za-z0-9.:_-]+$/, "must be an address or a name of this machine")),
    help: "Address to listen on; 0.0.0.0 opens it to the network.",
    example: "127.0.0.1",
  },
  port: {
    flag: "port",
    variable: "PORT",
    initial: "3000",
    schema: wholeNumber(0, 65_535),
    help: "Port to listen on; 0 picks a free one.",
    example: "3000",
  },
  dataDir: {
    flag: "data-dir",
    variable: "DATA_DIR",
    initial: "./data",
    schema: v.pipe(v.string(), v.nonEmpty("must be a folder")),
    help: "Folder of the data, made when it is missing.",
    example: "./data",
  },
  auth: {
    flag: "auth",
    variable: "AUTH",
    initial: "open",
    schema: oneOf("open"),
    help: "open: clients say who they are.",
    example: "open",
  },
  listRooms: {
    flag: "list-rooms",
    variable: "LIST_ROOMS",
    initial: "on",
    schema: oneOf("on", "off"),
    help: "on: anybody can list the public rooms; off: rooms are found by their id alone.",
    example: "on",
  },
  rateLimits: {
    flag: "rate-limits",
    variable: "RATE_LIMITS",
    initial: "on",
    schema: oneOf("on", "off"),
    help: "on or off.",
    example: "on",
  },
  logLevel: {
    flag: "log-level",
    variable: "LOG_LEVEL",
    initial: "info",
    schema: oneOf(...logLevels),
    help: "debug, info, warning or error.",
    example: "info",
  },
} as const satisfies Record<string, Setting>

type Settings = typeof settings
export type Config = { readonly [Name in keyof Settings]: v.InferOutput<Settings[Name]["schema"]> }

/** Flags by name, and the environment. Throws one OperatorError that lists every mistake. */
export function readConfig(
  flags: Readonly<Record<string, string | undefined>>,
  environment: Readonly<Record<string, string | undefined>>,
): Config {
  const mistakes: string[] = []
  const entries = Object.entries<Setting>(settings).map(([name, setting]) => {
    const { flag, variable, initial, schema, example } = setting
    const fromFlag = flags[flag]
    // An empty variable is one that is not set, as it is in a shell.
    const value = fromFlag ?? (environment[variable] || initial)
    const result = v.safeParse(schema, value, { abortEarly: true })
    if (result.success) return [name, result.output]
    const write = (text: string) => (fromFlag === undefined ? `${variable}=${text}` : `--${flag} ${text}`)
    mistakes.push(`${write(value)} is wrong: it ${result.issues[0].message}. This would do: ${write(example)}`)
    return [name, undefined]
  })
  if (mistakes.length > 0) throw configError(mistakes)
  return Object.fromEntries(entries) as Config
}

export function configError(mistakes: readonly string[]): OperatorError {
  return new OperatorError(mistakes.join("\n"), { status: EX_CONFIG })
}
