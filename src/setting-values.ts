/**
 * What values of settings look like, as valibot schemas of text. A rule's message follows
 * "it": "must be a whole number …". Origins are normalized to the form that browsers send,
 * so the server only has to compare.
 */

import * as v from "valibot"
import { dayMs, hourMs, minuteMs, secondMs } from "./contract/durations.ts"

/** RFC 7518, 3.2: a key of HS256 must be at least as long as its hash. */
const secretBytesMin = 32

const loopbackRanges = ["127.0.0.0/8", "::1/128"]

export const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,15}$/, `must be a whole number from ${min} to ${max}`),
    v.transform(Number),
    v.minValue(min, `must be a whole number from ${min} to ${max}`),
    v.maxValue(max, `must be a whole number from ${min} to ${max}`),
  )

const unitsMs: Readonly<Record<string, number>> = { s: secondMs, m: minuteMs, h: hourMs, d: dayMs }

/** "90m", "12h" or "30d" as milliseconds, if it is one. */
export function durationMs(value: string): number | undefined {
  const [, count, unit = ""] = /^([1-9]\d{0,5})([smhd])$/.exec(value) ?? []
  return count === undefined ? undefined : Number(count) * (unitsMs[unit] ?? 0)
}

export const duration = (minMs: number, rule: string) =>
  read((value) => {
    const ms = durationMs(value)
    return ms !== undefined && ms >= minMs ? ms : undefined
  }, rule)

export const oneOf = <const Options extends readonly string[]>(...options: Options) =>
  v.picklist(options, () => `must be ${disjunctionOf(options)}`)

/** "on or off", "debug, info, warning or error". */
function disjunctionOf(options: readonly string[]): string {
  return new Intl.ListFormat("en-GB", { type: "disjunction" }).format(options)
}

export const text = (rule: string) => v.pipe(v.string(), v.nonEmpty(rule))

/** A shell would have replaced `~`; a variable or `.env` does not, and a folder with that name would be created. */
export const folder = v.pipe(
  text("must be a folder"),
  v.check((path) => !path.startsWith("~"), "must be a folder's whole path, since ~ is not expanded here"),
)

export const hostName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9.:_-]+$/, "must be an address or a name of this machine"),
)

export const secret = v.pipe(
  v.string(),
  v.check((value) => Buffer.byteLength(value) >= secretBytesMin, `must be at least ${secretBytesMin} bytes long`),
)

/** It is sent in a header, where spaces would end it. */
export const bearer = v.pipe(
  secret,
  v.regex(/^[\x21-\x7e]+$/, "must be of ASCII letters, digits and signs, without blanks"),
)

/** An address and a port: `127.0.0.1:9464`, `[::1]:9464`. */
export const listener = read((value) => {
  const [, inBrackets, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(value) ?? []
  const host = inBrackets ?? plain
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) }
}, "must be an address and a port, such as 127.0.0.1:9464")

