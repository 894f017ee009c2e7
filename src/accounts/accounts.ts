/**
 * The people whom this server keeps, as the rest of it sees them: every way in, and every
 * request about sessions, invites and accounts. Whatever fails unexpectedly is the
 * database's failure, and told as such; a stop waits for what is under way.
 */
import type { AccountKeeper, Actor } from "../chat/account-keeper.ts"
import type { CallPayload } from "../contract/accounts.ts"
import { ChatError } from "../contract/errors.ts"
import type { SignInId } from "../contract/values.ts"
import { createInvite, inviteRoom, listInvites, revokeInvite, useInvite } from "./invites.ts"
import { linkOutside, type Setting, setOut, unlinkOutside } from "./linking.ts"
import { type OutsidePerson, type OutsideRules, signInOutside } from "./outside.ts"
import { ownAccount } from "./own-account.ts"
import { handOver } from "./owners.ts"
import type { AccountsParts, Visitor } from "./parts.ts"
import {
  addPasskey,
  beginPasskey,
  beginPasskeySignIn,
  listPasskeys,
  removePasskey,
  signInByPasskey,
} from "./passkeys.ts"
import { createResetLink, listAccounts, updateUser } from "./people.ts"
import { admit, changePassword, endByToken, endOwnSession, linkDevice, listSessions, stillValid } from "./sessions.ts"
import { setupLink } from "./setup.ts"
import { type Entered, join, peek, redeem, signIn, whose } from "./sign-in.ts"
import { welcomeDue } from "./welcome.ts"

interface AccountsOptions extends AccountsParts {
  /** Called with every failure that is not a refusal. */
  readonly onFailure: (cause: unknown) => void
}

export class Accounts implements AccountKeeper {
  readonly #parts: AccountsOptions
  readonly #underWay = new Set<Promise<unknown>>()

  constructor(parts: AccountsOptions) {
    this.#parts = parts
  }

