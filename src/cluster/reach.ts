/** Whether a Redis can be reached, and accepts what servers say to each other. */
import { Redis } from "ioredis"
import { placeOf } from "./place.ts"

const patienceMs = 3_000

/** Changes nothing. Rejects with a sentence for people, which has no password in it. */
export async function reachRedis(url: string): Promise<void> {
  let cause: unknown
  const options = { connectTimeout: patienceMs, commandTimeout: patienceMs, retryStrategy: () => null }
  const redis = new Redis(url, options).on("error", (error) => {
    // What is asked then fails only with a closed connection.
    cause = error
  })
  try {
    await redis.publish("warren:echo:doctor", "")
  } catch (error) {
    const { message } = (cause ?? error) as Error
    throw new Error(`Redis at ${placeOf(url)} cannot be used: ${message}.`, { cause: cause ?? error })
  } finally {
    redis.disconnect()
  }
}
