import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { hostname } from "node:os"
import { readConfig } from "../../src/config.ts"
import { limits } from "../../src/contract/limits.ts"
import { isOwnPage, refusalOf } from "../../src/server/http/origin.ts"
import { startTestApp } from "../support/app.ts"
import { recordLog } from "../support/log.ts"

interface Case {
  /** What the server was started with. */
  readonly PUBLIC_URL?: string
  readonly ALLOWED_ORIGINS?: string
  /** The address it listens on is loopback unless told otherwise. */
  readonly listensOnLoopback?: false
  readonly host?: string | null
  /** What `Sec-Fetch-Site` says. */
  readonly site?: string
  readonly accepts?: readonly (string | null)[]
  readonly refuses?: readonly (string | null)[]
}

const ownNames = ["desk", "desk.local"]

const lookAlikes = [
  "https://chat.example.com.evil.test",
  "https://evilchat.example.com",
  "https://chat.example.comevil.test",
  "https://evil.test/https://chat.example.com",
  "https://chat.example.com@evil.test",
  "https://chat.example.com:8443",
  "http://chat.example.com",
  "https://chat.example.com/",
  "https://chat.example.com https://evil.test",
  "https://chat.example.com, https://evil.test",
  "https://chat.example.com\\@evil.test",
  // A Cyrillic а, as its bytes and as browsers write it.
  "https://chаt.example.com",
  "https://xn--cht-8cd.example.com",
  "https://chat.example.com.",
  "null",
  "",
  "*",
]

