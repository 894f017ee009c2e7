/** What the chat needs from the keeper of the accounts. */
import type { KnownUser, Link, Role } from "../contract/accounts.ts"
import type { Request } from "../contract/events.ts"
import type { Invite } from "../contract/invites.ts"
import type { Passkey } from "../contract/passkeys.ts"
import type { AccountSession } from "../contract/sessions.ts"
import type { InviteId, PasskeyId, RoomId, SignInId, UserId } from "../contract/values.ts"

/** Who asks: an account, by one of its sessions. */
export interface Actor {
  readonly userId: UserId
  readonly sessionId: SignInId
}

/** Each checks what the actor may do now, and rejects with a ChatError for what is refused. */
export interface AccountKeeper {
  readonly listSessions: (actor: Actor) => Promise<AccountSession[]>
  readonly endSession: (actor: Actor, sessionId: SignInId) => Promise<void>
  readonly linkDevice: (actor: Actor) => Promise<Link>
  readonly changePassword: (
    actor: Actor,
    passwords: { readonly old: string | undefined; readonly next: string },
  ) => Promise<void>
  readonly unlinkProvider: (actor: Actor) => Promise<void>
  readonly listPasskeys: (actor: Actor) => Promise<Passkey[]>
  readonly beginPasskey: (
    actor: Actor,
  ) => Promise<{ readonly challenge: string; readonly rpId: string; readonly known: string[] }>
  readonly addPasskey: (actor: Actor, wanted: Omit<Request<"add_passkey">, "userId">) => Promise<Passkey>
  readonly removePasskey: (actor: Actor, passkeyId: PasskeyId) => Promise<void>
  readonly createInvite: (
    actor: Actor,
    wanted: { readonly roomId: RoomId | undefined; readonly uses: number; readonly expiresInMs: number },
  ) => Promise<Invite & { readonly url: string }>
  readonly listInvites: (actor: Actor) => Promise<Invite[]>
  readonly revokeInvite: (actor: Actor, inviteId: InviteId) => Promise<void>
  /** The room that the code leads to, also where the code is used up. */
  readonly inviteRoom: (actor: Actor, code: string) => Promise<RoomId>
  /** Takes one of its uses. Resolves to a function that gives it back. */
  readonly useInvite: (actor: Actor, code: string) => Promise<() => Promise<void>>
  readonly updateUser: (
    actor: Actor,
    targetId: UserId,
    change: { readonly role: Role | undefined; readonly isActive: boolean | undefined },
  ) => Promise<KnownUser>
  readonly listAccounts: (
    actor: Actor,
    page: { readonly after: string | undefined; readonly limit: number },
  ) => Promise<{ readonly users: KnownUser[]; readonly hasMore: boolean }>
  readonly createResetLink: (actor: Actor, targetId: UserId) => Promise<Link>
}
