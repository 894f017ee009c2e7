/**
 * What accounts need of a store: records, looked up and changed within one transaction.
 * Transactions that write come one after the other, on whichever server or in whichever
 * command, so a rule may count first and write then. Times are milliseconds since the
 * epoch; secrets are stored as hashes only.
 */
import type { Auth, Role } from "../contract/accounts.ts"
import type { RoomId, UserId } from "../contract/values.ts"

export interface AccountRecord {
  /** The store's own key. 0 until it is written. */
  pk: number
  readonly id: UserId
  /** As it was chosen. */
  readonly login: string
  /** Used for comparison; unique. */
  readonly loginKey: string
  /** Until the chat knows the user. */
  readonly username: string
  /** Of argon2id; `null` until one is chosen. */
  password: string | null
  role: Role
  isActive: boolean
  /** The link that made it. */
  readonly linkId: string | null
  /** Rooms that it has yet to become a member of; `null` once that is done. */
  dueRooms: readonly RoomId[] | null
  readonly createdAt: number
}

export interface SessionRecord {
  readonly id: string
  readonly hash: string
  /** The account's key. */
  readonly account: number
  /** What the browser or program called itself. */
  readonly client: string
  readonly createdAt: number
  readonly usedAt: number
  /** When its owner proved who they are; null for one that a link from another device began. */
  readonly provenAt: number | null
}

/** Who a provider says somebody is. */
export interface OutsideId {
  readonly issuer: string
  /** The issuer's own id for the person. */
  readonly subject: string
}

export interface PasskeyRecord {
  readonly id: string
  /** The authenticator's name for it, in base64url. */
  readonly credentialId: string
  /** The account's key. */
  readonly account: number
  readonly name: string
  /** COSE, in base64url. */
  readonly publicKey: string
  readonly counter: number
  readonly createdAt: number
  /** `null` until it signs in. */
  readonly usedAt: number | null
}

type LinkKind = "setup" | "invite" | "reset" | "device"

export interface LinkRecord {
  readonly id: string
  readonly hash: string
  readonly kind: LinkKind
  /** The account of a reset or device link. */
  readonly account: number | null
  /** Who created it; `null` is the server or its terminal. */
  readonly creatorId: UserId | null
  readonly roomId: RoomId | null
  /** The earlier user that its taker becomes. */
  readonly userId: UserId | null
  readonly uses: number
  readonly usesLeft: number
  readonly createdAt: number
  readonly expiresAt: number
}

/** An account and the session that it is signed in by. */
export interface SignedIn {
  readonly account: AccountRecord
  readonly session: SessionRecord
}

interface Person {
  readonly account: AccountRecord
  /** As others see it now. */
  readonly username: string
}

export interface NewOwner {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly heirId: UserId
}

export interface AccountTables {
  readonly access: () => Promise<{ readonly auth: Auth; readonly revision: number }>
  readonly setAuth: (auth: Auth) => Promise<void>
  /** Tells every server that sessions or rights have changed. */
  readonly addRevision: () => Promise<void>

  readonly accountById: (id: UserId) => Promise<AccountRecord | undefined>
  readonly accountByKey: (pk: number) => Promise<AccountRecord | undefined>
  readonly accountByLogin: (loginKey: string) => Promise<AccountRecord | undefined>
  /** Returns its key. */
  readonly addAccount: (account: AccountRecord) => Promise<number>
  /** Its password, rights and due rooms. */
  readonly saveAccount: (account: AccountRecord) => Promise<void>
  /** Accounts that the chat does not know yet. */
  readonly unknownToChat: () => Promise<readonly AccountRecord[]>
  readonly countActiveAdmins: () => Promise<number>
  /** By login, after one. */
  readonly people: (afterLoginKey: string, limit: number) => Promise<readonly Person[]>
  /** What others see of a user, if the chat knows one. */
  readonly usernameOf: (id: UserId) => Promise<string | undefined>

  readonly sessionByHash: (hash: string) => Promise<SignedIn | undefined>
  readonly sessionsById: (ids: readonly string[]) => Promise<readonly SignedIn[]>
  /** The latest used first. */
  readonly sessionsOf: (account: number) => Promise<readonly SessionRecord[]>
  readonly addSession: (session: SessionRecord) => Promise<void>
  readonly touchSession: (id: string, at: number) => Promise<void>
  /** All of the account, or all but one. */
  readonly endSessions: (account: number, except?: string) => Promise<void>
  /** Whether the account had it. */
  readonly endSession: (account: number, id: string) => Promise<boolean>

  readonly accountByOutsideId: (id: OutsideId) => Promise<AccountRecord | undefined>
  readonly addOutsideId: (id: OutsideId, account: number, at: number) => Promise<void>
  readonly outsideIdsOf: (account: number) => Promise<readonly OutsideId[]>
  /** All of the account, or those added after a time. */
  readonly removeOutsideIds: (account: number, after?: number) => Promise<void>

  readonly passkeyByCredential: (credentialId: string) => Promise<PasskeyRecord | undefined>
  /** The oldest first. */
  readonly passkeysOf: (account: number) => Promise<readonly PasskeyRecord[]>
  readonly addPasskey: (passkey: PasskeyRecord) => Promise<void>
  readonly usePasskey: (id: string, counter: number, at: number) => Promise<void>
  /** Whether the account had it. */
  readonly removePasskey: (account: number, id: string) => Promise<boolean>
  readonly removePasskeys: (account: number) => Promise<void>

  readonly linkByHash: (hash: string) => Promise<LinkRecord | undefined>
  readonly linkById: (id: string) => Promise<LinkRecord | undefined>
  /** Invites that can still be used, the newest first: of one creator, or of all. */
  readonly invites: (at: number, creatorId: UserId | undefined, limit: number) => Promise<readonly LinkRecord[]>
  readonly addLink: (link: LinkRecord) => Promise<void>
  readonly useLink: (id: string) => Promise<void>
  /** Does nothing for a link that was ended. */
  readonly giveBackLink: (id: string) => Promise<void>
  readonly endLink: (id: string) => Promise<void>
  /** Those that sign in to the account. */
  readonly endLinksOf: (account: number) => Promise<void>
  /** Links to another device that were made on a device; those of the terminal, which has no creator, stay. */
  readonly endDeviceLinks: (account: number) => Promise<void>
  /** All links that somebody created, for whomever. */
  readonly endLinksBy: (creatorId: UserId) => Promise<void>
  /** Forgets links that have expired, and sessions that are too old. */
  readonly sweep: (at: number, usedBefore: number, createdBefore: number) => Promise<void>

  /** Rooms whose owners are all deactivated, with who is to own them. */
  readonly ownerlessRooms: () => Promise<readonly NewOwner[]>
  /** The room that the server made for itself, if it is still there. */
  readonly firstRoom: () => Promise<RoomId | undefined>
  /** None for a direct room, to which nobody can be invited. */
  readonly roomName: (id: RoomId) => Promise<string | undefined>
  readonly isMember: (userId: UserId, roomId: RoomId) => Promise<boolean>
}

export interface AccountStore {
  /** Reads what was committed; changes nothing. */
  readonly read: <T>(work: (tables: AccountTables) => Promise<T>) => Promise<T>
  /** Commits what `work` changed, or nothing of it if that throws. */
  readonly write: <T>(work: (tables: AccountTables) => Promise<T>) => Promise<T>
  readonly close: () => Promise<void>
}