const cases: Record<string, Case> = {
  "on loopback without any setting, pages of this machine and whoever is no page": {
    host: "localhost:3000",
    accepts: [
      null,
      "http://localhost:3000",
      "http://localhost:5173",
      "https://localhost",
      "HTTP://LOCALHOST:5173",
      "http://127.0.0.1:8080",
      "http://127.8.7.6",
      "http://[::1]:5173",
    ],
    refuses: [
      ...lookAlikes,
      "http://localhost.evil.test",
      "http://evillocalhost",
      "http://127.0.0.1.evil.test",
      "http://127.evil.test",
      "http://128.0.0.1",
      "http://[::2]",
      "http://localhost:3000/x",
      "http://localhost:3000@evil.test",
      "file://localhost",
    ],
  },
  "on loopback, a name that was made to point here is not this machine": {
    host: "evil.test:3000",
    refuses: [null, "http://evil.test:3000", "http://localhost:3000"],
  },
  "on loopback, hosts that only look like it": { host: "127.0.0.1.evil.test", refuses: [null] },
  "on loopback, a host with a user in it": { host: "localhost@evil.test", refuses: [null] },
  "on loopback, no host at all": { host: null, refuses: [null, "http://localhost:3000"] },
  "on loopback by IPv6": { host: "[::1]:3000", accepts: [null, "http://[::1]:3000"], refuses: ["http://[::2]:3000"] },
  "on loopback by a name in capitals": { host: "LocalHost:3000", accepts: [null, "http://localhost:3000"] },
  "on a network, the page that this server's own host serves": {
    listensOnLoopback: false,
    host: "desk.local",
    accepts: [null, "https://desk.local", "http://desk.local", "HTTPS://DESK.LOCAL", "http://desk.local:80"],
    refuses: lookAlikes
      .map((origin) => origin.replace("chat.example.com", "desk.local"))
      .filter((origin) => origin !== "http://desk.local")
      .concat("http://localhost:5173"),
  },
  "on a network without PUBLIC_URL, a name that is not this machine's was made to point here": {
    listensOnLoopback: false,
    host: "evil.test:3000",
    refuses: [null, "http://evil.test:3000", "http://192.168.1.7:3000"],
  },
  "on a network without PUBLIC_URL, names that only look like this machine's or like an address": {
    listensOnLoopback: false,
    host: "desk.local.evil.test",
    refuses: [null, "http://desk.local.evil.test"],
  },
  "on a network, an address in another way of writing": { listensOnLoopback: false, host: "0x7f.1", refuses: [null] },
  "on a network, this machine from itself": {
    listensOnLoopback: false,
    host: "localhost:3000",
    accepts: [null, "http://localhost:3000"],
    refuses: ["http://localhost:5173"],
  },
  "on a network with PUBLIC_URL, any name: a proxy writes its own": {
    PUBLIC_URL: "https://chat.example.com",
    listensOnLoopback: false,
    host: "upstream",
    accepts: [null, "https://chat.example.com"],
    refuses: ["http://upstream"],
  },
  "websocket libraries write ws: for http:, and wss: for https:": {
    PUBLIC_URL: "https://chat.example.com",
    ALLOWED_ORIGINS: "http://app.example.com:8080,https://*.example.org",
    accepts: ["wss://chat.example.com", "ws://app.example.com:8080", "wss://a.example.org", "WSS://chat.example.com"],
    refuses: ["ws://chat.example.com", "wss://app.example.com:8080", "ws://a.example.org", "wsss://chat.example.com"],
  },
  "on loopback, websocket libraries too": {
    host: "localhost:3000",
    accepts: ["ws://localhost:3000", "ws://127.0.0.1:9"],
    refuses: ["ws://evil.test"],
  },
  "a picture or a frame on another site's page, which has no origin": {
    PUBLIC_URL: "https://chat.example.com",
    ALLOWED_ORIGINS: "*",
    site: "cross-site",
    accepts: ["https://evil.test"],
    refuses: [null],
  },
  "a picture on a page of the same site, but of another origin": { site: "same-site", refuses: [null] },
  "a request of one's own page, or of a person": { site: "same-origin", accepts: [null] },
  "an address that a person types": { site: "none", accepts: [null] },
  "hosts and origins that are long": {
    listensOnLoopback: false,
    host: `${"a".repeat(300)}.test`,
    refuses: [null, `http://${"a".repeat(300)}.test`, `http://xn--${"a".repeat(8_000)}`],
  },
  "on a network, ports count, and a scheme's own is none": {
    listensOnLoopback: false,
    host: "192.168.1.7:3000",
    accepts: ["http://192.168.1.7:3000"],
    refuses: ["http://192.168.1.7", "http://192.168.1.7:3001", "http://192.168.1.70:3000"],
  },
  "on a network, a port that is the scheme's own may be written in the host alone": {
    listensOnLoopback: false,
    host: "desk.local:443",
    accepts: ["https://desk.local"],
    refuses: ["http://desk.local"],
  },
  "on a network by IPv6": {
    listensOnLoopback: false,
    host: "[2001:db8::1]:3000",
    accepts: ["http://[2001:db8::1]:3000"],
    refuses: ["http://[2001:db8::2]:3000", "http://[2001:db8::1]"],
  },
  "PUBLIC_URL is the one origin, whatever the host says": {
    PUBLIC_URL: "https://Chat.Example.com/",
    host: "127.0.0.1:3000",
    accepts: [null, "https://chat.example.com", "https://CHAT.example.com"],
    refuses: [...lookAlikes, "http://127.0.0.1:3000", "http://localhost:3000"],
  },
  "PUBLIC_URL behind a proxy that hands its own host on": {
    PUBLIC_URL: "https://chat.example.com",
    host: "chat.example.com",
    accepts: [null, "https://chat.example.com"],
    refuses: lookAlikes,
  },
  "PUBLIC_URL with letters beyond ASCII is what browsers make of it": {
    PUBLIC_URL: "https://bücher.example",
    accepts: ["https://xn--bcher-kva.example"],
    refuses: ["https://bücher.example", "https://bucher.example"],
  },
  "ALLOWED_ORIGINS, exactly": {
    ALLOWED_ORIGINS: "https://chat.example.com:443, http://[2001:DB8::1]:8080,capacitor://localhost",
    host: "localhost:3000",
    accepts: ["https://chat.example.com", "http://[2001:db8::1]:8080", "capacitor://localhost", "http://localhost:1"],
    refuses: [...lookAlikes, "capacitor://localhost.evil.test", "ionic://localhost"],
  },
  "ALLOWED_ORIGINS with a wildcard takes what is below, at any depth, and not the name itself": {
    ALLOWED_ORIGINS: "https://*.example.com",
    host: "localhost:3000",
    accepts: ["https://chat.example.com", "https://a.b.example.com", "https://xn--bcher-kva.example.com"],
    refuses: [
      "https://example.com",
      "https://.example.com",
      "https://evilexample.com",
      "https://chat.example.com.evil.test",
      "https://chat.example.com:8443",
      "http://chat.example.com",
      "https://evil.test#.example.com",
      "https://evil.test/.example.com",
      "https://evil.test?.example.com",
      "https://evil.test@x.example.com",
      "null",
    ],
  },
  "ALLOWED_ORIGINS with a wildcard and a port": {
    ALLOWED_ORIGINS: "https://*.example.com:8443",
    host: "localhost:3000",
    accepts: ["https://chat.example.com:8443"],
    refuses: ["https://chat.example.com", "https://chat.example.com:84430"],
  },
  "ALLOWED_ORIGINS=* is every origin, null too, but does not open a machine's own server to rebinding": {
    ALLOWED_ORIGINS: "*",
    host: "localhost:3000",
    accepts: [null, "null", "https://evil.test"],
  },
  "ALLOWED_ORIGINS=* and a host that is not this machine": { ALLOWED_ORIGINS: "*", host: "evil.test", refuses: [null] },
}

