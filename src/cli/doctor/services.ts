/** Services that the server needs: a bucket, PostgreSQL, Redis. */

import { placeOf as placeOfRedis } from "../../cluster/place.ts"
import { reachRedis } from "../../cluster/reach.ts"
import { S3Blobs } from "../../files/s3-blobs.ts"
import { OperatorError, reasonOf } from "../../observe/operator-error.ts"
import { tryPublicKeys } from "../../server/identity/keys.ts"
import type { Failover } from "../../store/postgres/failover.ts"
import { placeOf } from "../../store/postgres/place.ts"
import { reachPostgres } from "../../store/postgres/reach.ts"
import { whyUnanswered } from "../unanswered.ts"
import { type Check, failed, ok, warning } from "./check.ts"

const keysWaitMs = 5_000

export async function bucketCheck(url: string): Promise<Check> {
  try {
    await new S3Blobs({ url, epochMs: Date.now, onFailure: () => {} }).check()
    return ok("files", `${url} can be read`)
  } catch (cause) {
    return failed("files", reasonOf(cause), "Correct it, and run this again.")
  }
}

/** Without keys nobody's token can be checked; a server does not even start without a file of them. */
export async function keysCheck(source: string, signal: AbortSignal): Promise<Check> {
  try {
    await tryPublicKeys(source, AbortSignal.any([signal, AbortSignal.timeout(keysWaitMs)]))
    return ok("keys", source)
  } catch (cause) {
    signal.throwIfAborted()
    if (cause instanceof OperatorError) return failed("keys", cause.message, "Correct it, and run this again.")
    const told = `no keys come from ${source}: ${whyUnanswered(cause)}`
    return failed("keys", told, "Check AUTH_JWKS, and whether this machine reaches the issuer.")
  }
}

export async function databaseChecks(url: string): Promise<Check[]> {
  try {
    const { version, isSynced, standby } = await reachPostgres(url)
    const told = `PostgreSQL ${version} at ${placeOf(url)}`
    const unsynced = `${told} runs with fsync=off, so a loss of power can take acknowledged messages, or all data`
    const data = isSynced ? ok("data", told) : warning("data", unsynced, "Set fsync = on in postgresql.conf.")
    return [data, failoverCheck(standby)]
  } catch (cause) {
    const told = reasonOf(cause)
    return [failed("data", told, "Check DATABASE_URL, and whether it runs.")]
  }
}

export async function redisCheck(url: string): Promise<Check> {
  try {
    await reachRedis(url)
    return ok("redis", `Redis at ${placeOfRedis(url)}`)
  } catch (cause) {
    const told = reasonOf(cause)
    return warning("redis", told, "Check REDIS_URL, and whether it runs: messages come late to the other servers.")
  }
}

function failoverCheck(standby: Failover["standby"]): Check {
  switch (standby) {
    case "none":
      return ok("failover", "no standby")
    case "waited for":
      return ok("failover", "commits wait for a standby")
    case "not waited for":
      return warning(
        "failover",
        "commits do not wait for the standby, so a failover to it would lose acknowledged messages",
        "Name it in synchronous_standby_names; with Patroni, set synchronous_mode.",
      )
  }
}
