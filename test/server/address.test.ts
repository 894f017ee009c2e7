import { describe, expect, test } from "bun:test"
import { readConfig } from "../../src/config.ts"
import { keyOf, Proxies } from "../../src/server/http/address.ts"
import { newIncidents } from "../support/incidents.ts"
import { recordLog } from "../support/log.ts"

const proxies = (TRUSTED_PROXIES: string) =>
  new Proxies(readConfig({}, { TRUSTED_PROXIES }).trustedProxies, newIncidents())

describe("[LIM1] the address of a client", () => {
  const cases: [trusted: string, peer: string, forwardedFor: string | null, client: string][] = [
    ["loopback", "198.51.100.7", null, "198.51.100.7"],
    ["loopback", "127.0.0.1", null, "127.0.0.1"],
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
})
