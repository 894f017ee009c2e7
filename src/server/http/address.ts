/**
 * Where a request comes from, and what counts as one subscriber.
 *
 * The engine knows no address, so it is taken where the request arrives. Only a trusted
 * peer is believed, and only up to the rightmost hop that is not trusted itself: everything
 * left of that is the client's own claim. Upstream fix: bun-engine sets `remoteAddress`
 * from `server.requestIP`, as Node's does.
 */
import type { BlockList } from "node:net"
import type { Incidents } from "../../observe/incidents.ts"

/** The key of a subscriber for limits: an IPv4 address, or the first 64 bits of an IPv6 one. */
export type AddressKey = string

/** Longer than any address with a port and a zone. */
const hopLengthMax = 128

export class Proxies {
  readonly #ranges: readonly string[]
  readonly #incidents: Incidents
  #trusted: BlockList | undefined

  /** Addresses and ranges, such as `10.0.0.0/8`. */
  constructor(ranges: readonly string[], incidents: Incidents) {
    this.#ranges = ranges
    this.#incidents = incidents
  }

  /** The address of the client: its peer's, or what trusted proxies say. */
  clientOf(peer: string, forwardedFor: string | null): string {
    const address = plain(peer)
    if (forwardedFor === null) return address
    if (this.#trusts(address)) return this.#rightmostUntrusted(address, forwardedFor)
    this.#warn(address)
    return address
  }

  #rightmostUntrusted(peer: string, forwardedFor: string): string {
    let client = peer
    for (const hop of forwardedFor.split(",").reverse()) {
      if (hop.length > hopLengthMax) break
      const address = plain(withoutPort(hop.trim()))
      if (isIP(address) === 0) break
      client = address
      if (!this.#trusts(address)) break
    }
    return client
  }

  #trusts(address: string): boolean {
    this.#trusted ??= listOf(this.#ranges)
    return holds(this.#trusted, address)
  }

  #warn(peer: string): void {
    const text = "{peer} sent X-Forwarded-For and is not believed: if it is your proxy, add it to TRUSTED_PROXIES."
    this.#incidents.report("forwarded", text, { peer }, { pace: "hourly" })
  }
}

/** Whoever has one IPv6 address has 2^64 of them, so they count as one. */
export function keyOf(address: string): AddressKey {
  return isIP(address) === 6 ? `${groupsOf(address).slice(0, 4).join(":")}::/64` : address
}

/** The network that a client stays in while its address may change: a `/24`, or a `/64` of IPv6. */
export function networkOf(address: string): string {
  return isIP(address) === 4 ? address.slice(0, address.lastIndexOf(".")) : keyOf(address)
}

/** Whether a host, in a setting or a URL, is this machine. */
export function isLoopback(host: string): boolean {
  if (["localhost", "127.0.0.1", "::1", "[::1]"].includes(host)) return true
  return isIP(host) === 4 && host.startsWith("127.")
}

const ownNetworks = [
  ...["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"],
  ...["::1/128", "fc00::/7", "fe80::/10"],
]
let ownList: BlockList | undefined

/** Whether it belongs to this machine or a private network (RFC 1918, 4193), and so to no visitor from outside. */
export function isPrivate(address: string): boolean {
  ownList ??= listOf(ownNetworks)
  return holds(ownList, address)
}

/** 4, 6, or 0 for anything else. */
export function isIP(text: string): number {
  return net().isIP(text)
}

/** Loaded with the first address that is parsed, since it would slow a start down by some milliseconds. */
function net() {
  return process.getBuiltinModule("node:net")
}

function listOf(ranges: readonly string[]): BlockList {
  const list = new (net().BlockList)()
  for (const range of ranges) {
    const [address = "", bits] = range.split("/")
    if (bits === undefined) list.addAddress(address, familyOf(address))
    else list.addSubnet(address, Number(bits), familyOf(address))
  }
  return list
}

function holds(list: BlockList, address: string): boolean {
  return list.check(address, familyOf(address))
}

function familyOf(address: string) {
  return isIP(address) === 6 ? "ipv6" : "ipv4"
}

/** An IPv4 address that came through an IPv6 socket is written as IPv4. */
function plain(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

/** Some proxies write the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(hop: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop
}

/** The eight groups, without leading zeros. */
function groupsOf(address: string): string[] {
  const [withoutZone = ""] = address.split("%")
  const canonical = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1)
  const [head = "", tail] = canonical.split("::")
  const before = head === "" ? [] : head.split(":")
  if (tail === undefined) return before
  const after = tail === "" ? [] : tail.split(":")
  return [...before, ...Array<string>(8 - before.length - after.length).fill("0"), ...after]
}
