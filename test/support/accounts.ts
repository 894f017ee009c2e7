import type { Failure } from "../../src/contract/refusals.ts"
import { startTestApp, type TestApp } from "./app.ts"
import { TestClient } from "./client.ts"

export const password = "correct horse battery"

type Answered =
  | {
      readonly ok: true
      readonly token: string
      readonly user: Record<string, string>
      readonly [field: string]: unknown
    }
  | Failure

/** What the page or another client sends; its own page, where `origin` is the server's. */
export async function call(url: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/api/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  })
  const answer = (await response.json()) as Answered
  return { response, status: response.status, answer, code: answer.ok ? "ok" : answer.error.code }
}

export function codeIn(link: string | undefined): string {
  const [, code = ""] = /#code=([\w-]{22})$/.exec(link ?? "") ?? []
  if (code === "") throw new Error(`There is no code in ${link}`)
  return code
}

export interface Joined {
  readonly token: string
  readonly userId: string
}

/** Throws what it is refused for. */
export async function joinBy(url: string, link: string | undefined, login: string): Promise<Joined> {
  const { answer } = await call(url, "join", { invite: codeIn(link), login, username: login, password })
  if (!answer.ok) throw new Error(answer.error.message)
  return { token: answer.token, userId: answer.user["userId"] ?? "" }
}

export async function signIn(url: string, login: string, given = password): Promise<Joined> {
  const { answer } = await call(url, "sign-in", { login, password: given })
  if (!answer.ok) throw new Error(answer.error.message)
  return { token: answer.token, userId: answer.user["userId"] ?? "" }
}

export function connectAs(url: string, token: string): TestClient {
  return new TestClient(url, ["websocket"], { auth: { token }, reconnection: false })
}

/** Resolves once it is. */
export async function closed({ socket }: TestClient): Promise<void> {
  if (socket.connected) await new Promise((resolve) => socket.once("disconnect", resolve))
}

/** A server with accounts, and its first administrator. */
export async function startWithAdmin(...options: Parameters<typeof startTestApp>) {
  const [overrides, clock] = options
  const app: TestApp = await startTestApp({ auth: "accounts", ...overrides }, clock)
  const admin = await joinBy(app.url, app.setupLink, "ann")
  const client = connectAs(app.url, admin.token)
  return {
    app,
    url: app.url,
    admin,
    client,
    /** A new member, by an invite of the administrator's. */
    join: async (login: string) => {
      const answer = await client.ask("create_invite", { uses: 1 })
      if (!answer.ok) throw new Error(answer.error.message)
      return joinBy(app.url, answer.invite.url, login)
    },
    [Symbol.asyncDispose]: async () => {
      await client[Symbol.asyncDispose]()
      await app[Symbol.asyncDispose]()
    },
  }
}
