/** Whether what a server says is what the documents say of it: each field, and each error that a request may have. */
import { isDeepStrictEqual } from "node:util"
import * as v from "valibot"
import { clientEvents, generalErrors, serverEvents } from "../../src/contract/events.ts"
import { Failure } from "../../src/contract/refusals.ts"

/** What is wrong with an answer; nothing where it is as documented, or to what is no request. */
export function mistakeInAnswer(event: string, answer: unknown): string | undefined {
  if (!Object.hasOwn(clientEvents, event)) return undefined
  const definition = clientEvents[event as keyof typeof clientEvents]
  const failure = v.safeParse(Failure, answer)
  if (!failure.success) return mistakeIn(definition.answer, answer, event)
  const { code, field } = failure.output.error
  const codes: readonly string[] = [...definition.errors, ...generalErrors]
  if (!codes.includes(code)) return `${event} is not documented to fail with ${code}`
  if (code === "ERR_NOT_FOUND" && field === undefined) return `${event} does not say what was not found`
  const [named] = field?.split(".") ?? []
  if (named !== undefined && !(named in definition.payload.entries)) return `${event} has no field ${field}`
  return mistakeIn(Failure, answer, `the failure of ${event}`)
}

export function mistakeInEvent(event: string, args: readonly unknown[]): string | undefined {
  if (!Object.hasOwn(serverEvents, event)) return `${event} is not documented`
  return mistakeIn(serverEvents[event as keyof typeof serverEvents].args, args, event)
}

function mistakeIn(schema: v.GenericSchema, value: unknown, name: string): string | undefined {
  const { success, output, issues } = v.safeParse(schema, value)
  if (!success) return `${name} ${shown(value)}: ${v.summarize(issues)}`
  // Parsing drops what the schema does not name, and adds the arguments that may be left out.
  const named = Array.isArray(value) && Array.isArray(output) ? output.slice(0, value.length) : output
  return isDeepStrictEqual(named, value) ? undefined : `${name} ${shown(value)} is documented as ${shown(named)} only`
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "undefined").slice(0, 500)
}
