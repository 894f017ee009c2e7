/**
 * A rule: what one kind of command does, as pure functions over a batch's working set.
 * Every store runs the same ones, so none has rules of its own.
 */
import type { ChatError } from "../../contract/errors.ts"
import type { Query, QueryOf, QueryResults } from "./queries.ts"
import type { Needs, WorkingSet } from "./working-set.ts"

/** The outcome of a rule that has to read first: what it changed is written before that. */
export class Reading<Outcome> {
  readonly query: Query
  readonly finish: (found: never) => Outcome

  constructor(query: Query, finish: (found: never) => Outcome) {
    this.query = query
    this.finish = finish
  }
}

export function reading<K extends Query["kind"], Outcome>(
  query: QueryOf<K>,
  finish: (found: QueryResults[K]) => Outcome,
): Reading<Outcome> {
  return new Reading(query, finish)
}

/**
 * The outcome of a rule that takes a number. Where several servers write, the database numbers, so a record has its
 * final `seq`, `rev` and time only once it is written: what is told of it is taken from it then.
 */
export class Numbered<Outcome> {
  readonly finish: () => Outcome

  constructor(finish: () => Outcome) {
    this.finish = finish
  }
}

export function numbered<Outcome>(finish: () => Outcome): Numbered<Outcome> {
  return new Numbered(finish)
}

/** What a rule comes to: at once, once it is written, or once something is read after that. */
export type Ruled<Outcome> = Outcome | ChatError | Numbered<Outcome> | Reading<Outcome | ChatError>

export interface Rule<Command, Outcome> {
  readonly needs: (command: Command) => Needs
  /** Whether it may change anything; if not, it is answered even while nothing can be written. */
  readonly writes: (set: WorkingSet, command: Command) => boolean
  /** A refusal is a ChatError, and changes nothing. */
  readonly apply: (set: WorkingSet, command: Command) => Ruled<Outcome>
}

/** A rule that answers with what one query finds, and changes nothing. */
export function finding<Command, K extends Query["kind"]>(
  query: (command: Command) => QueryOf<K>,
): Rule<Command, QueryResults[K]> {
  return {
    needs: () => ({}),
    writes: never,
    apply: (_, command) => new Reading<QueryResults[K]>(query(command), (found) => found),
  }
}

/** Of a rule that only reads. */
export const never = () => false
/** Of a rule that writes whatever it finds. */
export const always = () => true
