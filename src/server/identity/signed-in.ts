/**
 * The sockets of people with accounts, by session. Whether sessions are still valid is
 * checked whenever something has changed, on this server, another one or in the terminal;
 * sockets of ended sessions are told and closed. A new socket is checked once more, since
 * its session may have ended while it connected.
 */
import type { Socket } from "socket.io"
import type { Accounts } from "../../accounts/accounts.ts"
import type { Session } from "../../chat/session.ts"
import { minuteMs } from "../../contract/durations.ts"
import type { SignInId } from "../../contract/values.ts"
import { endUnauthorized } from "./admission.ts"

/** How often changes by another server or the terminal are looked for. */
const lookIntervalMs = 500
/** How often sessions are checked without a change: they expire by age, and use is recorded. */
const checkIntervalMs = minuteMs

type Checks = Pick<Accounts, "revision" | "stillValid" | "catchUp">

export class SignedIn {
  readonly #accounts: Checks
  readonly #sockets = new Map<SignInId, Map<Socket, Session>>()
  /** Not checked yet. */
  #new = new Set<SignInId>()
  #revision = -1
  #lookedMs = -Infinity
  #checkedMs = -Infinity
  #looking: Promise<void> | undefined
  /** Everybody is to be checked, whether or not anything has changed. */
  #isDue = false
  /** Something may have changed since the current look has asked. */
  #mustLookAgain = false

  constructor(accounts: Checks) {
    this.#accounts = accounts
  }

  add(socket: Socket, session: Session): void {
    const { signInId } = session
    if (signInId === undefined) return
    this.#new.add(signInId)
    const sockets = this.#sockets.get(signInId) ?? new Map<Socket, Session>()
    this.#sockets.set(signInId, sockets.set(socket, session))
    socket.on("disconnect", () => {
      sockets.delete(socket)
      if (sockets.size === 0 && this.#sockets.get(signInId) === sockets) this.#sockets.delete(signInId)
    })
  }

  /** Call it several times a second. */
  tick(nowMs: number): void {
    if (nowMs - this.#lookedMs < lookIntervalMs) return
    this.#lookedMs = nowMs
    if (nowMs - this.#checkedMs >= checkIntervalMs) {
      this.#checkedMs = nowMs
      this.#isDue = true
    }
    void this.look()
  }

  /** Something may have changed on this server. The revision tells: a sign-in raises it only if it ends another session. */
  changed(): void {
    this.#mustLookAgain = true
    void this.look()
  }

  /** Resolves once every change so far is dealt with. If the database does not answer, it is asked again. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAll().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookAll(): Promise<void> {
    try {
      do await this.#lookOnce()
      while (this.#mustLookAgain)
    } catch {
      this.#revision = -1
    }
  }

  async #lookOnce(): Promise<void> {
    const isDue = this.#isDue
    this.#isDue = false
    this.#mustLookAgain = false
    const fresh = this.#new
    this.#new = new Set()
    const revision = await this.#accounts.revision()
    const isChanged = revision !== this.#revision
    if (!isChanged && !isDue && fresh.size === 0) return
    if (isChanged) await this.#accounts.catchUp()
    // Otherwise somebody who reconnects again and again would cause a check of everybody each time.
    const ids = [...(isChanged || isDue ? this.#sockets.keys() : fresh)]
    const valid = await this.#accounts.stillValid(ids)
    this.#revision = revision
    for (const id of ids) this.#apply(id, valid.get(id))
  }

  #apply(id: SignInId, rights: { readonly isAdmin: boolean } | undefined): void {
    for (const [socket, session] of this.#sockets.get(id) ?? []) {
      if (rights !== undefined) session.setAdmin(rights.isAdmin)
      else {
        session.end()
        // Pending answers leave first: to a request to sign out, for example.
        setImmediate(() => endUnauthorized(socket, "This session has ended: sign in again."))
      }
    }
  }
}
