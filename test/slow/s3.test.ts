/** Files and backups in an S3 server that others wrote. What it cannot play, a server that fails, our own plays elsewhere. */
import { expect, test } from "bun:test"
import { createHash } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { S3Client } from "bun"
import { keyOf } from "../../src/files/blobs.ts"
import { createRoom, joined, type Room } from "../support/client.ts"
import { noise, upload, uploaded } from "../support/files.ts"
import { temporaryFolder } from "../support/folder.ts"
import { jpegOf } from "../support/pictures.ts"
import { runProcess, startProcess } from "../support/process.ts"
import { S3rver } from "../support/s3rver.ts"
import { until } from "../support/until.ts"

const dayMs = 86_400_000
const place = "some/place"
const keyIn = (folder: string, bytes: Uint8Array) =>
  `${folder}/${keyOf(createHash("sha256").update(bytes).digest("hex"), "original")}`

async function sent(url: string, room: Room, bytes: Uint8Array, name: string) {
  const file = await uploaded(url, bytes, name)
  await using ann = await joined(url, room, "ann")
  const answer = await ann.ask("send_message", { roomId: room.id, userId: "ann", files: [file.id] })
  if (!answer.ok) throw new Error(answer.error.message)
  return { file, id: answer.message.id }
}

async function deleted(url: string, room: Room, id: string) {
  await using ann = await joined(url, room, "ann")
  expect(await ann.ask("delete_message", { roomId: room.id, userId: "ann", id })).toMatchObject({ ok: true })
}

async function bytesAt(address: string, headers: Record<string, string> = {}) {
  const answer = await fetch(address, { headers })
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) }
}

test("[FILE1] [FILE3] a content is in the bucket once, given whole and in ranges, and gone with its last message", async () => {
  using folder = temporaryFolder()
  await using s3 = await S3rver.start(join(folder.path, "s3"))
  const dataDir = join(folder.path, "data")
  const environment = { ...s3.environment, DATA_DIR: dataDir, FILES_URL: `s3://warren/${place}` }
  const [plan, photo] = [noise(12_000_000), await jpegOf(1_000, 500)]
  const [old, young] = [noise(10, 3), noise(10, 4)].map((bytes) => keyIn(place, bytes)) as [string, string]
  const first = await startProcess(environment)
  const room = await createRoom(first.url)
  const [one, two] = [await sent(first.url, room, plan, "plan.bin"), await sent(first.url, room, plan, "again.bin")]
  const picture = await sent(first.url, room, photo, "photo.jpg")
  const [planKey, photoKey] = [
    keyIn(place, plan),
    s3
      .keys()
      .find((key) => key.endsWith(".webp"))
      ?.slice(0, -5) ?? "",
  ]
  expect(s3.keys()).toEqual([planKey, photoKey, `${photoKey}.webp`].sort())
  expect(s3.bytesOf(planKey).equals(plan)).toBe(true)
  const part = await bytesAt(first.url + two.file.url, { Range: "bytes=4999990-10500009" })
  expect([part.status, part.bytes.equals(plan.subarray(4_999_990, 10_500_010))]).toEqual([206, true])
  const drawn = await bytesAt(first.url + (picture.file.thumbnailUrl ?? ""))
  expect(drawn.bytes.equals(s3.bytesOf(`${photoKey}.webp`))).toBe(true)

  const backup = await runProcess(["backup", join(folder.path, "backup.db"), "--data-dir", dataDir], environment)
  expect(backup).toMatchObject({ status: 0, stderr: "" })
  expect(backup.stdout).toContain(`The bytes of 2 files are in s3://warren/${place}: copy that too.`)

  // What a server that was killed may have left there, and what one may just be placing.
  const {
    S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  } = s3.environment
  const client = new S3Client({
    bucket: "warren",
    endpoint,
    accessKeyId,
    secretAccessKey,
    region: "us-east-1",
  } as never)
  for (const key of [old, young]) await client.write(key, "bytes of nobody")
  s3.date(old, Date.now() - 2 * dayMs)
  await deleted(first.url, room, one.id)
  await deleted(first.url, room, picture.id)
  await first.stop()

  const second = await startProcess(environment)
  await until("what nobody holds is gone", () => !s3.keys().some((key) => [old, photoKey].includes(key)))
  const whole = await bytesAt(second.url + two.file.url)
  expect([whole.status, whole.bytes.equals(plan)]).toEqual([200, true])
  expect((await bytesAt(second.url + one.file.url)).status).toBe(404)
  await deleted(second.url, room, two.id)
  await second.stop()
  expect(s3.keys()).toEqual([planKey, young].sort())

  await using _third = await startProcess(environment)
  await until("the last one is gone", () => !s3.keys().includes(planKey))
  expect(s3.keys()).toEqual([young])
})

test("a server sends its backups there with their files, and one that is copied back is restored with them", async () => {
  using folder = temporaryFolder()
  await using s3 = await S3rver.start(join(folder.path, "s3"))
  const environment = { ...s3.environment, DATA_DIR: join(folder.path, "data") }
  const bytes = noise(6_000_000)
  const first = await startProcess(environment)
  const room = await createRoom(first.url)
  const { file } = await sent(first.url, room, bytes, "plan.bin")
  await first.stop()
  const second = await startProcess({ ...environment, BACKUP_EVERY: "24h", BACKUP_DIR: `s3://warren/${place}` })
  const isDatabase = (key: string) => key.endsWith(".db")
  await until("there is a backup", () => s3.keys().some(isDatabase))
  await second.stop()
  expect(s3.keys()).toContain(keyIn(`${place}/files`, bytes))

  const copy = join(folder.path, "copy.db")
  for (const key of s3.keys()) {
    const inner = key.slice(place.length + 1).replace(/^files\//, `${copy}.files/`)
    const path = isDatabase(key) ? copy : inner
    mkdirSync(dirname(path), { recursive: true })
    if (!key.endsWith(".contents")) writeFileSync(path, s3.bytesOf(key))
  }
  const restored = join(folder.path, "restored")
  expect(await runProcess(["restore", copy, "--data-dir", restored])).toMatchObject({ status: 0, stderr: "" })
  await using third = await startProcess({ DATA_DIR: restored })
  expect((await bytesAt(third.url + file.url)).bytes.equals(bytes)).toBe(true)
})

test("[FILE1] what is not signed with the right secret is not kept there, and the sender hears that it failed", async () => {
  using folder = temporaryFolder()
  await using s3 = await S3rver.start(join(folder.path, "s3"))
  const wrong = { AWS_SECRET_ACCESS_KEY: "another", FILES_URL: "s3://warren", DATA_DIR: join(folder.path, "data") }
  const log = { stderr: Bun.file(join(folder.path, "log")) }
  await using server = await startProcess({ ...s3.environment, ...wrong }, log)
  expect(await upload(server.url, "hello")).toMatchObject({ status: 503, body: { error: { code: "ERR_STORAGE" } } })
  expect(s3.keys()).toEqual([])
})
