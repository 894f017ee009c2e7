import { describe, expect, test } from "bun:test"
import { utimesSync } from "node:fs"
import { join } from "node:path"
import { exportJWK, generateKeyPair } from "jose"
import { ChatError } from "../../src/contract/errors.ts"
import { publicKeys, secretKey } from "../../src/server/identity/keys.ts"
import { type TokenRules, verifyToken } from "../../src/server/identity/tokens.ts"
import { stoppedClock } from "../support/clock.ts"
import { temporaryFolder } from "../support/folder.ts"
import { newIncidents } from "../support/incidents.ts"
import { authSecret, tokenOf } from "../support/tokens.ts"

const noon = Date.UTC(2026, 0, 31, 12)
const seconds = (epochMs: number) => epochMs / 1000
const rules: TokenRules = { keys: secretKey(authSecret), issuer: undefined, audience: undefined }

const keyOptions = { incidents: newIncidents(), elapsedMs: () => performance.now() }

/** The identity, or why there is none. */
async function verify(
  token: unknown,
  { nowMs = Date.now(), ...others }: Partial<TokenRules> & { nowMs?: number } = {},
) {
  try {
    return await verifyToken(token, { ...rules, ...others }, nowMs)
  } catch (error) {
    if (!(error instanceof ChatError)) throw error
    expect(error.code).toBe("ERR_UNAUTHORIZED")
    return error.message
  }
}

