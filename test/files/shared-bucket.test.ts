import { expect, test } from "bun:test"
import { Files } from "../../src/files/files.ts"
import { S3Blobs } from "../../src/files/s3-blobs.ts"
import { Thumbnails } from "../../src/files/thumbnails.ts"
import { Vault } from "../../src/files/vault.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { temporaryFolder } from "../support/folder.ts"
import { access, S3Server } from "../support/s3.ts"

const day = 86_400_000

/** Two servers on one store and one bucket. */
function setUp() {
  const folder = temporaryFolder()
  const s3 = new S3Server()
  const store = new MemoryStore({ pendingMax: 1_000, onFailure: console.error })
  let now = Date.now()
  const epochMs = () => now
  const server = (name: string) => {
    const url = "s3://bucket"
    const blobs = new S3Blobs({ url, access: { ...access, endpoint: s3.endpoint }, epochMs, onFailure: () => {} })
    const vault = new Vault(`${folder.path}/${name}`, blobs)
    const files = new Files({
      store,
      vault,
      thumbnails: new Thumbnails(),
      bytesMax: 1_000,
      freeShare: () => 1,
      epochMs,
    })
    const receive = (text: string) =>
      files.receive([Buffer.from(text)] as never, { name: "a", ownerId: null }, undefined)
    return { files, receive }
  }
  return {
    s3,
    one: server("one"),
    two: server("two"),
    pass: (ms: number) => {
      now += ms
      return now
    },
    [Symbol.asyncDispose]: async () => {
      await store.close()
      await s3[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

test("[FILE1] what one server removes while another takes the same is there afterwards", async () => {
  await using it = setUp()
  const { s3 } = it
  await it.one.receive("same")
  const old = it.pass(day + 1)
  // The other one has found the bytes, and has no row yet.
  let removed = 0
  s3.after = async (method) => {
    if (method !== "HEAD") return
    s3.after = () => {}
    removed = await it.one.files.removeLoose(old)
  }
  await it.two.receive("same")
  expect(removed).toBe(1)
  expect([...s3.objects.values()].map(({ bytes }) => bytes.toString())).toEqual(["same"])
})

test("[FILE1] an upload that cannot be put in the bucket is refused, and leaves nothing", async () => {
  await using it = setUp()
  it.s3.isDown = true
  expect(await it.one.receive("lost").catch(({ code }) => code)).toBe("ERR_STORAGE")
  it.s3.isDown = false
  expect(it.s3.objects.size).toBe(0)
  expect((await it.one.receive("lost")).bytes).toBe(4)
  expect(it.s3.objects.size).toBe(1)
})
