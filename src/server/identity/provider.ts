/**
 * The provider that people sign in with (OpenID Connect): the code flow with PKCE, state
 * and nonce, and an ID token whose signature, issuer, audience and time are checked. It is
 * not contacted before somebody signs in by it, so one that is down affects nobody else.
 */
import type { Configuration, CustomFetch } from "openid-client"
import type { OutsidePerson, OutsideRules } from "../../accounts/outside.ts"
import { hourMs } from "../../contract/durations.ts"
import { ChatError } from "../../contract/errors.ts"
import type { Incidents } from "../../observe/incidents.ts"
import { reasonOf } from "../../observe/operator-error.ts"
import { textOf } from "../http/body.ts"
import { memoized } from "../http/memoized.ts"
import { derived, type Flow } from "./flow.ts"
import { nameIn } from "./tokens.ts"

export interface ProviderSettings {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** Its name on the button. */
  readonly name: string
  readonly rules: OutsideRules
}

interface ProviderOptions extends ProviderSettings {
  readonly incidents: Incidents
  readonly elapsedMs: () => number
}

type Library = typeof import("openid-client")
type Claims = Readonly<Record<string, unknown>>

/** How long its metadata is kept. */
const knownForMs = hourMs
const timeoutSeconds = 5
const bytesMax = 1024 * 1024

/** It does not answer, or not correctly. */
class Away extends Error {}

export class Provider {
  readonly name: string
  readonly rules: OutsideRules
  readonly #options: ProviderOptions
  #found: (() => Promise<{ readonly library: Library; readonly configuration: Configuration }>) | undefined
  #foundMs = 0

  constructor(options: ProviderOptions) {
    this.name = options.name
    this.rules = options.rules
    this.#options = options
  }

  /** The address that the browser goes to. Throws ERR_BUSY. */
  addressFor(flow: Flow, redirectUri: string): Promise<URL> {
    return this.#asked(async (library, configuration) => {
      const supported = configuration.serverMetadata()["scopes_supported"] ?? []
      const wantsGroups = this.rules.group !== undefined && supported.includes("groups")
      return library.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: `openid email profile${wantsGroups ? " groups" : ""}`,
        code_challenge: await library.calculatePKCECodeChallenge(derived(flow, "verifier")),
        code_challenge_method: "S256",
        state: derived(flow, "state"),
        nonce: derived(flow, "nonce"),
      })
    })
  }

  /** `url` is the address that the browser came back to. Throws ERR_UNAUTHORIZED and ERR_BUSY. */
  prove(flow: Flow, url: URL): Promise<OutsidePerson> {
    return this.#asked(async (library, configuration) => {
      const tokens = await library.authorizationCodeGrant(configuration, url, {
        pkceCodeVerifier: derived(flow, "verifier"),
        expectedState: derived(flow, "state"),
        expectedNonce: derived(flow, "nonce"),
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw invalid()
      const more = this.#isEnough(claims, configuration)
        ? {}
        : await library.fetchUserInfo(configuration, tokens.access_token, claims.sub)
      return { issuer: claims.iss, subject: claims.sub, ...described([claims, more]) }
    })
  }

  /** Some providers send only the subject, and the rest on request. */
  #isEnough(claims: Claims, configuration: Configuration): boolean {
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return true
    const hasGroups = this.rules.group === undefined || claims["groups"] !== undefined
    return hasGroups && claims["email"] !== undefined && claims["name"] !== undefined
  }

  async #asked<T>(work: (library: Library, configuration: Configuration) => Promise<T>): Promise<T> {
    try {
      const { library, configuration } = await this.#discovered()
      return await work(library, configuration)
    } catch (cause) {
      if (cause instanceof ChatError) throw cause
      const away = causes(cause).find((one) => one instanceof Away)
      this.#options.incidents.report("provider", "The provider of OIDC_ISSUER: {reason}", {
        reason: away?.message ?? reasonIn(cause),
      })
      throw away === undefined ? invalid() : unavailable()
    }
  }

  #discovered() {
    const { elapsedMs } = this.#options
    if (this.#found === undefined || elapsedMs() - this.#foundMs >= knownForMs) {
      this.#found = memoized(() => discover(this.#options), { elapsedMs })
      this.#foundMs = elapsedMs()
    }
    return this.#found()
  }
}

/** Loaded when first needed, so no start waits for it. */
async function discover({ issuer, clientId, clientSecret }: ProviderSettings) {
  const library = await import("openid-client")
  const { ClientSecretBasic, ClientSecretPost, allowInsecureRequests, enableNonRepudiationChecks, customFetch } =
    library
  const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)]
  const configuration = await library.discovery(
    new URL(issuer),
    clientId,
    undefined,
    // What every provider knows is the first; some know the second alone.
    (server, client, body, headers) => {
      const known = server.token_endpoint_auth_methods_supported ?? ["client_secret_basic"]
      return (known.includes("client_secret_basic") ? basic : post)(server, client, body, headers)
    },
    {
      [customFetch]: bounded,
      timeout: timeoutSeconds,
      // The setting allows plain http on this machine only.
      execute: [enableNonRepudiationChecks, ...(issuer.startsWith("http:") ? [allowInsecureRequests] : [])],
    },
  )
  return { library, configuration }
}

const bounded: CustomFetch = async (url, options) => {
  const response = await fetch(url, options as RequestInit).catch((cause) => {
    throw new Away(`it cannot be reached (${reasonOf(cause)})`, { cause })
  })
  const { status, headers } = response
  if (status >= 500) throw new Away(`it answered ${status}`)
  const text = await textOf(response, bytesMax).catch((cause) => {
    throw new Away("its answer was cut off", { cause })
  })
  if (text === undefined) throw new Away(`its answer is larger than ${bytesMax} bytes`)
  return new Response(text === "" ? null : text, { status, headers })
}

/** An address counts only if the same record says that it was verified. */
function described(said: readonly Claims[]): Pick<OutsidePerson, "email" | "groups" | "name"> {
  const verified = said.find((claims) => claims["email_verified"] === true && typeof claims["email"] === "string")
  const groups = said.flatMap(({ groups }) => (Array.isArray(groups) ? groups : []))
  const names = said.flatMap((claims) => [claims["name"], claims["preferred_username"]])
  return {
    email: verified?.["email"] as string | undefined,
    groups: groups.filter((group) => typeof group === "string"),
    name: names.map(nameIn).find((name) => name !== undefined),
  }
}

/** An error and its causes. */
function causes(error: unknown): Error[] {
  const found: Error[] = []
  for (let one = error; one instanceof Error && !found.includes(one); one = one.cause) found.push(one)
  return found
}

/** Only codes: anything else may be anybody's text, or a secret. */
function reasonIn(cause: unknown): string {
  const { error, code } = (cause ?? {}) as { readonly error?: unknown; readonly code?: unknown }
  const said = [error, code].filter((word) => typeof word === "string" && /^\w{1,64}$/.test(word))
  return said.length > 0 ? `its answer was refused (${said.join(", ")})` : "its answer was refused"
}

function invalid(): ChatError {
  return new ChatError("ERR_UNAUTHORIZED", { message: "The provider did not sign you in: try again." })
}

function unavailable(): ChatError {
  return new ChatError("ERR_BUSY", {
    message: "The provider does not answer: try again in a moment, or sign in with a password.",
  })
}
