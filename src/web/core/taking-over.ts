/** At the first sign-in, the account takes over what the browser stored: rooms, notification levels, and drafts. */
import type { Client } from "./client.ts"
import type { Before } from "./identity.ts"
import { isRecord, isString, type Kept } from "./kept.ts"
import type { Payload } from "./wire.ts"

const doneKey = "account.first"

/** `own` are the account's rooms already; others that can be entered are added. */
export async function takeOver(client: Client, kept: Kept, before: Before, own: Set<string>): Promise<void> {
  if (client.identity.account.peek() === undefined || kept.read(doneKey, isString) !== undefined) return
  // What is stored later belongs to another account.
  kept.write(doneKey, client.identity.userId)
  for (const roomId of before.roomIds) {
    if (!own.has(roomId) && (await enter(client, roomId))) own.add(roomId)
    moveDraft(kept, `${before.userId}.${roomId}`, `${client.identity.userId}.${roomId}`)
    client.find(roomId)?.draft.reload()
  }
  const { connection, identity } = client
  for (const [roomId, level] of Object.entries(kept.read("levels", isRecord) ?? {})) {
    const payload = { roomId, userId: identity.userId, level } as Payload<"set_notifications">
    if (own.has(roomId)) await connection.request("set_notifications", payload)
  }
  kept.write("levels", undefined)
}

/** Only to become a member: the open room is joined anyway. Returns whether it was possible. */
async function enter(client: Client, roomId: string): Promise<boolean> {
  const room = client.find(roomId)
  if (room === undefined || client.near.isWanted(room)) return false
  await room.join()
  const { isJoined } = room
  if (isJoined) room.leave()
  return isJoined
}

function moveDraft(kept: Kept, from: string, to: string): void {
  const text = kept.read(`draft.${from}`, isString)
  if (text === undefined || kept.read(`draft.${to}`, isString) !== undefined) return
  if (kept.write(`draft.${to}`, text)) kept.write(`draft.${from}`, undefined)
}
