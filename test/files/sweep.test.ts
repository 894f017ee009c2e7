import { expect, test } from "bun:test"
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { dirname, join } from "node:path"
import type { ChatStore } from "../../src/chat/store.ts"
import { ChatError } from "../../src/contract/errors.ts"
import { Files } from "../../src/files/files.ts"
import { FolderBlobs } from "../../src/files/folder-blobs.ts"
import { ResumableUploads } from "../../src/files/resumable.ts"
import { Sweep } from "../../src/files/sweep.ts"
import { Thumbnails } from "../../src/files/thumbnails.ts"
import { Vault } from "../../src/files/vault.ts"
import { MemoryStore } from "../../src/store/memory.ts"
import { add, hashOf, picture } from "../store/files-suite.ts"
import { granted, roomWith, sending } from "../store/store-suite.ts"
import { png } from "../support/files.ts"
import { temporaryFolder } from "../support/folder.ts"
import { user } from "../support/ids.ts"
import { until } from "../support/until.ts"

const day = 86_400_000
const hour = 3_600_000
const noon = Date.parse("2026-01-31T12:00:00.000Z")

function setUp(wrap: (store: ChatStore) => ChatStore = (store) => store) {
  const folder = temporaryFolder()
  const memory = new MemoryStore({ pendingMax: 1_000, onFailure: console.error })
  const store = wrap(memory)
  const blobs = new FolderBlobs(folder.path)
  const pathsOf = (sha256: string) => [blobs.pathOf(sha256), blobs.pathOf(sha256, "thumbnail")]
  const vault = new Vault(folder.path, blobs)
  let now = noon
  const epochMs = () => now
  const files = new Files({ store, vault, thumbnails: new Thumbnails(), bytesMax: 1_000, freeShare: () => 1, epochMs })
  const failures: unknown[] = []
  /** As the next process has them. */
  const newUploads = () => {
    return new ResumableUploads({ files, vault: new Vault(folder.path, blobs), elapsedMs: epochMs, epochMs })
  }
  const uploads = newUploads()
  const sweep = new Sweep({ files, uploads, vault, epochMs, onFailure: (cause) => failures.push(cause) })
  return {
    uploads,
    newUploads,
    /** Of files that are coming; `aged` says when they were last written. */
    coming: (aged?: number) => {
      const paths = readdirSync(join(folder.path, "incoming")).map((name) => join(folder.path, "incoming", name))
      for (const path of paths) if (aged !== undefined) utimesSync(path, aged / 1_000, aged / 1_000)
      return paths.length
    },
    pathOf: (id: string) => join(folder.path, "incoming", id),
    opened: { store: memory, [Symbol.asyncDispose]: () => memory.close() },
    files,
    blobs,
    sweep,
    failures,
    pass: (ms: number) => {
      now += ms
    },
    put: (sha256: string) => {
      mkdirSync(dirname(blobs.pathOf(sha256)), { recursive: true })
      for (const path of pathsOf(sha256)) writeFileSync(path, "bytes")
    },
    isThere: (sha256: string) => pathsOf(sha256).map((path) => existsSync(path)),
    receive: (text: string) => {
      return files.receive([Buffer.from(text)] as never, { name: "a", ownerId: null }, undefined)
    },
    [Symbol.asyncDispose]: async () => {
      await memory.close()
      folder[Symbol.dispose]()
    },
  }
}

const sha = (text: string | Uint8Array) => new Bun.CryptoHasher("sha256").update(text).digest("hex")

test("[USER2] a profile's picture stays while it is one, and then goes with its bytes", async () => {
  await using kept = setUp()
  await roomWith(kept.opened, 0)
  const { url } = await kept.files.receive([png] as never, { name: "me.png", ownerId: null }, undefined)
  const show = (avatar: string | null) =>
    granted(kept.opened, { kind: "updateProfile", userId: user("ann"), username: undefined, avatar, at: noon })
  await show(`https://here.example${url}`)
  kept.pass(day + 1)
  await kept.sweep.begin()
  expect(kept.isThere(sha(png))[0]).toBe(true)
  await show(null)
  await kept.sweep.sweep()
  await kept.sweep.end()
  expect([kept.isThere(sha(png))[0], ...kept.failures]).toEqual([false])
})

