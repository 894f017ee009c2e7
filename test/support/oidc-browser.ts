/** A browser that signs in by a provider, and a server that has one. */
import { expect } from "bun:test"
import type { Config } from "../../src/config.ts"
import { call } from "./accounts.ts"
import { clientId, clientSecret, type TestProvider } from "./provider.ts"

export const withProvider = (provider: TestProvider, more: Partial<Config> = {}): Partial<Config> => ({
  auth: "accounts",
  oidcIssuer: provider.issuer,
  oidcClientId: clientId,
  oidcClientSecret: clientSecret,
  oidcDomains: ["example.com"],
  ...more,
})

/** What a browser does: it keeps cookies, and goes where it is sent when it is told to. */
export class Browser {
  readonly #url: string
  readonly #cookies = new Map<string, string>()

  constructor(url: string) {
    this.#url = url
  }

  /** Of its session. */
  token(): string {
    return this.cookie(`warren-${new URL(this.#url).port}`) ?? ""
  }

  cookie(suffix: string): string | undefined {
    return [...this.#cookies].find(([name]) => name.endsWith(suffix))?.[1]
  }

  /** Puts something of its own in the place of a cookie. */
  forge(suffix: string, value: string): void {
    for (const name of this.#cookies.keys()) if (name.endsWith(suffix)) this.#cookies.set(name, value)
  }

  async signIn(login: string, password: string): Promise<void> {
    const { response } = await call(this.#url, "sign-in", { login, password, as: "cookie" }, { Origin: this.#url })
    this.#take(response)
  }

  async signOut(): Promise<void> {
    this.#take((await call(this.#url, "sign-out", {}, this.#ownPage())).response)
  }

  keep(other: Browser): void {
    for (const [name, value] of other.#cookies) this.#cookies.set(name, value)
  }

  async open(path: string | URL, headers: Record<string, string> = {}) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ")
    const response = await fetch(new URL(path, this.#url), {
      redirect: "manual",
      headers: { ...(cookie !== "" && { Cookie: cookie }), ...headers },
    })
    this.#take(response)
    return response
  }

  /** To the provider's door, and where that leads. */
  async begin(provider: TestProvider, path = "/api/oidc"): Promise<URL> {
    const response = await this.open(path)
    expect(response.status).toBe(303)
    return provider.authorize(response.headers.get("location") ?? "")
  }

  /** What came of it: who it is, or the code of the refusal. */
  async arrive(back: URL): Promise<unknown> {
    const response = await this.open(back, { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate" })
    if (response.status !== 303) return ((await response.json()) as { error: { code: string } }).error.code
    expect(response.headers.get("location")).toMatch(/^\/(r\/[\w-]+)?#code=signed-in$/)
    return this.me()
  }

  async me(): Promise<unknown> {
    const { answer } = await call(this.#url, "me", {}, this.#ownPage())
    return answer.ok ? answer.user : answer.error.code
  }

  async waysIn(): Promise<unknown> {
    const { answer } = await call(this.#url, "me", {}, this.#ownPage())
    return answer.ok ? answer["waysIn"] : answer.error.code
  }

  #ownPage(): Record<string, string> {
    return { Origin: this.#url, Cookie: [...this.#cookies].map((pair) => pair.join("=")).join("; ") }
  }

  #take(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === "") this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
  }
}
