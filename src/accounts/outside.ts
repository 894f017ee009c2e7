/**
 * Signing in by a provider (OIDC). Its issuer and its own id for the person lead to one
 * account for good; an e-mail address or a login does not, since those change hands. The
 * first sign-in creates the account, for people whom the settings allow.
 */
import * as v from "valibot"
import { Login, loginKeyOf } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import { limits } from "../contract/limits.ts"
import type { AccountsParts, Visitor } from "./parts.ts"
import { type Entered, enter, newAccount } from "./sign-in.ts"
import type { AccountRecord, AccountTables, OutsideId } from "./tables.ts"

/** What the provider says of a person. */
export interface OutsidePerson extends OutsideId {
  /** Only an address that the provider has verified. */
  readonly email: string | undefined
  readonly groups: readonly string[]
  /** What is valid as a username. */
  readonly name: string | undefined
}

/** Who gets an account at the first sign-in: one of these is enough. */
export interface OutsideRules {
  /** In lower case. */
  readonly domains: readonly string[]
  readonly group: string | undefined
}

/** `prove` asks the provider, and rejects with a ChatError. */
export async function signInOutside(
  parts: AccountsParts,
  prove: () => Promise<OutsidePerson>,
  rules: OutsideRules,
  visitor: Visitor,
): Promise<Entered> {
  const attempt = parts.attempts.beginCode(visitor.address, parts.elapsedMs())
  try {
    const person = await prove()
    const entered = await enter(parts, visitor, (tables) => accountOf(parts, tables, person, rules))
    attempt.giveBack()
    return entered
  } catch (error) {
    if (!(error instanceof ChatError && isRefusal(error))) attempt.giveBack()
    else
      parts.tell("refused sign-in", "A sign-in by the provider from {address} was refused: {reason}", {
        address: visitor.address,
        reason: error.message,
      })
    throw error
  }
}

function isRefusal({ code }: ChatError): boolean {
  return code === "ERR_UNAUTHORIZED" || code === "ERR_FORBIDDEN"
}

async function accountOf(
  parts: AccountsParts,
  tables: AccountTables,
  person: OutsidePerson,
  rules: OutsideRules,
): Promise<AccountRecord> {
  const known = await tables.accountByOutsideId(person)
  if (known !== undefined) return known
  if (!isAllowed(person, rules)) throw notAllowed()
  const login = await freeLogin(parts, tables, person)
  const username = person.name ?? [...login].slice(0, limits.usernameLengthMax).join("")
  const account = await newAccount(parts, tables, { login, username, password: null, role: "member" })
  await tables.addOutsideId(person, account.pk, account.createdAt)
  parts.tell("account", "{login} joined by {issuer}.", { login, issuer: person.issuer })
  return account
}

function isAllowed({ email, groups }: OutsidePerson, { domains, group }: OutsideRules): boolean {
  const [, domain] = /^[^@\s]+@([^@\s]+)$/.exec(email ?? "") ?? []
  if (domain !== undefined && domains.includes(domain.toLowerCase())) return true
  return group !== undefined && groups.includes(group)
}

/** This many logins are tried before a random one. */
const triesMax = 9

/** Another person may have it: a login says nothing about who somebody is to the provider. */
async function freeLogin(
  { newId }: AccountsParts,
  tables: AccountTables,
  { email = "", name = "" }: OutsidePerson,
): Promise<string> {
  const [wanted = "person"] = [email, email.split("@")[0] ?? "", name.replace(/\s+/g, ".")].filter(
    (text) => v.is(Login, text) && [...text].length <= limits.loginLengthMax - 2,
  )
  for (let n = 1; n <= triesMax; n++) {
    const login = n === 1 ? wanted : `${wanted}-${n}`
    if ((await tables.accountByLogin(loginKeyOf(login))) === undefined) return login
  }
  return `person-${newId()}`
}

function notAllowed(): ChatError {
  const message = "You have no account here, and the provider does not say that you get one: ask an administrator."
  return new ChatError("ERR_FORBIDDEN", { message })
}