describe("[AUTH3] whose page may connect:", () => {
  for (const [
    name,
    { listensOnLoopback = true, host = "localhost:3000", site = null, accepts, refuses, ...settings },
  ] of Object.entries(cases)) {
    test(name, () => {
      const { publicUrl, allowedOrigins = [] } = readConfig({}, { ...settings })
      const ask = (origin: string | null) =>
        refusalOf({ origin, host, site }, { publicOrigin: publicUrl, allowedOrigins, listensOnLoopback, ownNames })
      expect((accepts ?? []).filter((origin) => ask(origin) !== undefined)).toEqual([])
      expect((refuses ?? []).filter((origin) => ask(origin) === undefined)).toEqual([])
      for (const origin of refuses ?? []) expect(ask(origin)).toMatch(/PUBLIC_URL|ALLOWED_ORIGINS/)
    })
  }

  test("a refusal says which host or origin it was, and no more of it than is good to read", () => {
    const refusal = (host: string | null, origin: string | null, listensOnLoopback = true) =>
      refusalOf(
        { origin, host, site: null },
        { publicOrigin: undefined, allowedOrigins: [], listensOnLoopback, ownNames },
      )
    expect(refusal(null, null)).toContain("answers to localhost only, not to no host:")
    expect(refusal("evil.test", null, false)).toContain(
      'answers to its addresses and the machine\'s own name only, not to "evil.test":',
    )
    expect(refusal("localhost", "http://evil.test")).toStartWith('Pages of "http://evil.test" may not connect:')
    expect(refusal("localhost", "null")).toStartWith("A page without an address")
    expect(refusal("localhost", "x".repeat(300))).toContain(`"${"x".repeat(200)}"`)
  })

  test("settings that are no origins are refused at the start", () => {
    for (const PUBLIC_URL of [
      "chat.example.com",
      "https://a.test/x",
      "ftp://a.test",
      "https://*.a.test/",
      "https://a@b.test",
    ])
      expect(() => originOf({ PUBLIC_URL }), PUBLIC_URL).toThrow("PUBLIC_URL")
    for (const ALLOWED_ORIGINS of [
      "a.test",
      "https://a.test/x",
      "https://a.*.test",
      "https://*",
      "**",
      "null",
      "https://a.test,",
    ])
      expect(() => originOf({ ALLOWED_ORIGINS }), ALLOWED_ORIGINS).toThrow("ALLOWED_ORIGINS")
  })
})

test("[AUTH3] the server's own page is that of its origin, and without one that of the host it is asked at", () => {
  const ownPages = (publicOrigin: string | undefined, host: string | null, origins: readonly (string | null)[]) => {
    const rules = { publicOrigin, allowedOrigins: ["*"], listensOnLoopback: true, ownNames: [] }
    return origins.filter((origin) => isOwnPage({ origin, host, site: null }, rules))
  }
  const [here, there] = ["http://desk.local:3000", "https://chat.example.com"]
  expect(ownPages(undefined, "desk.local:3000", [here, "HTTP://DESK.LOCAL:3000", there, "null", null])).toEqual([
    here,
    "HTTP://DESK.LOCAL:3000",
  ])
  expect(ownPages(undefined, null, [here, there, "null", null])).toEqual([])
  expect(ownPages(there, "desk.local:3000", [here, there, "HTTPS://chat.example.com", null])).toEqual([
    there,
    "HTTPS://chat.example.com",
  ])
  const rules = { publicOrigin: there, allowedOrigins: [], listensOnLoopback: false, ownNames: [] }
  const sites = ["same-origin", "same-site", "cross-site", "none", null]
  expect(sites.filter((site) => isOwnPage({ origin: null, host: "chat.example.com", site }, rules))).toEqual([
    "same-origin",
  ])
  expect(isOwnPage({ origin: here, host: "chat.example.com", site: "same-origin" }, rules)).toBe(false)
})

