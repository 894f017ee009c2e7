/** All commands, each with its rule, collected from the nouns. */
import type { ChatError } from "../../contract/errors.ts"
import * as accounts from "./accounts.ts"
import * as changes from "./changes.ts"
import * as direct from "./direct.ts"
import * as files from "./files.ts"
import * as members from "./members.ts"
import * as messages from "./messages.ts"
import * as myRooms from "./my-rooms.ts"
import * as ownData from "./own-data.ts"
import * as retention from "./retention.ts"
import * as roles from "./roles.ts"
import * as roomChanges from "./room-changes.ts"
import * as rooms from "./rooms.ts"
import type { Rule, Ruled } from "./rule.ts"
import * as search from "./search.ts"
import * as upkeep from "./upkeep.ts"
import * as users from "./users.ts"
import type { Needs, WorkingSet } from "./working-set.ts"

const rules = {
  ...rooms.rules,
  ...members.rules,
  ...roles.rules,
  ...roomChanges.rules,
  ...direct.rules,
  ...messages.rules,
  ...myRooms.rules,
  ...users.rules,
  ...changes.rules,
  ...files.rules,
  ...search.rules,
  ...upkeep.rules,
  ...accounts.rules,
  ...retention.rules,
  ...ownData.rules,
}

type Rules = typeof rules
export type Kind = keyof Rules
type CommandOf<R> = R extends Rule<infer Command, unknown> ? Command : never
type OutcomeOf<R> = R extends Rule<infer _, infer Outcome> ? Outcome : never

export type Command = { [K in Kind]: CommandOf<Rules[K]> }[Kind]
/** The outcome of each command. A refused command has a `ChatError` instead, and does not affect the others. */
export type Outcomes = { readonly [K in Kind]: OutcomeOf<Rules[K]> }
export type AnyOutcome = Outcomes[Kind] | ChatError

/** A command gets the rule of its own kind, which the types cannot express for all kinds at once. */
const ruleOf = ({ kind }: Command) => rules[kind] as Rule<Command, Outcomes[Kind]>

export function needsOf(command: Command): Needs {
  return ruleOf(command).needs(command)
}

export function writes(set: WorkingSet, command: Command): boolean {
  return ruleOf(command).writes(set, command)
}

export function apply(set: WorkingSet, command: Command): Ruled<Outcomes[Kind]> {
  return ruleOf(command).apply(set, command)
}