test("[FILE1] what no message holds after a day goes, with its bytes; what one holds stays", async () => {
  await using kept = setUp()
  const roomId = await roomWith(kept.opened, 0)
  const loose = await kept.receive("loose")
  const held = await kept.receive("held")
  await granted(kept.opened, { ...sending(roomId, ""), files: [{ id: held.id, alt: undefined }] })
  kept.pass(day)
  await kept.sweep.sweep()
  expect(kept.isThere(sha("loose"))[0]).toBe(true)
  kept.pass(1)
  await kept.sweep.sweep()
  expect([kept.isThere(sha("loose"))[0], kept.isThere(sha("held"))[0]]).toEqual([false, true])
  const late = { ...sending(roomId, ""), files: [{ id: loose.id, alt: undefined }] }
  expect(granted(kept.opened, late)).rejects.toThrow("upload it first")
})

test("[FILE1] bytes that another file has stay until that goes too", async () => {
  await using kept = setUp()
  await kept.receive("same")
  kept.pass(day / 2)
  await kept.receive("same")
  kept.pass(day / 2 + 1)
  await kept.sweep.sweep()
  expect(kept.isThere(sha("same"))[0]).toBe(true)
  kept.pass(day / 2)
  await kept.sweep.sweep()
  expect(kept.isThere(sha("same"))[0]).toBe(false)
})

test("[FILE3] the same bytes in two messages go with the second of them", async () => {
  await using kept = setUp()
  const roomId = await roomWith(kept.opened, 0)
  const ids = []
  for (let i = 0; i < 2; i++) {
    const { id } = await kept.receive("same")
    const command = { ...sending(roomId, ""), files: [{ id, alt: undefined }] }
    await granted(kept.opened, command)
    ids.push(command.id)
  }
  const isThere = []
  for (const id of ids) {
    await granted(kept.opened, { kind: "delete", roomId, userId: user("ann"), id, at: noon })
    await kept.sweep.sweep()
    isThere.push(kept.isThere(sha("same"))[0])
  }
  expect(isThere).toEqual([true, false])
})

test("[FILE1] a start removes bytes that no file has, and nothing else", async () => {
  await using kept = setUp()
  const file = picture("1.png")
  await add(kept.opened, file)
  const orphan = "ab".repeat(32)
  for (const sha256 of [hashOf(file), orphan]) kept.put(sha256)
  writeFileSync(join(dirname(kept.blobs.pathOf(orphan)), "note.txt"), "not ours")
  await kept.sweep.begin()
  await kept.sweep.end()
  expect(kept.isThere(orphan)).toEqual([false, false])
  expect(existsSync(join(dirname(kept.blobs.pathOf(orphan)), "note.txt"))).toBe(true)
  expect([kept.isThere(hashOf(file)), kept.failures]).toEqual([[true, true], []])
})

test("[FILE1] a start removes what is loose, too, as long as there is any", async () => {
  const left = [256, 1, 0]
  const sweep = new Sweep({
    files: { removeUnused: async () => {}, removeLoose: async () => left.shift()! },
    uploads: { sweep: async () => {} },
    vault: { blobs: { hashes: async function* () {} } },
    epochMs: () => noon,
    onFailure: (cause) => {
      throw cause
    },
  })
  await sweep.begin()
  await sweep.end()
  expect(left).toEqual([])
})

test("[FILE1] an end waits for what is under way, and begins nothing more", async () => {
  const gate = Promise.withResolvers<void>()
  const events: string[] = []
  const sweep = new Sweep({
    files: {
      removeUnused: async ([hash]) => {
        events.push(`begin ${hash}`)
        await gate.promise
        events.push(`end ${hash}`)
      },
      removeLoose: async () => events.push("loose"),
    },
    uploads: { sweep: async () => {} },
    vault: {
      blobs: {
        hashes: async function* () {
          yield ["a"]
          yield ["b"]
        },
      },
    },
    epochMs: () => noon,
    onFailure: (cause) => {
      throw cause
    },
  })
  void sweep.begin()
  await until("a is under way", () => events.length > 0)
  const ended = sweep.end().then(() => events.push("over"))
  gate.resolve()
  await ended
  expect(events).toEqual(["begin a", "end a", "over"])
  await sweep.sweep()
  expect(events).toHaveLength(3)
})