describe("[AUTH3] the running server", () => {
  const path = "/socket.io/?EIO=4&transport=polling"
  let log: ReturnType<typeof recordLog>
  beforeAll(() => {
    log = recordLog()
  })
  afterAll(() => log[Symbol.dispose]())

  test("answers a foreign page 403 on both transports, with a body and a log line that name the setting", async () => {
    await using app = await startTestApp()
    for (const request of requestsFrom("https://evil.test", path)) {
      log.messages.length = 0
      const response = await fetch(app.url + request.path, request)
      expect(response.status).toBe(403)
      expect(((await response.json()) as { message: string }).message).toContain("ALLOWED_ORIGINS")
      // So that the page can read why; over a websocket no page can.
      expect(response.headers.get("access-control-allow-origin")).toBe("https://evil.test")
      expect(response.headers.get("access-control-allow-credentials")).toBe("true")
      expect(response.headers.get("vary")).toContain("Origin")
      expect(log.messages).toEqual([expect.stringContaining("ALLOWED_ORIGINS")])
    }
  })

  test("tells a page that was opened from a file what to do: no setting lets it in", async () => {
    await using app = await startTestApp()
    const response = await fetch(app.url + path, { headers: { Origin: "null" } })
    const { message } = (await response.json()) as { message: string }
    expect([response.status, message]).toEqual([403, expect.stringContaining("serve it over http")])
    expect(message).not.toContain("Pages of")
  })

  test("answers 403 to what another site's page loads, and takes nothing of its reader's connections", async () => {
    await using app = await startTestApp()
    for (let i = 0; i < limits.connectionsPerAddressRate.atOnce + 1; i++) {
      const response = await fetch(app.url + path, { headers: { "Sec-Fetch-Site": "cross-site" } })
      expect(response.status).toBe(403)
    }
    expect((await fetch(app.url + path)).status).toBe(200)
    expect(app.connections()).toBe(1)
  })

  test("on every address of the machine, answers 403 to a name that is not its own", async () => {
    await using app = await startTestApp({ host: "0.0.0.0" })
    const { port } = new URL(app.url)
    const ask = async (host: string, origin: string) => {
      const headers = { Host: `${host}:${port}`, Origin: origin }
      return (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status
    }
    expect(await ask("evil.test", `http://evil.test:${port}`)).toBe(403)
    for (const host of ["127.0.0.1", "localhost", "192.168.1.7", hostname()]) {
      expect(await ask(host, `http://${host.toLowerCase()}:${port}`), host).toBe(200)
    }
  })

  test("answers 403 to a host that is not this machine, even without an origin", async () => {
    await using app = await startTestApp()
    const response = await fetch(app.url + path, { headers: { Host: "evil.test" } })
    expect(response.status).toBe(403)
    expect(((await response.json()) as { message: string }).message).toContain("PUBLIC_URL")
  })

  test("lets an accepted page in on both transports, and lets it read the answers, whatever it sends along", async () => {
    await using app = await startTestApp({ allowedOrigins: ["https://app.example.com"] })
    for (const request of requestsFrom("https://app.example.com", path)) {
      const response = await fetch(app.url + request.path, request)
      expect(response.status).toBeOneOf([101, 200, 204])
      if (response.status === 101) continue
      expect(response.headers.get("access-control-allow-credentials")).toBe("true")
      expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example.com")
      expect(response.headers.get("vary")).toContain("Origin")
    }
    const preflight = await fetch(app.url + path, preflightFrom("https://app.example.com"))
    expect(preflight.headers.get("access-control-allow-methods")).toBe("GET, POST")
    expect(preflight.headers.get("access-control-allow-headers")).toBe("authorization, x-anything")
  })

  test("a page that tries again and again does not fill the log", async () => {
    await using app = await startTestApp({}, { epochMs: Date.now, elapsedMs: () => 0 })
    log.messages.length = 0
    for (let i = 0; i < 50; i++) await fetch(app.url + path, { headers: { Origin: `https://evil-${i}.test` } })
    expect(log.messages).toHaveLength(20)
  })
})

function originOf(settings: Record<string, string>) {
  return readConfig({}, settings)
}

function preflightFrom(origin: string) {
  return {
    method: "OPTIONS",
    headers: {
      Origin: origin,
      "Access-Control-Request-Method": "POST",
      "Access-Control-Request-Headers": "authorization, x-anything",
    },
  }
}

function requestsFrom(origin: string, path: string) {
  const upgrade = {
    Origin: origin,
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
  }
  return [
    { path, headers: { Origin: origin } },
    { path: path.replace("polling", "websocket"), headers: upgrade },
    { path, ...preflightFrom(origin) },
  ]
}
