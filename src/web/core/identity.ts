/**
 * The user of this browser: a random id with a chosen name, the user of a token, or an account. All of it is stored,
 * and shared by the tabs of the browser.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"
import { type Account, isAccount } from "./account.ts"
import { newUuid } from "./ids.ts"
import { isString, type Kept } from "./kept.ts"
import { type Claims, claimsOf } from "./token.ts"

export interface Profile {
  readonly username: string
  /** An http(s) URL. `undefined`: unknown here, so a picture chosen elsewhere stays. */
  readonly avatar: string | null | undefined
}

export interface User extends Profile {
  readonly userId: string
}

/** The user of this browser before its first account. */
export interface Before {
  readonly userId: string
  readonly roomIds: readonly string[]
}

export class Identity {
  readonly #kept: Kept
  readonly #userId: string
  readonly #profile = signal<Profile | undefined>(undefined)
  readonly #token = signal<string | undefined>(undefined)
  readonly #account = signal<Account | undefined>(undefined)

  constructor(kept: Kept) {
    this.#kept = kept
    this.#userId = kept.read("userId", isString) ?? newUuid()
    kept.write("userId", this.#userId)
    this.reload()
    this.#token.value = this.keptToken
    this.#account.value = this.keptAccount
  }

  /** Whether somebody chose a name here, without a token or an account. */
  get isChosen(): boolean {
    return this.#token.value === undefined && this.#account.value === undefined && this.#profile.value !== undefined
  }

  /** `undefined` until there is a name. */
  readonly user: ReadonlySignal<User | undefined> = computed(() => {
    const claims = this.claims.value
    const profile = this.#profile.value
    const username = this.account.value?.username ?? claims?.username ?? profile?.username
    if (username === undefined) return undefined
    return { userId: this.userId, username, avatar: claims?.avatar ?? profile?.avatar }
  })

  readonly claims: ReadonlySignal<Claims | undefined> = computed(() => {
    const token = this.#token.value
    return token === undefined ? undefined : claimsOf(token)
  })

  get account(): ReadonlySignal<Account | undefined> {
    return this.#account
  }

  get userId(): string {
    return this.#account.value?.userId ?? this.claims.value?.userId ?? this.#userId
  }

  get token(): string | undefined {
    return this.#token.value
  }

  /** What a tab, this one or another, stored last. */
  get keptToken(): string | undefined {
    return this.#kept.read("token", isString)
  }

  get keptAccount(): Account | undefined {
    return this.#kept.read("account", isAccount)
  }

  describe({ username, avatar }: Profile): void {
    this.#profile.value = { username, avatar }
    const account = this.#account.value
    if (account !== undefined) this.useAccount({ ...account, username })
    this.#kept.write("username", username)
    this.#kept.write("avatar", avatar)
  }

  /** Another tab may have changed the name: otherwise the old one would return with the next join. */
  reload(): void {
    const username = this.#kept.read("username", isString)
    if (username) this.#profile.value = { username, avatar: this.#kept.read("avatar", isAvatar) }
  }

  /** `undefined` removes it, and its owner's name. */
  useToken(token: string | undefined): void {
    this.#token.value = token
    this.#kept.write("token", token)
    if (token === undefined) this.#forgetProfile()
  }

  /** `undefined` forgets the account; only the server can remove the cookie. */
  useAccount(account: Account | undefined): void {
    this.#account.value = account
    this.#kept.write("account", account)
    if (account === undefined) this.#forgetProfile()
  }

  #forgetProfile(): void {
    this.#profile.value = undefined
    for (const key of ["username", "avatar"]) this.#kept.write(key, undefined)
  }
}

function isAvatar(value: unknown): value is string | null {
  return value === null || isString(value)
}