describe("[AUTH2] a token with a secret", () => {
  test("says who it is, and may say a name and an avatar", async () => {
    const exp = Math.floor(Date.now() / 1000) + 60
    expect(await verify(await tokenOf({ sub: "ann", exp }))).toEqual({
      userId: "ann",
      username: undefined,
      avatar: undefined,
      isAdmin: false,
      expiresMs: exp * 1000 + 30_000,
    } as never)
    const avatar = "https://example.com/ann.png"
    expect(await verify(await tokenOf({ sub: "ann", name: "Ann", avatar }))).toMatchObject({ username: "Ann", avatar })
    expect(await verify(await tokenOf({ sub: "ann", name: "", avatar: null }))).toMatchObject({
      username: undefined,
      avatar: null,
    } as never)
  })

  test("makes an administrator by nothing but admin: true", async () => {
    expect(await verify(await tokenOf({ sub: "ann", admin: true }))).toMatchObject({ isAdmin: true })
    for (const admin of ["true", 1, false, null])
      expect(await verify(await tokenOf({ sub: "ann", admin }))).toMatchObject({ isAdmin: false })
  })

  test("is valid until 30 s after exp, and from 30 s before nbf", async () => {
    const at = async (offsetMs: number, claim: "exp" | "nbf") => {
      const token = await tokenOf({ sub: "ann", exp: seconds(noon) + 1e6, [claim]: seconds(noon) })
      return verify(token, { nowMs: noon + offsetMs })
    }
    expect(await at(29_000, "exp")).toMatchObject({ userId: "ann" })
    expect(await at(30_000, "exp")).toBe("The token expired at 2026-01-31T12:00:00.000Z.")
    expect(await at(-30_000, "nbf")).toMatchObject({ userId: "ann" })
    expect(await at(-31_000, "nbf")).toBe("The token is not valid before 2026-01-31T12:00:00.000Z.")
  })

  test("is refused, with a reason, when it lacks something or breaks a rule of ids", async () => {
    const cases: [claims: Record<string, unknown>, reason: string][] = [
      [{}, "The token has no sub."],
      [{ sub: "ann", exp: undefined }, "The token has no exp."],
      [{ sub: 7 }, "The token's sub must be a string."],
      [{ sub: "" }, "The token's sub must be 1 to 128 characters long."],
      [{ sub: "a".repeat(129) }, "The token's sub must be 1 to 128 characters long."],
      [{ sub: "a\u202eb" }, "The token's sub must not contain invisible"],
      [{ sub: "ann", exp: -1e20 }, "The token expired."],
      [{ sub: "ann", nbf: 1e20 }, "The token is not valid yet."],
      [{ sub: "ann", exp: "tomorrow" }, "The token's exp is not the one that is needed here."],
    ]
    for (const [claims, reason] of cases) expect(await verify(await tokenOf(claims))).toStartWith(reason)
  })

  test("lets in whatever it says of the name and the avatar: they are trimmed, cut or left to the user", async () => {
    const long = "n".repeat(70)
    const names: [name: unknown, username: string | undefined][] = [
      ["Ann", "Ann"],
      ["  Ann \n", "Ann"],
      [long, long.slice(0, 64)],
      [`${"a ".repeat(32)}bc`, "a ".repeat(32).trim()],
      // Not in the middle of what is one character to a reader.
      [`${"n".repeat(62)}👩\u200d👩\u200d👧`, "n".repeat(62)],
      ["😀".repeat(65), "😀".repeat(64)],
      [`e${"\u0301".repeat(200)}`, undefined],
      ["", undefined],
      [" \u200b", undefined],
      ["a\u0000b", undefined],
      ["a\u202eb", undefined],
      [null, undefined],
      [7, undefined],
      [["Ann"], undefined],
    ]
    for (const [name, username] of names) {
      expect(await verify(await tokenOf({ sub: "ann", name })), JSON.stringify(name)).toMatchObject({
        userId: "ann",
        username,
      } as never)
    }
    const url = "https://a.example/ann.png"
    const avatars: [avatar: unknown, kept: string | null | undefined][] = [
      [url, url],
      [` ${url}\n`, url],
      [null, null],
      ["", undefined],
      ["javascript:alert(1)", undefined],
      [`${url}?${"x".repeat(2_048)}`, undefined],
      [`https://a${"\u0307\u0323".repeat(30)}.example/`, undefined],
      [{ url }, undefined],
    ]
    for (const [avatar, kept] of avatars) {
      const identity = await verify(await tokenOf({ sub: "ann", avatar }))
      expect(identity, JSON.stringify(avatar)).toMatchObject({ userId: "ann", avatar: kept } as never)
    }
  })

  test("is refused when it is none, or was tampered with, or is signed otherwise", async () => {
    const token = await tokenOf({ sub: "ann" })
    const [header, , signature] = token.split(".")
    const mallory = Buffer.from(JSON.stringify({ sub: "mallory", exp: 9e9 })).toString("base64url")
    const none = Buffer.from('{"alg":"none"}').toString("base64url")
    const other = await tokenOf(
      { sub: "ann" },
      { key: new TextEncoder().encode("another secret, of the same length as that one") },
    )
    const missing = "A token is needed, as auth.token of the handshake."
    for (const nothing of [undefined, null, "", 7, { token }, [token]]) expect(await verify(nothing)).toBe(missing)
    for (const garbage of ["x", "a.b.c", "..", `${token}.x`, " ", "\u0000"])
      expect(await verify(garbage)).toBe("This is not a JWT.")
    expect(await verify(`${header}.${mallory}.${signature}`)).toBe("The token's signature is wrong.")
    expect(await verify(`${header}.${mallory}.`)).toBe("The token's signature is wrong.")
    expect(await verify(other)).toBe("The token's signature is wrong.")
    expect(await verify(`${none}.${mallory}.`)).toBe("The token is signed in a way that is not accepted here.")
    expect(await verify(await tokenOf({ sub: "ann" }, { alg: "HS512", key: new Uint8Array(64) }))).toBe(
      "The token is signed in a way that is not accepted here.",
    )
    expect(await verify("a".repeat(8_193))).toBe("A token has at most 8192 characters.")
  })

  test("must have the issuer and the audience that are set", async () => {
    const set = { issuer: "https://id.example.com", audience: "warren" }
    const verdict = async (claims: Record<string, unknown>) => verify(await tokenOf({ sub: "ann", ...claims }), set)
    expect(await verdict({ iss: set.issuer, aud: ["other", "warren"] })).toMatchObject({ userId: "ann" })
    expect(await verdict({ iss: set.issuer })).toBe("The token has no aud.")
    expect(await verdict({ iss: `${set.issuer}.evil.test`, aud: "warren" })).toBe(
      "The token's iss is not the one that is needed here.",
    )
    expect(await verdict({ iss: set.issuer, aud: "warren2" })).toBe(
      "The token's aud is not the one that is needed here.",
    )
  })
})

