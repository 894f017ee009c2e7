/**
 * The sockets of people with accounts, by the session that each is of. Whether those are
 * still valid is asked whenever something has changed, on this server, another one or in
 * the terminal: sockets of the others are told so and closed. A new socket is asked about
 * once more, since its session may have ended while it came in.
 */
import type { Socket } from "socket.io"
import type { Accounts } from "../../accounts/accounts.ts"
import type { Session } from "../../chat/session.ts"
import { minuteMs } from "../../contract/durations.ts"
import type { SignInId } from "../../contract/values.ts"
import { endUnauthorized } from "./admission.ts"

/** How often it is looked whether another server, or the terminal, has changed something. */
const lookIntervalMs = 500
/** Without a change: sessions end by their age, and those in use are written down as such. */
const checkIntervalMs = minuteMs

type Checks = Pick<Accounts, "revision" | "stillValid" | "catchUp">

export class SignedIn {
  readonly #accounts: Checks
  readonly #sockets = new Map<SignInId, Map<Socket, Session>>()
  /** Not asked about yet. */
  #new = new Set<SignInId>()
  #revision = -1
  #lookedMs = -Infinity
  #checkedMs = -Infinity
  #looking: Promise<void> | undefined
  #isChanged = false

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
      this.#isChanged = true
    }
    void this.look()
  }

  /** Something has changed here. */
  changed(): void {
    this.#isChanged = true
    void this.look()
  }

  /** Resolves once everything that had changed is seen to. A database that cannot be asked is asked again. */
  look(): Promise<void> {
    this.#looking ??= this.#lookAll().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #lookAll(): Promise<void> {
    try {
      do await this.#lookOnce()
      while (this.#isChanged)
    } catch {
      this.#revision = -1
    }
  }

  async #lookOnce(): Promise<void> {
    const isDue = this.#isChanged
    this.#isChanged = false
    const fresh = this.#new
    this.#new = new Set()
    const revision = await this.#accounts.revision()
    const isChanged = revision !== this.#revision
    if (!isChanged && !isDue && fresh.size === 0) return
    if (isChanged) await this.#accounts.catchUp()
    // Whoever comes again and again would otherwise have everybody asked about each time.
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
        // What it was just answered goes out before: a request to sign out, for one.
        setImmediate(() => endUnauthorized(socket, "This session has ended: sign in again."))
      }
    }
  }
}
