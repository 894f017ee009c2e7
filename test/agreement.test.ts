import { expect, test } from "bun:test"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Agreement } from "../src/app/agreement.ts"
import { readConfig, type Setting, settings } from "../src/config.ts"
import { temporaryFolder } from "./support/folder.ts"

const secret = { AUTH: "token", AUTH_SECRET: "a".repeat(32) }

function agreement(environment: Record<string, string>) {
  const told: string[] = []
  return { told, one: new Agreement({ config: readConfig({}, environment), onDifference: (text) => told.push(text) }) }
}

function meeting(own: Record<string, string>, ...others: Record<string, string>[]) {
  const { told, one } = agreement(own)
  const refused = one.meet(others.map((other) => agreement(other).one.settings()))
  return { one, told, refused, warnings: one.warnings().map(({ message }) => message) }
}

test("servers with the same settings have nothing to say, whatever each may have for itself", () => {
  const own = { HOST: "0.0.0.0", PORT: "80", DATA_DIR: "/one", LOG_LEVEL: "debug", METRICS_ADDRESS: "127.0.0.1:9464" }
  expect(meeting({ ...secret, ...own }, secret, { ...secret, PORT: "81" })).toMatchObject({
    refused: undefined,
    told: [],
    warnings: [],
  })
})

test("another AUTH is refused, and so is a second bucket, but not a first one", () => {
  expect(meeting({ AUTH: "accounts" }, {}).refused).toMatchObject({
    message: "Another server that runs on this database has another AUTH: give all the same, or stop the others first.",
    status: 78,
  })
  const bucket = (name: string) => ({ FILES_URL: `s3://${name}/files` })
  expect(meeting(bucket("one"), {}, bucket("two")).refused?.message).toContain("another FILES_URL")
  const first = meeting(bucket("one"), {})
  expect([first.refused, first.warnings]).toEqual([
    undefined,
    ["Another server has another FILES_URL: give all the same."],
  ])
})

test("one bucket at two addresses is told, where files are in one", () => {
  const filed = { FILES_URL: "s3://one/files" }
  const at = (endpoint: string | undefined, environment: Record<string, string> = filed) =>
    new Agreement({ config: readConfig({}, environment), endpoint, onDifference: () => {} })
  const warned = (one: Agreement, other: Agreement) => {
    expect(one.meet([other.settings()])).toBeUndefined()
    return one.warnings().map(({ message }) => message)
  }
  const apart = ["Another server has another S3_ENDPOINT: give all the same."]
  expect(warned(at("http://one:9000"), at("http://other:9000"))).toEqual(apart)
  expect(warned(at("http://one:9000"), at(undefined))).toEqual(apart)
  expect(warned(at("one:9000"), at("other:9000"))).toEqual(apart)
  expect(warned(at("one:9000"), at("https://one:9000"))).toEqual([])
  expect(warned(at("http://one:9000"), at("HTTP://key:secret@One:9000/"))).toEqual([])
  expect(at("http://key:secret@one:9000").settings()).not.toContain("secret")
  expect(warned(at("http://one:9000", {}), at("http://other:9000", {}))).toEqual([])
  // An older one, that does not say it.
  const { S3_ENDPOINT: _, ...older } = JSON.parse(at(undefined).settings())
  const one = at("http://one:9000")
  one.meet([JSON.stringify(older)])
  expect(one.warnings()).toEqual([])
})

test("what else is not the same is told once each time that it begins", () => {
  const { told, one } = agreement(secret)
  const [same, other] = [secret, { ...secret, RETENTION_DAYS: "3", INVITES: "members" }].map((environment) =>
    agreement(environment).one.settings(),
  )
  for (const settings of [same, other, other, same, other]) expect(one.meet([settings ?? ""])).toBeUndefined()
  const text =
    "Another server has another INVITES and RETENTION_DAYS: give all the same. Until then nothing is removed by RETENTION_DAYS."
  expect(told).toEqual([text, text])
  expect(one.warnings()).toEqual([{ code: "settings", message: text }])
  expect([one.has("retentionDays"), one.has("auth")]).toEqual([false, true])
})