/** Whether it can be reached is only known at the start. */
export const postgresUrl = v.pipe(
  v.string(),
  v.check((value) => {
    if (!/^postgres(ql)?:\/\//.test(value) || !isUrl(value)) return false
    const { hostname, pathname } = new URL(value)
    return hostname !== "" && /^\/[^/]+$/.test(pathname)
  }, "must be a postgres:// URL with a host and a database, and with what is special in a password as %-codes"),
)

export const redisUrl = v.pipe(
  v.string(),
  v.check(
    (value) => /^rediss?:\/\//.test(value) && isUrl(value) && new URL(value).hostname !== "",
    "must be a redis:// or rediss:// URL with a host, and with what is special in a password as %-codes",
  ),
)

/** One whose parts can be decoded, too. */
function isUrl(value: string): boolean {
  try {
    return decodeURIComponent(value) !== "" && URL.canParse(value)
  } catch {
    return false
  }
}

const bucketRule = "must be s3:// with a bucket and perhaps a folder in it, and without a key"

/** The environment says how to reach it, as for every program that uses S3. */
export const bucketUrl = v.pipe(v.string(), v.check(isBucketUrl, bucketRule))

export const folderOrBucket = v.pipe(
  folder,
  v.check((value) => !isBucket(value) || isBucketUrl(value), bucketRule),
)

export function isBucket(value: string): boolean {
  return value.startsWith("s3://")
}

function isBucketUrl(value: string): boolean {
  if (!isBucket(value) || !URL.canParse(value)) return false
  const { hostname, username, port, search, hash } = new URL(value)
  return hostname !== "" && [username, port, search, hash].every((part) => part === "")
}

/** The origin of a site; the rest of its address does not matter. */
export const siteUrl = read(originOf, "must be an http:// or https:// address without a path")

/** The path of the file, or the URL. Keys over plain http could be anybody's. */
export const keySource = v.pipe(
  text("must be a file or an https:// URL"),
  v.check(
    (source) => !/^[a-z][a-z0-9+.-]+:\/\//i.test(source) || isSafeUrl(source),
    "must be a file or an https:// URL (http:// on this machine only)",
  ),
)

/** As the provider writes it. Over plain http anybody could identify people. */
export const issuerUrl = v.pipe(
  v.string(),
  v.check(
    (value) => isSafeUrl(value) && !/[?#\s]/.test(value) && new URL(value).username === "",
    "must be the https:// address of a provider (http:// on this machine only)",
  ),
)

/** On a button. */
export const shortName = v.pipe(
  v.string(),
  v.regex(
    /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._&'()-]{0,38}[\p{L}\p{M}\p{N}.)])?$/u,
    "must be a name of at most 40 letters",
  ),
)

/** What follows the `@`, exactly; no subdomains. */
export const domains = listOf((item) => {
  const domain = item.toLowerCase()
  return /^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/.test(domain) ? domain : undefined
}, "must be domains such as example.com, with commas between them")

export const origins = listOf(
  (item) => (item === "*" ? item : originPatternOf(item)),
  "must be origins such as https://app.example.com or https://*.example.com, with commas between them, or *",
)

export const proxies = v.pipe(
  listOf(
    (item) => (item === "none" || item === "loopback" || isAddressRange(item) ? item : undefined),
    'must be addresses or ranges such as 10.0.0.0/8, with commas between them, or "loopback" or "none"',
  ),
  v.transform((items) =>
    items.filter((item) => item !== "none").flatMap((item) => (item === "loopback" ? loopbackRanges : [item])),
  ),
)

function read<T>(parse: (value: string) => T | undefined, rule: string) {
  return v.pipe(
    v.string(),
    v.rawTransform(({ dataset, addIssue, NEVER }): T => {
      const value = parse(dataset.value)
      if (value !== undefined) return value
      addIssue({ message: rule })
      return NEVER
    }),
  )
}

function listOf(parse: (item: string) => string | undefined, rule: string) {
  return read((value): readonly string[] | undefined => {
    const items = value.split(",").map((item) => parse(item.trim()))
    return items.every((item) => item !== undefined) ? items : undefined
  }, rule)
}

function originOf(value: string): string | undefined {
  if (!/^https?:\/\/[^/?#@*\\]+\/?$/i.test(value) || !URL.canParse(value)) return undefined
  return new URL(value).origin
}

/** An origin, also of an app (`capacitor://localhost`), whose host may begin with `*.`. */
function originPatternOf(item: string): string | undefined {
  const {
    scheme,
    wildcard = "",
    rest,
  } = /^(?<scheme>[a-z][a-z0-9+.-]*:\/\/)(?<wildcard>\*\.)?(?<rest>[^/?#@*\\\s]+)\/?$/i.exec(item)?.groups ?? {}
  if (scheme === undefined || rest === undefined) return undefined
  if (!/^https?:/i.test(scheme)) return (scheme + wildcard + rest).toLowerCase()
  const origin = originOf(scheme + rest)
  return origin?.replace("://", `://${wildcard}`)
}

function isSafeUrl(source: string): boolean {
  if (!URL.canParse(source)) return false
  const { protocol, hostname } = new URL(source)
  return protocol === "https:" || (protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname))
}

function isAddressRange(item: string): boolean {
  const [address = "", bits, ...rest] = item.split("/")
  const version = process.getBuiltinModule("node:net").isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}
