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
  // To valibot an array is an object, so one would pass where no field is required.
  if (Array.isArray(payload)) throw new ChatError("ERR_VALIDATION", { message: "The payload must be an object." })
  const result = v.safeParse(definition.payload, payload ?? {}, { abortEarly: true })
  if (result.success) return result.output as Request<E>
  throw validationError(result.issues[0])
}

function validationError(issue: v.BaseIssue<unknown>): ChatError {
  const field = v.getDotPath(issue)
  if (field === null) return new ChatError("ERR_VALIDATION", { message: `The payload ${issue.message}.` })
  const rule = issue.received === "undefined" ? "is required" : issue.message
  return new ChatError("ERR_VALIDATION", { message: `${field} ${rule}.`, details: { field } })
}