test("of a secret four digits are told, others for another one, and those of a new one after a reload", () => {
  const { one } = agreement(secret)
  const markIn = (settings: string) => (JSON.parse(settings) as Record<string, string>)["AUTH_SECRET"] ?? ""
  const before = one.settings()
  expect(markIn(before)).toMatch(/^[0-9a-f]{4}$/)
  expect(markIn(agreement(secret).one.settings())).toBe(markIn(before))
  one.changed(readConfig({}, { ...secret, AUTH_SECRET: "b".repeat(32) }))
  expect(markIn(one.settings())).not.toBe(markIn(before))
  expect(before).not.toContain("aaaa")
})

test("files of keys are the same by what is in them", () => {
  using folder = temporaryFolder()
  const keys = (name: string, text: string) => {
    const file = join(folder.path, name)
    writeFileSync(file, text)
    return { AUTH: "token", AUTH_JWKS: file, AUTH_ISSUER: "i", AUTH_AUDIENCE: "a" }
  }
  expect(meeting(keys("one", "{}"), keys("two", "{}")).warnings).toEqual([])
  expect(meeting(keys("one", "{}"), keys("two", "{ }")).warnings).toEqual([
    "Another server has another AUTH_JWKS: give all the same.",
  ])
})

test("an older version that does not know yet what all must have alike is told, and not refused", () => {
  const at = (bucket: string) => agreement({ FILES_URL: `s3://${bucket}/files` }).one
  const older = (bucket: string) => {
    const { AUTH: _, ...told } = JSON.parse(at(bucket).settings())
    return JSON.stringify({ ...told, version: "0.1.9" })
  }
  const one = at("one")
  expect(one.meet([older("one")])).toBeUndefined()
  expect(one.warnings().map(({ message }) => message)).toEqual([
    "Another server has another AUTH: give all the same.",
    "Another server is another version of Warren: let all be the same.",
  ])
  expect(one.meet([older("other")])?.message).toContain("another FILES_URL:")
})

test("another version of Warren is told", () => {
  const { one } = agreement({})
  const older = JSON.stringify({ ...JSON.parse(one.settings()), version: "0.1.9" })
  expect(one.meet([older])).toBeUndefined()
  expect(one.warnings().map(({ message }) => message)).toEqual([
    "Another server is another version of Warren: let all be the same.",
  ])
})

test("another Redis is told from when both are known, and until they are the same", () => {
  const { told, one } = agreement({})
  const other = agreement({}).one
  const meet = () => {
    one.meet([other.settings()])
    return one.warnings().map(({ message }) => message)
  }
  expect(meet()).toEqual([])
  one.reaches("one")
  expect(meet()).toEqual([])
  other.reaches("other")
  const apart = [
    expect.stringMatching(/^Another server is on another Redis, .*: let REDIS_URL lead all to the same one\.$/),
  ]
  expect([meet(), meet()]).toEqual([apart, apart])
  other.reaches("one")
  expect(meet()).toEqual([])
  expect(told).toEqual(apart)
})

test("docs/scale.md names each of these settings, and no other", () => {
  const text = readFileSync(join(import.meta.dir, "../docs/scale.md"), "utf8")
  const [, refused = "", told = ""] = /\n## One configuration\n(.*?)\n- Another(.*?)\n\n/s.exec(text) ?? []
  const named = (text: string) => new Set(Array.from(text.matchAll(/`([A-Z_]{4,})`/g), ([, name]) => name))
  const are = (among: string) =>
    new Set(
      Object.values<Setting>(settings)
        .filter((one) => one.among === among)
        .map(({ variable }) => variable),
    )
  expect(named(refused)).toEqual(are("equal"))
  expect(named(told)).toEqual(are("alike").add("FILES_URL"))
})
