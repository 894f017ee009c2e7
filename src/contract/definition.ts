/**
 * What a request and an event consist of: the shape of what crosses the wire, examples of
 * it, and sentences for people. All of one event stands together, in its noun's file.
 */
import * as v from "valibot"
import type { ErrorCode } from "./errors.ts"
import type { Rule } from "./rules.ts"
import { ann } from "./story.ts"
import { UserId } from "./values.ts"

/** What a request counts as; each has a rate in limits.ts. */
export type RateClass = "message" | "join" | "page" | "search" | "other"

interface Mistake {
  readonly payload: unknown
  /** The field whose rule it breaks; `undefined` when the payload itself is the mistake. */
  readonly field: string | undefined
}

interface Prose {
  /** A sentence for a list of events. */
  readonly summary: string
  /** What the summary leaves open, in CommonMark with `code` as its only markup. */
  readonly description: string
  /** The rules that say exactly what holds. */
  readonly rules: readonly [Rule, ...Rule[]]
}

/** A request that a client may make, with its answer. */
export interface RequestDefinition<Payload extends v.GenericSchema, Answer extends v.GenericSchema> extends Prose {
  readonly payload: Payload
  /** To a request that is granted. */
  readonly answer: Answer
  /** The codes particular to this request; `generalErrors` may answer any. */
  readonly errors: readonly ErrorCode[]
  readonly rate: RateClass
  /** Who people are: else it is ERR_FORBIDDEN, with AUTH=open (`people`), or with all but AUTH=accounts (`accounts`). */
  readonly needs?: "people" | "accounts"
  /** The first one is typical. */
  readonly examples: readonly [v.InferInput<Payload>, ...v.InferInput<Payload>[]]
  readonly mistakes: readonly [Mistake, ...Mistake[]]
  readonly answered: v.InferInput<Answer>
  /** Its name and picture are what the user asks for, not who the connection is known to be. */
  readonly saysProfile?: true
  /** Parses the usual payload faster than the schema does, to the same result; `undefined` for all others. */
  readonly parsePlain?: (payload: unknown) => v.InferOutput<Payload> | undefined
}

/** An event that the server sends. */
interface EventDefinition<Args extends v.GenericSchema<unknown[]>> extends Prose {
  /** Its arguments, as a tuple. */
  readonly args: Args
  /** Their names, in their order. */
  readonly names: readonly [string, ...string[]]
  readonly example: v.InferInput<Args>
}

export const request = <const Payload extends v.GenericSchema, const Answer extends v.GenericSchema>(
  definition: RequestDefinition<Payload, Answer>,
) => definition

export const event = <const Args extends v.GenericSchema<unknown[]>>(definition: EventDefinition<Args>) => definition

/** An object with a name of its own in the documents, since several events share it. */
export interface NamedObject {
  readonly schema: v.GenericSchema
  readonly about: string
}

export const payload = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.object(entries, "must be an object")

export const answer = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.object({ ok: v.literal(true), ...entries })

/** Of a request whose answer says only that it was granted. */
export const onlyOk = { answer: answer({}), answered: { ok: true } } as const

/** Of a request that says only who asks. */
export const onlyUserId = {
  payload: payload({ userId: UserId }),
  examples: [{ userId: ann }],
  mistakes: [{ payload: "all", field: undefined }],
} as const
