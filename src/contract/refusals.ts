/** A refusal as it crosses the wire: in the answer to a request, or as the event `error`. */
import * as v from "valibot"
import { event, type NamedObject } from "./definition.ts"
import { type ErrorCode, errorMessages } from "./errors.ts"
import { limitInWords } from "./limit-words.ts"
import { about } from "./values.ts"

export const ErrorBody = v.object({
  code: about("What happened. Codes are never renamed.", v.picklist(Object.keys(errorMessages) as ErrorCode[])),
  message: about("A sentence for the developer.", v.string()),
  event: v.optional(about("The request that failed.", v.string())),
  field: v.optional(about("The field whose rule was broken.", v.string())),
  roomId: v.optional(about("The room that it was about.", v.string())),
  retryAfterMs: v.optional(about("How long to wait before trying again, in milliseconds.", v.number())),
})
/** The answer to a request that is refused. */
export const Failure = v.object({ ok: v.literal(false), error: ErrorBody })

export const events = {
  error: event({
    summary: "A request that was made without an acknowledgement callback failed.",
    description: "With a callback the error goes there instead, and only there.",
    rules: ["ACK2", "ERR1", "ERR3"],
    args: v.tuple([ErrorBody]),
    names: ["error"],
    example: [
      {
        code: "ERR_VALIDATION",
        message: `content must be 1 to ${limitInWords("contentLengthMax")} long.`,
        event: "send_message",
        field: "content",
      },
    ],
  }),
} as const

export const objects = {
  ErrorBody: { schema: ErrorBody, about: "Why a request failed." },
} as const satisfies Record<string, NamedObject>

export type ErrorBody = v.InferOutput<typeof ErrorBody>
export type Failure = v.InferOutput<typeof Failure>
