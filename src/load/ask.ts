/** Sends a request that should be granted: a refusal is an error, and a rate limit is waited out. */

import type { Answer, ClientEvent } from "../contract/events.ts"
import type { ErrorBody } from "../contract/refusals.ts"
import { isFailure, isGranted } from "./believable.ts"
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

/** A longer wait is not a rate but a quota. */
const retryAfterMsMax = 5_000
/** After this many rate limits, it will never succeed. */
const attemptsMax = 100
const retryAfterMsMin = 10

/** Rejects with `Refused`, or with the reason why there is no answer. */
export async function ask<E extends ClientEvent>(client: Client, event: E, payload: unknown): Promise<Answer<E>> {
  for (let attempt = 1; ; attempt++) {
    const answer = await client.request<unknown>(event, payload)
    // Its contents are checked by whoever uses it.
    if (isGranted(answer)) return answer as Answer<E>
    if (!isFailure(answer)) throw new Error(`The server's answer to ${event} is no answer of this API.`)
    const { retryAfterMs } = answer.error
    if (retryAfterMs === undefined || retryAfterMs > retryAfterMsMax || attempt === attemptsMax)
      throw new Refused(event, answer.error)
    await Bun.sleep(Math.max(retryAfterMs, retryAfterMsMin))
  }
}
