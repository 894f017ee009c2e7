/** Turns an unknown payload into a request, or into an error that names the field and the rule it broke. */
import * as v from "valibot"
import type { RequestDefinition } from "./definition.ts"
import { ChatError } from "./errors.ts"
import { type ClientEvent, clientEvents, type Request } from "./events.ts"

/** Throws ERR_VALIDATION with `field`, for the first rule that is broken. */
export function parseRequest<E extends ClientEvent>(event: E, payload: unknown): Request<E> {
  const definition: RequestDefinition<v.GenericSchema, v.GenericSchema> = clientEvents[event]
  const plain = definition.parsePlain?.(payload)
  if (plain !== undefined) return plain as Request<E>
  return parsePayload(definition.payload, payload) as Request<E>
}

/** The same for what is no request of a socket. */
export function parsePayload<S extends v.GenericSchema>(schema: S, payload: unknown): v.InferOutput<S> {
  // To valibot an array is an object, so one would pass where no field is required.
  if (Array.isArray(payload)) throw new ChatError("ERR_VALIDATION", { message: "The payload must be an object." })
  const result = v.safeParse(schema, payload ?? {}, { abortEarly: true })
  if (result.success) return result.output
  throw validationError(result.issues[0])
}

function validationError(issue: v.BaseIssue<unknown>): ChatError {
  const field = v.getDotPath(issue)
  if (field === null) return new ChatError("ERR_VALIDATION", { message: `The payload ${issue.message}.` })
  const rule = issue.received === "undefined" ? "is required" : issue.message
  return new ChatError("ERR_VALIDATION", { message: `${field} ${rule}.`, details: { field } })
}