  readonly signIn = (wanted: CallPayload<"sign-in">, visitor: Visitor): Promise<Entered> =>
    this.#run((parts) => signIn(parts, wanted, visitor))
  readonly join = (wanted: CallPayload<"join">, visitor: Visitor): Promise<Entered> =>
    this.#run((parts) => join(parts, wanted, visitor))
  readonly redeem = (wanted: CallPayload<"redeem">, visitor: Visitor): Promise<Entered> =>
    this.#run((parts) => redeem(parts, wanted, visitor))
  readonly peek = (wanted: CallPayload<"peek">, visitor: Visitor) => this.#run((parts) => peek(parts, wanted, visitor))
  readonly signInOutside = (prove: () => Promise<OutsidePerson>, rules: OutsideRules, visitor: Visitor) =>
    this.#run((parts) => signInOutside(parts, prove, rules, visitor))
  readonly setOutToLink = (token: string, secret: string) => this.#run((parts) => setOut(parts, token, secret))
  readonly linkOutside = (prove: () => Promise<OutsidePerson>, setting: Setting & { readonly secret: string }) =>
    this.#run((parts) => linkOutside(parts, prove, setting))
  readonly beginPasskeySignIn = () => this.#run(async (parts) => beginPasskeySignIn(parts))
  readonly signInByPasskey = (wanted: CallPayload<"passkey-sign-in">, visitor: Visitor): Promise<Entered> =>
    this.#run((parts) => signInByPasskey(parts, wanted, visitor))
  readonly hasPasskeys = (): boolean => this.#parts.site() !== undefined
  /** Whether members may invite people to the rooms they are in. */
  readonly membersInvite = (): boolean => this.#parts.membersInvite
  readonly whose = (token: string) => this.#run((parts) => whose(parts, token))
  readonly ownAccount = (actor: Actor) => this.#run((parts) => ownAccount(parts, actor))
  readonly endByToken = (token: string) => this.#run((parts) => endByToken(parts, token))
  readonly admit = (token: string) => this.#run((parts) => admit(parts, token))
  readonly stillValid = (ids: readonly SignInId[]) => this.#run((parts) => stillValid(parts, ids))
  /** Grows when sessions end or rights change, on any server or in the terminal. */
  readonly revision = () => this.#run(({ store }) => store.read(async (tables) => (await tables.access()).revision))
  /**
   * Does what the chat has not heard of yet: makes new people known there, and gives rooms without an active owner
   * another one.
   */
  readonly catchUp = () =>
    this.#run(async (parts) => {
      await welcomeDue(parts)
      await handOver(parts)
    })
  readonly setupLink = () => this.#run(setupLink)
  readonly hasAdmin = () =>
    this.#run(({ store }) => store.read(async (tables) => (await tables.countActiveAdmins()) > 0))

  readonly listSessions: AccountKeeper["listSessions"] = (actor) => this.#run((parts) => listSessions(parts, actor))
  readonly endSession: AccountKeeper["endSession"] = (actor, id) =>
    this.#run((parts) => endOwnSession(parts, actor, id))
  readonly linkDevice: AccountKeeper["linkDevice"] = (actor) => this.#run((parts) => linkDevice(parts, actor))
  readonly changePassword: AccountKeeper["changePassword"] = (actor, passwords) =>
    this.#run((parts) => changePassword(parts, actor, passwords))
  readonly unlinkProvider: AccountKeeper["unlinkProvider"] = (actor) =>
    this.#run((parts) => unlinkOutside(parts, actor))
  readonly listPasskeys: AccountKeeper["listPasskeys"] = (actor) => this.#run((parts) => listPasskeys(parts, actor))
  readonly beginPasskey: AccountKeeper["beginPasskey"] = (actor) => this.#run((parts) => beginPasskey(parts, actor))
  readonly addPasskey: AccountKeeper["addPasskey"] = (actor, wanted) =>
    this.#run((parts) => addPasskey(parts, actor, wanted))
  readonly removePasskey: AccountKeeper["removePasskey"] = (actor, id) =>
    this.#run((parts) => removePasskey(parts, actor, id))
  readonly createInvite: AccountKeeper["createInvite"] = (actor, wanted) =>
    this.#run((parts) => createInvite(parts, actor, wanted))
  readonly listInvites: AccountKeeper["listInvites"] = (actor) => this.#run((parts) => listInvites(parts, actor))
  readonly revokeInvite: AccountKeeper["revokeInvite"] = (actor, id) =>
    this.#run((parts) => revokeInvite(parts, actor, id))
  readonly inviteRoom: AccountKeeper["inviteRoom"] = (actor, code) =>
    this.#run((parts) => inviteRoom(parts, actor, code))
  readonly useInvite: AccountKeeper["useInvite"] = (actor, code) => this.#run((parts) => useInvite(parts, actor, code))
  readonly updateUser: AccountKeeper["updateUser"] = (actor, targetId, change) =>
    this.#run((parts) => updateUser(parts, actor, targetId, change))
  readonly listAccounts: AccountKeeper["listAccounts"] = (actor, page) =>
    this.#run((parts) => listAccounts(parts, actor, page))
  readonly createResetLink: AccountKeeper["createResetLink"] = (actor, targetId) =>
    this.#run((parts) => createResetLink(parts, actor, targetId))

  /** Waits for what is under way, then lets go of the database. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#underWay)
    await this.#parts.store.close()
  }

  async #run<T>(work: (parts: AccountsParts) => Promise<T>): Promise<T> {
    const running = work(this.#parts)
    this.#underWay.add(running)
    try {
      return await running
    } catch (cause) {
      if (cause instanceof ChatError) throw cause
      this.#parts.onFailure(cause)
      throw new ChatError("ERR_STORAGE", { cause })
    } finally {
      this.#underWay.delete(running)
    }
  }
}
