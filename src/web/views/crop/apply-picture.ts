/**
 * Uploads a picture and makes it the user's. The picture exists for everybody, this page included, only once the server
 * knows whose it is: so that is done first, and then the page shows it.
 */

import type { Client } from "../../core/client.ts"
import { sentenceOf } from "../../core/sentence-of.ts"
import { laterTexts } from "../../texts/texts.ts"
import { carryBy, knownBytesMax } from "../../uploads/carry.ts"
import type { Arrival } from "../../uploads/uploads.ts"
import { sizeOf } from "../file-size.ts"

type Applied = { readonly url: string } | { readonly problem: string }

/** Never rejects, and need not resolve when it is cancelled. */
export async function applyPicture(client: Client, file: File, signal: AbortSignal): Promise<Applied> {
  const { identity, connection } = client
  const arrival = await arrivalOf(file, () => identity.token, signal)
  if (arrival.kind !== "arrived") return { problem: reasonOf(arrival) }
  const avatar = new URL(arrival.file.url, location.href).href
  const reply = await connection.request("update_profile", { userId: identity.userId, avatar })
  // A user in no room is known only from the first join on, which sends it too.
  if (!reply.ok && reply.error.code !== "ERR_NOT_FOUND") return { problem: sentenceOf(reply.error) }
  const username = identity.user.value?.username
  if (username !== undefined) client.describe({ username, avatar })
  return { url: avatar }
}

function arrivalOf(file: File, token: () => string | undefined, signal: AbortSignal): Promise<Arrival> {
  return new Promise((resolve) => {
    const stop = carryBy(token)(file, () => {}, resolve)
    signal.addEventListener("abort", stop)
  })
}

function reasonOf(arrival: Exclude<Arrival, { readonly kind: "arrived" }>): string {
  const t = laterTexts().files
  return arrival.kind === "tooLarge" ? t.tooLarge(sizeOf(knownBytesMax() ?? 0)) : (arrival.reason ?? t.cut)
}
