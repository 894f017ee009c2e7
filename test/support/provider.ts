/** A provider to sign in with (OpenID Connect) that a test runs itself: small, right, and as wrong as it is asked to be. */
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose"

export const clientId = "warren"
export const clientSecret = "a secret of the test's"

export interface Said {
  readonly sub: string
  readonly [claim: string]: unknown
}

const megabyte = new Uint8Array(1024 * 1024)

interface Grant {
  readonly nonce: string
  readonly challenge: string
  readonly redirectUri: string
}

export interface TestProvider extends Disposable {
  readonly issuer: string
  /** What the next ID token says. */
  says: Said
  /** What it says to whoever asks with the token, if that is anything else. */
  userInfo: Said | undefined
  /** Claims of the next ID tokens that are not as they should be. */
  wrong: Readonly<Record<string, unknown>>
  /** How they are signed. */
  signing: "well" | "not" | "by another"
  isDown: boolean
  /** Whether its answers have no end. */
  isEndless: boolean
  /** How often it was asked for anything. */
  asked: number
  /** Gives a code to the browser that opened the address, and returns where that goes. */
  readonly authorize: (address: string) => URL
}

export async function startProvider(): Promise<TestProvider> {
  const [own, foreign] = await Promise.all([generateKeyPair("ES256"), generateKeyPair("ES256")])
  const jwk = { ...(await exportJWK(own.publicKey)), kid: "1", alg: "ES256", use: "sig" }
  const grants = new Map<string, Grant>()

  async function idToken({ nonce }: Grant): Promise<string> {
    const seconds = Math.floor(Date.now() / 1_000)
    const times = { iat: seconds, exp: seconds + 300 }
    const claims = { iss: provider.issuer, aud: clientId, nonce, ...times, ...provider.says, ...provider.wrong }
    if (provider.signing === "not") return new UnsecuredJWT(claims).encode()
    const key = provider.signing === "well" ? own.privateKey : foreign.privateKey
    return new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "1" }).sign(key)
  }

  async function token(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text())
    const grant = grants.get(form.get("code") ?? "")
    // A code is for once.
    grants.delete(form.get("code") ?? "")
    const challenge = new Bun.CryptoHasher("sha256").update(form.get("code_verifier") ?? "").digest("base64url")
    const basic = `Basic ${btoa([clientId, clientSecret].map((text) => new URLSearchParams({ text }).toString().slice(5)).join(":"))}`
    if (request.headers.get("authorization") !== basic)
      return Response.json({ error: "invalid_client" }, { status: 401 })
    if (grant?.challenge !== challenge || grant.redirectUri !== form.get("redirect_uri"))
      return Response.json({ error: "invalid_grant" }, { status: 400 })
    const answer = { access_token: "an access token", token_type: "Bearer", id_token: await idToken(grant) }
    return Response.json(answer, { headers: { "Cache-Control": "no-store" } })
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: (request) => {
      provider.asked++
      if (provider.isEndless) return new Response(new ReadableStream({ pull: (it) => it.enqueue(megabyte) }))
      if (provider.isDown) return new Response("down", { status: 503 })
      const { issuer, says, userInfo = says } = provider
      switch (new URL(request.url).pathname) {
        case "/.well-known/openid-configuration":
          return Response.json({
            issuer,
            authorization_endpoint: `${issuer}/authorize`,
            token_endpoint: `${issuer}/token`,
            userinfo_endpoint: `${issuer}/userinfo`,
            jwks_uri: `${issuer}/jwks`,
            response_types_supported: ["code"],
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: ["ES256"],
            scopes_supported: ["openid", "email", "profile", "groups"],
          })
        case "/jwks":
          return Response.json({ keys: [jwk] })
        case "/token":
          return token(request)
        case "/userinfo":
          return Response.json(userInfo)
        // A browser that comes here is somebody who agrees at once.
        case "/authorize":
          return Response.redirect(provider.authorize(request.url).href, 303)
        default:
          return new Response(null, { status: 404 })
      }
    },
  })

  const provider: TestProvider = {
    issuer: `http://127.0.0.1:${server.port}`,
    says: { sub: "1", email: "bob@example.com", email_verified: true, name: "Bob Lee" },
    userInfo: undefined,
    wrong: {},
    signing: "well",
    isDown: false,
    isEndless: false,
    asked: 0,
    authorize: (address) => {
      const { searchParams: asked } = new URL(address)
      const text = (name: string) => asked.get(name) ?? ""
      if (
        text("client_id") !== clientId ||
        text("response_type") !== "code" ||
        text("code_challenge_method") !== "S256"
      )
        throw new Error(`The provider does not understand ${address}`)
      const code = crypto.randomUUID()
      const redirectUri = text("redirect_uri")
      grants.set(code, { nonce: text("nonce"), challenge: text("code_challenge"), redirectUri })
      const back = new URL(redirectUri)
      back.search = new URLSearchParams({ code, state: text("state") }).toString()
      return back
    },
    [Symbol.dispose]: () => void server.stop(true),
  }
  return provider
}