test("[FILE1] an upload whose row cannot be written leaves no bytes, unless another file has them", async () => {
  let fails = false
  await using kept = setUp((store) => ({
    ...store,
    counts: () => store.counts(),
    close: () => store.close(),
    submit: (command, settle) => {
      if (fails && command.kind === "addFile") queueMicrotask(() => settle(new ChatError("ERR_STORAGE")))
      else store.submit(command, settle)
    },
  }))
  await kept.receive("there before")
  fails = true
  expect(kept.receive("there before")).rejects.toThrow()
  expect(kept.receive("new")).rejects.toThrow()
  await kept.receive("x").catch(() => {})
  expect([kept.isThere(sha("there before"))[0], kept.isThere(sha("new"))[0]]).toEqual([true, false])
})

test("[FILE1] the same bytes, sent and swept at once, are whole afterwards", async () => {
  await using kept = setUp()
  for (let round = 0; round < 20; round++) {
    await kept.receive("again")
    kept.pass(day + 1)
    const [file] = await Promise.all([kept.receive("again"), kept.sweep.sweep()])
    expect(file.bytes).toBe(5)
    expect(kept.isThere(sha("again"))[0]).toBe(true)
  }
})

test("[FILE1] an upload that nobody goes on with for an hour goes, whichever process began it", async () => {
  await using kept = setUp()
  const begun = { name: "a", ownerId: null, owner: "ann", length: 9 }
  const id = await kept.uploads.create(begun)
  await kept.uploads.append(id, "ann", 0, [Buffer.from("half")] as never)
  kept.coming(noon)
  kept.pass(hour - 1)
  const next = kept.newUploads()
  await next.sweep()
  expect(await next.progress(id, "ann")).toEqual({ offset: 4, length: 9, file: undefined })
  expect(next.progress(id, "bob")).rejects.toThrow("begin it again")
  kept.coming(noon)
  kept.pass(1)
  const third = kept.newUploads()
  // It was asked for a moment ago in the one, and never in the other.
  await next.sweep()
  expect(kept.coming(noon)).toBe(2)
  expect(third.progress(id, "ann")).rejects.toThrow("begin it again")
  await third.sweep()
  expect(kept.coming()).toBe(0)

  const idle = await kept.uploads.create(begun)
  kept.pass(hour + 1)
  await kept.sweep.sweep()
  expect(kept.coming()).toBe(0)
  expect(kept.uploads.progress(idle, "ann")).rejects.toThrow("begin it again")
})

test("[FILE1] an upload whose bytes or note are not whole begins again", async () => {
  await using kept = setUp()
  const begun = { name: "a", ownerId: null, owner: "ann", length: 9 }
  for (const [damage, offset] of [
    [(path: string) => truncateSync(path, 3), undefined],
    [(path: string) => rmSync(path), undefined],
    [(path: string) => truncateSync(`${path}.begun`, 20), undefined],
    [(path: string) => writeFileSync(`${path}.begun`, "\0\0\0\0\n"), undefined],
    [(path: string) => rmSync(`${path}.begun`), undefined],
    [(path: string) => appendFileSync(`${path}.begun`, "6"), 4],
    [(path: string) => appendFileSync(path, "torn"), 4],
  ] as const) {
    const id = await kept.uploads.create(begun)
    await kept.uploads.append(id, "ann", 0, [Buffer.from("half")] as never)
    damage(kept.pathOf(id))
    kept.coming(noon)
    const next = kept.newUploads()
    const found = await next.progress(id, "ann").catch(({ code }: ChatError) => code)
    expect(found).toEqual(offset === undefined ? "ERR_NOT_FOUND" : { offset, length: 9, file: undefined })
    await kept.uploads.drop(id, "ann")
  }
})
