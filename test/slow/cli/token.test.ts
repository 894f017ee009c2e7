import { describe, expect, test } from "bun:test"
import { decodeJwt } from "jose"
import { readConfig } from "../../../src/config.ts"
import { limits } from "../../../src/contract/limits.ts"
import { startTestApp } from "../../support/app.ts"
import { connect } from "../../support/client.ts"
import { runProcess } from "../../support/process.ts"
import { authSecret, tokenOf } from "../../support/tokens.ts"

const environment = { AUTH_SECRET: authSecret }

describe("[AUTH2] the settings of tokens", () => {
  const mistakesOf = (environment: Record<string, string>) => {
    try {
      readConfig({}, { AUTH: "token", ...environment })
    } catch (error) {
      return (error as Error).message.split("\n")
    }
    return []
  }

  test("need one key to check with, long enough, and with public keys an issuer and an audience", () => {
    expect(mistakesOf(environment)).toEqual([])
    expect(mistakesOf({})).toEqual([
      "AUTH=token needs a key to check tokens with: set AUTH_SECRET, or AUTH_JWKS with its issuer and audience.",
    ])
    expect(mistakesOf({ AUTH_SECRET: "x".repeat(31) })).toEqual([
      'AUTH_SECRET is wrong: it must be at least 32 bytes long. For example: AUTH_SECRET="$(openssl rand -base64 48)"',
    ])
    expect(mistakesOf({ AUTH_SECRET: "é".repeat(16) })).toEqual([])
    expect(mistakesOf({ AUTH_JWKS: "keys.json", PORT: "x" })).toEqual([
      "PORT=x is wrong: it must be a whole number from 0 to 65535. For example: PORT=3000",
      "AUTH_JWKS needs AUTH_ISSUER as well, such as https://id.example.com",
      "AUTH_JWKS needs AUTH_AUDIENCE as well, such as warren",
    ])
    expect(mistakesOf({ ...environment, AUTH_JWKS: "keys.json", AUTH_ISSUER: "i", AUTH_AUDIENCE: "a" })).toEqual([
      "AUTH_SECRET and AUTH_JWKS are both set: choose one of them to check tokens with.",
    ])
  })

  test("need AUTH=token to be said: a server whose keys nobody is asked for would be a surprise", () => {
    const needed = (variable: string) => [`${variable} needs AUTH=token as well, or unset it.`]
    expect(mistakesOf({ ...environment, AUTH: "" })).toEqual(needed("AUTH_SECRET"))
    expect(mistakesOf({ AUTH: "", AUTH_JWKS: "keys.json" })).toEqual(needed("AUTH_JWKS"))
    // Said to be another way, it is meant.
    for (const AUTH of ["open", "accounts"]) expect(mistakesOf({ ...environment, AUTH })).toEqual([])
  })

  test("public keys come from a file, over https, or from this machine", () => {
    const rest = { AUTH_ISSUER: "i", AUTH_AUDIENCE: "a" }
    for (const AUTH_JWKS of ["keys.json", "/etc/keys.json", "https://id.test/keys", "http://127.0.0.1:8080/keys"])
      expect(mistakesOf({ ...rest, AUTH_JWKS })).toEqual([])
    for (const AUTH_JWKS of [
      "http://id.test/keys",
      "ftp://id.test/keys",
      "http://localhost.evil.test/keys",
      "https://",
    ])
      expect(mistakesOf({ ...rest, AUTH_JWKS })[0]).toContain("AUTH_JWKS")
  })

  test("never print a secret, and take it from no flag", async () => {
    const secret = "not long enough"
    expect(mistakesOf({ AUTH_SECRET: secret }).join()).not.toContain(secret)
    const { stderr, status } = await runProcess(["--auth-secret", secret])
    const told = 'There is no flag --auth-secret: set the variable AUTH_SECRET. See "warren serve --help".\n'
    expect([stderr, status]).toEqual([told, 78])
  })
})

