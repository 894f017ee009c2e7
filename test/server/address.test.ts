import { describe, expect, test } from "bun:test"
import { readConfig } from "../../src/config.ts"
import { isLoopback, isPrivate, keyOf, networkOf, Proxies } from "../../src/server/http/address.ts"
import { newIncidents } from "../support/incidents.ts"
import { recordLog } from "../support/log.ts"

const proxies = (TRUSTED_PROXIES: string) =>
  new Proxies(readConfig({}, { TRUSTED_PROXIES }).trustedProxies, newIncidents())

describe("[LIM1] the address of a client", () => {
  const cases: [trusted: string, peer: string, forwardedFor: string | null, client: string][] = [
    ["loopback", "198.51.100.7", null, "198.51.100.7"],
    ["loopback", "127.0.0.1", null, "127.0.0.1"],
    ["loopback", "::ffff:198.51.100.7", null, "198.51.100.7"],
    // From a proxy that is trusted: the hop it saw.
    ["loopback", "127.0.0.1", "198.51.100.7", "198.51.100.7"],
    ["loopback", "::1", "2001:db8::7", "2001:db8::7"],
    ["loopback", "::ffff:127.0.0.1", "198.51.100.7", "198.51.100.7"],
    // What is to the left of that hop is the client's own claim.
    ["loopback", "127.0.0.1", "203.0.113.9, 198.51.100.7", "198.51.100.7"],
    ["loopback", "127.0.0.1", "127.0.0.1, 198.51.100.7", "198.51.100.7"],
    // A chain of proxies is followed as far as they are trusted.
    ["loopback,10.0.0.0/8", "127.0.0.1", "203.0.113.9, 198.51.100.7, 10.1.2.3", "198.51.100.7"],
    ["loopback,2001:db8:1::/48", "::1", "198.51.100.7, 2001:db8:1::3", "198.51.100.7"],
    ["loopback,192.0.2.1", "192.0.2.1", "198.51.100.7", "198.51.100.7"],
    ["loopback,10.0.0.0/8", "127.0.0.1", "10.0.0.5, 10.1.2.3", "10.0.0.5"],
    // Ports are not part of it.
    ["loopback", "127.0.0.1", "198.51.100.7:4711", "198.51.100.7"],
    ["loopback", "127.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"],
    // What is no address ends the search.
    ["loopback", "127.0.0.1", "198.51.100.7, unknown", "127.0.0.1"],
    ["loopback", "127.0.0.1", "", "127.0.0.1"],
    ["loopback,10.0.0.0/8", "127.0.0.1", "203.0.113.9, <script>, 10.1.2.3", "10.1.2.3"],
    // From anybody else: nothing.
    ["loopback", "192.0.2.1", "198.51.100.7", "192.0.2.1"],
    ["none", "127.0.0.1", "198.51.100.7", "127.0.0.1"],
  ]
  for (const [trusted, peer, forwardedFor, client] of cases) {
    test(`trusting ${trusted}, ${peer} with ${JSON.stringify(forwardedFor)} is ${client}`, () => {
      expect(proxies(trusted).clientOf(peer, forwardedFor)).toBe(client)
    })
  }

  test("a hop of 128 characters is looked at, and a longer one ends the search", () => {
    const [hop, longer] = [128, 129].map((length) => "2001:db8::7%".padEnd(length, "z"))
    expect(proxies("loopback").clientOf("127.0.0.1", hop!)).toBe(hop!)
    expect(proxies("loopback").clientOf("127.0.0.1", longer!)).toBe("127.0.0.1")
  })

  test("settings that are no addresses are refused at the start", () => {
    for (const wrong of ["proxy.example.com", "10.0.0.0/33", "::1/129", "10.0.0.0/8/8", "10.0.0.0/x", "10.0.0.1,"])
      expect(() => proxies(wrong), wrong).toThrow("TRUSTED_PROXIES")
  })
})

test("[LIM1] a stranger's word is told once, with the setting that would make it count", () => {
  using log = recordLog()
  const strict = proxies("loopback")
  for (let i = 0; i < 3; i++) strict.clientOf(`192.0.2.${i}`, "198.51.100.7")
  strict.clientOf("127.0.0.1", "198.51.100.7")
  expect(log.messages).toEqual([
    "192.0.2.0 sent X-Forwarded-For and is not believed: if it is your proxy, add it to TRUSTED_PROXIES.",
  ])
})

test("[LIM1] an IPv4 address is one subscriber, and so are the 2^64 addresses of an IPv6 prefix", () => {
  expect(keyOf("198.51.100.7")).toBe("198.51.100.7")
  const inOneHouse = [
    "2001:db8:1:2::1",
    "2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:DB8:1:2:0:0:0:9",
    "2001:db8:1:2::1%eth0",
  ]
  expect(new Set(inOneHouse.map(keyOf))).toEqual(new Set(["2001:db8:1:2::/64"]))
  expect(keyOf("2001:db8:1:3::1")).toBe("2001:db8:1:3::/64")
  expect(keyOf("::1")).toBe("0:0:0:0::/64")
  expect(keyOf("1::")).toBe("1:0:0:0::/64")
  expect(keyOf("1::4:5:6:7:8")).toBe("1:0:0:4::/64")
})

test("[LIM1] a client whose address changes is in the same network while it is in the same /24 or /64", () => {
  expect(networkOf("198.51.100.7")).toBe("198.51.100")
  expect(networkOf("198.51.100.70")).toBe(networkOf("198.51.100.7"))
  expect(networkOf("198.51.10.7")).not.toBe(networkOf("198.51.100.7"))
  expect(networkOf("2001:db8:1:2::1")).toBe("2001:db8:1:2::/64")
})

test("[AUTH3] this machine's own hosts are localhost, ::1 and 127.0.0.0/8, and no name that begins so", () => {
  const own = ["localhost", "::1", "[::1]", "127.0.0.1", "127.255.255.254"]
  const others = ["128.0.0.1", "126.0.0.1", "127.evil.test", "evil.test", "::2", "[::2]", "0.0.0.0", ""]
  expect([...own, ...others].filter(isLoopback)).toEqual(own)
})

test("[LIM1] addresses of one's own networks are told from visitors', to the last bit", () => {
  const own = [
    ...["127.0.0.1", "127.255.255.255", "10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255"],
    ...["192.168.0.0", "192.168.255.255", "169.254.0.0", "169.254.255.255"],
    ...["::1", "fc00::1", "fdff:ffff::1", "fe80::1", "febf:ffff::1"],
  ]
  const visitors = [
    ...["126.255.255.255", "128.0.0.0", "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0"],
    ...["192.167.255.255", "192.169.0.0", "169.253.255.255", "169.255.0.0", "198.51.100.7"],
    ...["::2", "fbff::1", "fe00::1", "fec0::1", "2001:db8::1"],
  ]
  expect([...own, ...visitors].filter(isPrivate)).toEqual(own)
})