describe("[AUTH2] a token with public keys", () => {
  const ours = { issuer: "https://id.example.com", audience: "warren" }
  const claims = { sub: "ann", iss: ours.issuer, aud: ours.audience }

  test("may be RS256, ES256 or EdDSA, and nothing else: not even HS256 with the public key as the secret", async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, "jwks.json")
    const pairs = await Promise.all(["RS256", "ES256", "EdDSA"].map((alg) => keyPair(alg)))
    const foreign = await keyPair("ES384")
    await Bun.write(path, JSON.stringify({ keys: [...pairs, foreign].map(({ jwk }) => jwk) }))
    const keys = publicKeys(path, keyOptions)
    for (const pair of pairs)
      expect(await verify(await tokenOf(claims, pair), { ...ours, keys })).toMatchObject({ userId: "ann" })

    const refused = "The token is signed in a way that is not accepted here."
    expect(await verify(await tokenOf(claims, foreign), { ...ours, keys })).toBe(refused)
    const confused = { key: new TextEncoder().encode(JSON.stringify(pairs[0]?.jwk)), kid: "RS256" }
    expect(await verify(await tokenOf(claims, confused), { ...ours, keys })).toBe(refused)
    const unknown = { ...(await keyPair("ES256")), kid: "another" }
    expect(await verify(await tokenOf(claims, unknown), { ...ours, keys })).toBe(
      "The token names no key that is known here.",
    )
  })

  test("from a file that changes: new keys come, old ones go, and half a file changes nothing", async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, "jwks.json")
    const [first, second] = [await keyPair("ES256", "first"), await keyPair("ES256", "second")]
    let writes = 0
    const write = async (text: string) => {
      await Bun.write(path, text)
      // Two writes within the clock's grain would look like one.
      utimesSync(path, 1_000_000 + writes, 1_000_000 + writes++)
    }
    const isValid = async (pair: typeof first) =>
      typeof (await verify(await tokenOf(claims, pair), { ...ours, keys })) === "object"

    await write(JSON.stringify({ keys: [first.jwk] }))
    const keys = publicKeys(path, keyOptions)
    expect([await isValid(first), await isValid(second)]).toEqual([true, false])
    await write('{"keys": [')
    expect([await isValid(first), await isValid(second)]).toEqual([true, false])
    await write(JSON.stringify({ keys: [second.jwk] }))
    expect([await isValid(first), await isValid(second)]).toEqual([false, true])
  })

  test("from a URL: asked for once, not again for tokens that strangers make up", async () => {
    const pair = await keyPair("ES256", "first")
    let asked = 0
    const issuer = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => {
        asked++
        return Response.json({ keys: [pair.jwk] })
      },
    })
    const keys = publicKeys(`http://127.0.0.1:${issuer.port}/jwks`, keyOptions)
    const unknown = await keyPair("ES256", "unknown")
    for (let i = 0; i < 20; i++) {
      expect(await verify(await tokenOf(claims, pair), { ...ours, keys })).toMatchObject({ userId: "ann" })
      expect(await verify(await tokenOf(claims, unknown), { ...ours, keys })).toBe(
        "The token names no key that is known here.",
      )
    }
    expect(asked).toBe(1)

    await issuer.stop(true)
    expect(await verify(await tokenOf(claims, pair), { ...ours, keys })).toMatchObject({ userId: "ann" })
    // Never asked before, so there is nothing to go by: not the token's fault, and not said to be.
    const noKeys = publicKeys(`http://127.0.0.1:${issuer.port}/jwks`, keyOptions)
    await expect(verify(await tokenOf(claims, pair), { ...ours, keys: noKeys })).rejects.not.toBeInstanceOf(ChatError)
  })

  test("from a URL that fails: it is asked again after a while, however many tokens come, and then believed", async () => {
    const pair = await keyPair("ES256")
    let asked = 0
    const good = () => Response.json({ keys: [pair.jwk] })
    let answer: () => Response = good
    const issuer = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: () => {
        asked++
        return answer()
      },
    })
    const { clock, pass } = stoppedClock()
    const keys = publicKeys(`http://127.0.0.1:${issuer.port}/jwks`, { ...keyOptions, elapsedMs: clock.elapsedMs })
    const token = await tokenOf(claims, pair)
    const isKnown = () => verify(token, { ...ours, keys }).then((identity) => typeof identity === "object")
    const endless = () =>
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536).fill(32)) })
    const failures: (() => Response)[] = [
      () => new Response("no", { status: 503 }),
      () => new Response(null, { status: 302, headers: { Location: "/elsewhere" } }),
      () => new Response("<html>"),
      () => Response.json({ keys: 7 }),
      () => Response.json({ keys: [pair.jwk], padding: "x".repeat(1024 * 1024) }),
      () => new Response(endless()),
    ]
    for (const failure of failures) {
      answer = failure
      asked = 0
      for (let i = 0; i < 5; i++) await expect(isKnown(), String(failure)).rejects.not.toBeInstanceOf(ChatError)
      pass(4_999)
      await expect(isKnown()).rejects.toThrow("a moment ago")
      expect(asked, String(failure)).toBe(1)
      pass(1)
    }
    answer = good
    expect(await isKnown()).toBe(true)
    await issuer.stop(true)
  })

  test("a file that is none is told at the start, in a sentence", async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, "jwks.json")
    expect(() => publicKeys(path, keyOptions)).toThrow("is not there")
    for (const text of ["", "{}", '{"keys": 7}', "[]"]) {
      await Bun.write(path, text)
      expect(() => publicKeys(path, keyOptions), text).toThrow("is not a JSON Web Key Set")
    }
  })
})

async function keyPair(alg: string, kid = alg) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, kid, key: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } }
}