describe("[AUTH2] warren token", () => {
  test("prints a token that the server takes, for 7 days unless told otherwise", async () => {
    const { stdout, status } = await runProcess(["token", "--user", "ann", "--name", "Ann"], environment)
    expect(status).toBe(0)
    expect(decodeJwt(stdout.trim())).toMatchObject({ sub: "ann", name: "Ann" })
    await using app = await startTestApp({ auth: "token", authSecret })
    await using client = await connect(app.url, ["websocket"], { auth: { token: stdout.trim() } })
    expect(await client.ask("create_room", { name: "General" })).toMatchObject({ ok: true })

    const { exp = 0, iat = 0 } = decodeJwt(stdout.trim())
    expect(exp - iat).toBe(7 * 86_400)
    const short = await runProcess(["token", "--user", "ann", "--ttl", "90m"], { ...environment, AUTH_ISSUER: "i" })
    const claims = decodeJwt(short.stdout.trim())
    expect([claims.iss, (claims.exp ?? 0) - (claims.iat ?? 0)]).toEqual(["i", 5_400])
  })

  test("tells mistakes in sentences", async () => {
    expect(await runProcess(["token", "--name", "a\u202eb", "--ttl", "7 days"], environment)).toMatchObject({
      stdout: "",
      stderr: expect.stringMatching(
        /^--user is needed\.\n--name must not contain .*\n--ttl must be a time such as .*\n$/,
      ),
      status: 78,
    })
    expect(await runProcess(["token", "--user", "ann"])).toMatchObject({
      stderr: expect.stringContaining("set AUTH_SECRET"),
      status: 78,
    })
    expect(await runProcess(["serve", "--user", "ann"])).toMatchObject({
      stderr: '"serve" takes no --user. See "warren help serve".\n',
      status: 78,
    })
  })

  test("--link prints the address that opens the page with the token, as the settings have it", async () => {
    const linkWith = async (settings: Record<string, string>) => {
      const { stdout } = await runProcess(["token", "--user", "ann", "--link"], { ...environment, ...settings })
      const [, site, token = ""] = /^(.*)\/#token=(.*)\n$/.exec(stdout) ?? []
      expect(decodeJwt(token).sub).toBe("ann")
      return site
    }
    expect(await linkWith({})).toBe("http://127.0.0.1:3000")
    expect(await linkWith({ HOST: "::", PORT: "80" })).toBe("http://localhost:80")
    expect(await linkWith({ PUBLIC_URL: "https://chat.example.com" })).toBe("https://chat.example.com")
  })

  test("check tells what can be told without a key", async () => {
    expect(await runProcess(["token", "check", "garbage"])).toEqual({
      stdout: "Not valid. This is not a JWT.\n",
      stderr: "",
      status: 1,
    })
    const named = await tokenOf({ sub: "ann", name: "A\u001b[2J\u009b\u202e" })
    expect(await runProcess(["token", "check", named])).toEqual({
      stdout: expect.stringMatching(/^Not checked\. The token claims: \{.*"A\\u001b\[2J\\u\{9b\}\\u\{202e\}"\}\n$/),
      stderr: expect.stringContaining("set AUTH_SECRET"),
      status: 78,
    })
  })

  test("check explains a token, and its exit status is the verdict", async () => {
    const valid = await tokenOf({ sub: "ann", name: "Ann", exp: Date.UTC(2100, 0, 1) / 1000 })
    expect(await runProcess(["token", "check", valid], environment)).toEqual({
      stdout: 'Valid for the user "ann", named "Ann", until 2100-01-01T00:00:30.000Z.\n',
      stderr: "",
      status: 0,
    })
    const expired = await tokenOf({ sub: "ann", exp: 1 })
    expect(await runProcess(["token", "check", expired], environment)).toEqual({
      stdout: 'Not valid. The token expired at 1970-01-01T00:00:01.000Z.\nThe token claims: {"exp":1,"sub":"ann"}\n',
      stderr: "",
      status: 1,
    })
    expect(await runProcess(["token", "check", "x"], environment)).toEqual({
      stdout: "Not valid. This is not a JWT.\n",
      stderr: "",
      status: 1,
    })
  })
})

test("[LIM1] [LIM2] [VAL1] warren limits lists every limit with its unit", async () => {
  const { stdout, status } = await runProcess(["limits"])
  expect(status).toBe(0)
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ")[0]),
  ).toEqual(Object.keys(limits))
  for (const line of [
    /^contentLengthMax +4,000 characters +The content/m,
    /^frameBytesMax +256 KiB +A websocket frame/m,
    /^typingSilenceMs +6 s +Time within which isTyping: true is repeated; otherwise: the server ends it$/m,
    /^messageRate +20 at once, then 5 per second +Messages of/m,
    /^newRoomsPerUserRate +10 at once, then 10 per hour +New rooms of a user/m,
    /^messageKiBPerAddressRate +64 MiB at once, then 4 KiB per second +Messages/m,
    /^messageOverheadBytes +256 bytes +What/m,
    /^roomsPerSocketMax +100 +Rooms/m,
  ])
    expect(stdout).toMatch(line)
})
