/**
 * Requests of people with accounts: about their sessions and invites and, from
 * administrators, about others. The keeper of the accounts decides; the chat only says who
 * asks, and whether they are in the room of an invite.
 */
import type { requests as accountRequests } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import type { Answer, ClientEvent } from "../contract/events.ts"
import type { requests as inviteRequests } from "../contract/invites.ts"
import { limits } from "../contract/limits.ts"
import type { MyRoom } from "../contract/my-rooms.ts"
import type { requests as passkeyRequests } from "../contract/passkeys.ts"
import type { requests as sessionRequests } from "../contract/sessions.ts"
import type { RoomId, UserId } from "../contract/values.ts"
import type { AccountKeeper, Actor } from "./account-keeper.ts"
import { askOwnRoom, becameMember } from "./personal.ts"
import type { Asked, ChatParts, Handler, Handlers } from "./request.ts"
import type { Command, Outcomes } from "./rules/rules.ts"
import type { Session } from "./session.ts"
import { promised } from "./store.ts"

type AccountEvent = keyof (typeof accountRequests &
  typeof inviteRequests &
  typeof sessionRequests &
  typeof passkeyRequests)

export const handlers: Handlers<AccountEvent> = {
  list_sessions: reads(async ({ accounts, actor }) => ({ ok: true, sessions: await accounts.listSessions(actor) })),
  end_session: changes(async ({ accounts, actor, request }) => {
    await accounts.endSession(actor, request.sessionId)
    return { ok: true }
  }),
  sign_out: changes(async ({ accounts, actor, session }) => {
    await accounts.endSession(actor, actor.sessionId)
    session.end()
    return { ok: true }
  }),
  link_device: changes(async ({ accounts, actor }) => ({ ok: true, ...(await accounts.linkDevice(actor)) })),
  change_password: changes(async ({ accounts, actor, request }) => {
    await accounts.changePassword(actor, { old: request.old, next: request.new })
    return { ok: true }
  }),
  unlink_provider: changes(async ({ accounts, actor }) => {
    await accounts.unlinkProvider(actor)
    return { ok: true }
  }),
  list_passkeys: reads(async ({ accounts, actor }) => ({ ok: true, passkeys: await accounts.listPasskeys(actor) })),
  begin_passkey: changes(async ({ accounts, actor }) => ({ ok: true, ...(await accounts.beginPasskey(actor)) })),
  add_passkey: changes(async ({ accounts, actor, request }) => ({
    ok: true,
    passkey: await accounts.addPasskey(actor, request),
  })),
  remove_passkey: changes(async ({ accounts, actor, request }) => {
    await accounts.removePasskey(actor, request.passkeyId)
    return { ok: true }
  }),
  create_invite: changes(async ({ chat, accounts, actor, request }) => {
    const { roomId, uses, expiresInMs } = request
    if (roomId !== undefined) await asked(chat, { kind: "checkInvite", roomId, userId: actor.userId })
    return { ok: true, invite: await accounts.createInvite(actor, { roomId, uses, expiresInMs }) }
  }),
  list_invites: reads(async ({ accounts, actor }) => ({ ok: true, invites: await accounts.listInvites(actor) })),
  revoke_invite: changes(async ({ accounts, actor, request }) => {
    await accounts.revokeInvite(actor, request.inviteId)
    return { ok: true }
  }),
  accept_invite: changes(async ({ chat, accounts, actor, request, at }) => {
    const place = { roomId: await accounts.inviteRoom(actor, request.code), userId: actor.userId }
    const { room } = await asked(chat, { kind: "roomOfMember", ...place })
    if (room !== undefined) return { ok: true, room: await ownRoom(chat, place) }
    const giveBack = await accounts.useInvite(actor, request.code)
    try {
      const { isNew } = await asked(chat, { kind: "enroll", ...place, at })
      // Another of their devices was faster.
      if (!isNew) await giveBack()
    } catch (error) {
      await giveBack()
      throw error
    }
    becameMember(chat, place.userId, place.roomId)
    return { ok: true, room: await ownRoom(chat, place) }
  }),
  update_user: changes(async ({ accounts, actor, request }) => {
    const { targetId, role, isActive } = request
    return { ok: true, user: await accounts.updateUser(actor, targetId, { role, isActive }) }
  }),
  list_accounts: reads(async ({ accounts, actor, request }) => {
    const { after, limit } = request
    return { ok: true, ...(await accounts.listAccounts(actor, { after, limit })) }
  }),
  create_reset_link: changes(async ({ accounts, actor, request }) => ({
    ok: true,
    ...(await accounts.createResetLink(actor, request.targetId)),
  })),
}

/** Decided in the order of the chat's queue. */
function asked<K extends "checkInvite" | "roomOfMember" | "enroll">(
  { ask }: ChatParts,
  command: Command & { readonly kind: K },
): Promise<Outcomes[K]> {
  return promised((settle) => ask<K, Outcomes[K]>(command, settle, (outcome) => outcome))
}

function ownRoom(chat: ChatParts, place: { readonly userId: UserId; readonly roomId: RoomId }): Promise<MyRoom> {
  return promised((settle) => askOwnRoom(chat, place, settle))
}

interface AskedByAccount<E extends ClientEvent> {
  readonly chat: ChatParts
  readonly accounts: AccountKeeper
  readonly actor: Actor
  readonly session: Session
  readonly request: Asked<E>["request"]
  /** Milliseconds since the epoch. */
  readonly at: number
}

type Run<E extends ClientEvent> = (asked: AskedByAccount<E>) => Promise<Answer<E>>

/** Roughly the size of a list of accounts, sessions or invites. */
const listBytes = limits.membersBytesMax

function reads<E extends AccountEvent>(run: Run<E>): Handler<E> {
  return { isRead: true, pageBytes: () => listBytes, run: byAccount(run) }
}

function changes<E extends AccountEvent>(run: Run<E>): Handler<E> {
  return { run: byAccount(run) }
}

function byAccount<E extends AccountEvent>(run: Run<E>): Handler<E>["run"] {
  return (chat, { session, request, at }, settle) => {
    const { accounts } = chat
    const { signInId } = session
    if (accounts === undefined || signInId === undefined)
      throw new ChatError("ERR_FORBIDDEN", { message: "This needs AUTH=accounts." })
    session.actAs(request.userId)
    const actor = { userId: request.userId, sessionId: signInId }
    run({ chat, accounts, actor, session, request, at }).then(
      (answer) => settle({ effects: [], answer }),
      (cause) => settle(cause instanceof ChatError ? cause : new ChatError("ERR_INTERNAL", { cause })),
    )
  }
}
