/** Asks for something that should be granted: a refusal is an error, and "not so fast" is waited out. */

import type { ErrorBody, Failure } from "../contract/errors.ts"
import type { Answer, ClientEvent } from "../contract/events.ts"
import type { Client } from "./client.ts"

/** A refusal, with what the server said. */
export class Refused extends Error {
  override readonly name = "Refused"
  readonly error: ErrorBody

  constructor(event: ClientEvent, error: ErrorBody) {
    super(`${event} was refused: ${error.code}, ${error.message}`)
    this.error = error
  }
}

/** A longer wait than this is no throttle but a quota. */
const retryAfterMsMax = 5_000

/** Rejects with `Refused`, or with the reason why the connection was lost. */
export async function ask<E extends ClientEvent>(client: Client, event: E, payload: unknown): Promise<Answer<E>> {
  for (;;) {
    const answer = await client.request<Answer<E> | Failure>(event, payload)
    if (answer.ok) return answer
    const { retryAfterMs } = answer.error
    if (retryAfterMs === undefined || retryAfterMs > retryAfterMsMax) throw new Refused(event, answer.error)
    await Bun.sleep(retryAfterMs)
  }
}
