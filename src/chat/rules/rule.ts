/**
 * A rule: what one kind of command does, as pure functions over a batch's working set.
 * Every store runs the same rules.
 */
import type { ChatError } from "../../contract/errors.ts"
import type { Query, QueryOf, QueryResults } from "./queries.ts"
import type { Needs, WorkingSet } from "./working-set.ts"

/** The outcome of a rule that has to read first; its own changes are written before. */
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
 * The outcome of a rule that takes a number. Where several servers write, the database numbers: a record has its final
 * `seq`, `rev` and time only once it is written, and what is told of it is taken from it then.
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

/** The outcome of a rule: at once, once it is written, or once something was read after that. */
export type Ruled<Outcome> = Outcome | ChatError | Numbered<Outcome> | Reading<Outcome | ChatError>

export interface Rule<Command, Outcome> {
  readonly needs: (command: Command) => Needs
  /** Whether it may change anything. If not, it is answered even while nothing can be written. */
  readonly writes: (set: WorkingSet, command: Command) => boolean
  /** A refusal is a ChatError, and changes nothing. */
  readonly apply: (set: WorkingSet, command: Command) => Ruled<Outcome>
}

/** A rule that answers with the result of one query, and changes nothing. */
export function finding<Command, K extends Query["kind"]>(
  query: (command: Command) => QueryOf<K>,
): Rule<Command, QueryResults[K]> {
  return {
    needs: () => ({}),
    writes: never,
    apply: (_, command) => new Reading<QueryResults[K]>(query(command), (found) => found),
  }
}

/** For a rule that only reads. */
export const never = () => false
/** For a rule that always writes. */
export const always = () => true
