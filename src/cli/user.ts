/** `warren user`: the people with accounts, for whoever runs the server; also while it runs. */
import * as v from "valibot"
import { addPerson, changePerson, listPeople, resetPerson } from "../accounts/terminal.ts"
import { configError } from "../config.ts"
import { type KnownUser, Login } from "../contract/accounts.ts"
import { Username } from "../contract/values.ts"
import { visible } from "../observe/visible.ts"
import { unknownWord } from "./arguments.ts"
import type { Arguments, Command } from "./command.ts"
import { jsonFlag } from "./json.ts"
import { ownConfig } from "./own-settings.ts"
import { aboutLinks, linked, withPeople } from "./people.ts"

const actions = ["list", "add", "deactivate", "activate", "promote", "demote", "reset"]

/** What others call it. Nobody is deleted: what they wrote stays theirs. */
const otherNames = new Map([
  ["remove", "deactivate"],
  ["delete", "deactivate"],
])

export const userCommand: Command = {
  wordsMax: 2,
  words: actions,
  run: user,
  summary: "List and change the people with accounts (AUTH=accounts).",
  usage: [
    "user list [--json]",
    "user add LOGIN [--name NAME] [--admin]",
    "user deactivate|activate|promote|demote|reset LOGIN",
  ],
  about: [
    "It also works while the server is running, which notices within a second.",
    "add and reset print a link that lets the person choose a password. It works once, within 24 hours.",
    aboutLinks,
    "deactivate closes an account and signs its owner out everywhere; what they wrote stays. The last administrator can be neither deactivated nor demoted.",
  ],
  flags: [
    { name: "name", value: "NAME", help: "The name that others see. [default the login]" },
    { name: "admin", help: "Make them an administrator." },
    jsonFlag,
  ],
  settings: ["dataDir", "databaseUrl", "publicUrl", "host", "port"],
  examples: [
    ["List everybody, with their roles", "warren user list"],
    ["Add another administrator", 'warren user add bob --name "Bob" --admin'],
    ["Let somebody who forgot their password choose a new one", "warren user reset bob"],
    ["Close the account of somebody who left the team", "warren user deactivate bob"],
  ],
}

const changes = {
  deactivate: { isActive: false },
  activate: { isActive: true },
  promote: { role: "admin" },
  demote: { role: "member" },
} as const

async function user(args: Arguments): Promise<number> {
  const [action = "list", login] = args.positionals
  checkWords(args, action, login)
  if (login === undefined) return list(args)
  if (action === "add") return add(args, login)
  const config = ownConfig(args.flags)
  if (action === "reset") {
    const { url } = await withPeople(config, (parts) => linked(parts, resetPerson(parts, login)))
    return print(args, { url }, url)
  }
  const changed = await withPeople(config, (parts) =>
    changePerson(parts, login, changes[action as keyof typeof changes]),
  )
  return print(args, changed, lineOf(changed))
}

/** All mistakes of the command line itself, before any data is read. */
function checkWords({ flags, switches }: Arguments, action: string, login: string | undefined): void {
  const takesLogin = action === "add" || action === "reset" || Object.hasOwn(changes, action)
  if (action !== "list" && !takesLogin) throw unknownWord("user", action, actions, otherNames.get(action))
  if (action === "list" && login !== undefined) throw configError([`"user list" takes no "${login}".`])
  if (takesLogin && login === undefined) throw configError([`Name the login: warren user ${action} LOGIN`])
  const ofAdd = ["name", "admin"].filter((name) => flags[name] !== undefined || switches.has(name))
  if (action !== "add" && ofAdd.length > 0)
    throw configError(ofAdd.map((name) => `"user ${action}" takes no --${name}.`))
}

async function list(args: Arguments): Promise<number> {
  const people = await withPeople(ownConfig(args.flags), listPeople)
  return print(args, people, people.length === 0 ? "Nobody has an account yet." : table(people))
}

async function add(args: Arguments, login: string): Promise<number> {
  const { flags, switches } = args
  const name = flags["name"] ?? login
  const mistakes = [...mistakesIn("The login", Login, login), ...mistakesIn("--name", Username, name)]
  if (mistakes.length > 0) throw configError(mistakes)
  const role = switches.has("admin") ? "admin" : "member"
  const { url } = await withPeople(ownConfig(flags), (parts) =>
    linked(parts, addPerson(parts, { login, username: name, role })),
  )
  return print(args, { url }, url)
}

function mistakesIn(what: string, schema: v.GenericSchema, value: string): string[] {
  const result = v.safeParse(schema, value, { abortEarly: true })
  return result.success ? [] : [`${what} ${result.issues[0].message}.`]
}

function print({ switches }: Arguments, result: unknown, told: string): number {
  process.stdout.write(`${switches.has("json") ? JSON.stringify(result) : told}\n`)
  return 0
}

function lineOf({ login, role, isActive }: KnownUser): string {
  const rights = role === "admin" ? "an administrator" : "a member"
  return visible(`${login} is ${rights}${isActive ? "" : ", and is deactivated"}.`)
}

function table(people: readonly KnownUser[]): string {
  const rows = people.map(({ login, username, role, isActive, userId }) =>
    [login, username, isActive ? role : `${role}, deactivated`, userId].map(visible),
  )
  const header = ["login", "name", "role", "userId"]
  const widths = header.map((title, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0), title.length),
  )
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n")
}
