/** Invite links. Only whoever creates one is told its code, once. */
import type { Actor } from "../chat/account-keeper.ts"
import { ChatError } from "../contract/errors.ts"
import type { Request } from "../contract/events.ts"
import type { Invite } from "../contract/invites.ts"
import { limits } from "../contract/limits.ts"
import { timeOf } from "../contract/moment.ts"
import type { InviteId, RoomId } from "../contract/values.ts"
import { type AccountsParts, actorOf, addLink, adminOf, guessed, isGood, linkOf, notValid, sessionOf } from "./parts.ts"
import { hashOf } from "./secrets.ts"
import type { AccountRecord, AccountTables, LinkRecord } from "./tables.ts"

/** More than an administrator needs; it only bounds the list. */
const invitesListedMax = 1_000

type Wanted = Pick<Request<"create_invite">, "uses" | "expiresInMs"> & { readonly roomId: RoomId | undefined }

/** The caller has checked that its creator may invite people to the room. */
export function createInvite(
  parts: AccountsParts,
  actor: Actor,
  { roomId, uses, expiresInMs }: Wanted,
): Promise<Invite & { readonly url: string }> {
  const at = parts.epochMs()
  return parts.store.write(async (tables) => {
    const account = await inviterOf(parts, tables, actor, roomId)
    const open = await tables.invites(at, account.id, limits.invitesPerUserMax)
    if (open.length >= limits.invitesPerUserMax) throw tooMany()
    const draft = {
      kind: "invite",
      creatorId: account.id,
      roomId: roomId ?? null,
      uses,
      lifetimeMs: expiresInMs,
    } as const
    const { link, code } = await addLink(parts, tables, draft)
    const kind = account.role === "admin" ? "administration" : "account"
    parts.tell(kind, "{login} made an invite for {uses}.", { login: account.login, uses })
    return { ...inviteOf(link), url: linkOf(parts, code) }
  })
}

async function inviterOf(
  { membersInvite, epochMs }: AccountsParts,
  tables: AccountTables,
  actor: Actor,
  roomId: RoomId | undefined,
): Promise<AccountRecord> {
  if (!membersInvite) return adminOf(tables, actor, epochMs())
  const account = await actorOf(tables, actor, epochMs())
  if (account.role === "admin" || roomId !== undefined) return account
  const message = "Members invite to a room that they are in: name it."
  throw new ChatError("ERR_FORBIDDEN", { message, details: { field: "roomId" } })
}

export function listInvites({ store, epochMs }: AccountsParts, actor: Actor): Promise<Invite[]> {
  return store.read(async (tables) => {
    const { id, role } = await actorOf(tables, actor, epochMs())
    const links = await tables.invites(epochMs(), role === "admin" ? undefined : id, invitesListedMax)
    return links.map(inviteOf)
  })
}

/** One's own, or any as an administrator; to everybody else it does not exist. */
export function revokeInvite(parts: AccountsParts, actor: Actor, inviteId: InviteId): Promise<void> {
  return parts.store.write(async (tables) => {
    const { id, role, login } = await actorOf(tables, actor, parts.epochMs())
    const link = await tables.linkById(inviteId)
    if (link?.kind !== "invite" || (link.creatorId !== id && role !== "admin"))
      throw new ChatError("ERR_NOT_FOUND", { message: "There is no such invite.", details: { field: "inviteId" } })
    parts.tell(role === "admin" ? "administration" : "account", "{login} ended an invite.", { login })
    await tables.endLink(link.id)
  })
}

/**
 * The room that a code leads to, for somebody who has an account; also where the code was used up, perhaps by them. A
 * wrong code counts as an attempt of this session.
 */
export async function inviteRoom(parts: AccountsParts, actor: Actor, code: string): Promise<RoomId> {
  const attempt = parts.attempts.beginCode(sessionOf(actor), parts.elapsedMs())
  return parts.store.read(async (tables) => {
    const { login } = await actorOf(tables, actor, parts.epochMs())
    const link = await tables.linkByHash(hashOf(code))
    const roomId = link?.roomId ?? (await tables.firstRoom())
    if (!isInvite(link) || roomId === undefined) throw guessed(parts, login)
    attempt.giveBack()
    return roomId
  })
}

/** Takes one of its uses. Returns how to give it back. */
export async function useInvite(parts: AccountsParts, actor: Actor, code: string): Promise<() => Promise<void>> {
  const { id } = await parts.store.write(async (tables) => {
    await actorOf(tables, actor, parts.epochMs())
    const link = await tables.linkByHash(hashOf(code))
    if (!isInvite(link) || !(await isGood(tables, link, parts.epochMs()))) throw notValid()
    await tables.useLink(link.id)
    return link
  })
  return () => parts.store.write((tables) => tables.giveBackLink(id))
}

/** An invite to an earlier user's account is for that person alone. */
function isInvite(link: LinkRecord | undefined): link is LinkRecord {
  return link?.kind === "invite" && link.userId === null
}

function inviteOf({ id, uses, usesLeft, expiresAt, creatorId, roomId }: LinkRecord): Invite {
  const said = { uses, usesLeft, expiresAt: timeOf(expiresAt), creatorId }
  return { id: id as InviteId, ...said, ...(roomId !== null && { roomId }) }
}

function tooMany(): ChatError {
  const message = `You have ${limits.invitesPerUserMax} invites that can still be used: revoke one.`
  return new ChatError("ERR_FORBIDDEN", { message })
}
