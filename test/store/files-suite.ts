import { describe, expect, test } from "bun:test"
import type { StoredFile } from "../../src/chat/rules/working-set.ts"
import type { UserId } from "../../src/contract/values.ts"
import { newFileId, user } from "../support/ids.ts"
import { granted, joining, type OpenStore, refused, roomWith, sending } from "./store-suite.ts"

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const [ann, bob] = [user("ann"), user("bob")]

/** What every store promises of files. It is opened with the address http://here.example. */
export function filesSuite(name: string, open: () => Promise<OpenStore>) {
  describe(name, () => {
    test("[FILE2] a message has its files in the sender's order, and their first address where it says nothing", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const [bed, plan] = [picture("Beet.png"), paper("a b.pdf")]
      for (const file of [bed, plan]) await add(opened, file)
      const sent = { ...sending(roomId, ""), files: [{ id: bed.id, alt: "Beans" }, named(plan)] }

      const { message } = await granted(opened, sent)
      expect(message).toMatchObject({ type: "image", content: `http://here.example/files/${bed.id}/Beet.png` })
      expect(message.files).toEqual([
        {
          id: bed.id,
          name: "Beet.png",
          mimeType: "image/png",
          bytes: 9,
          width: 4,
          height: 3,
          alt: "Beans",
          url: `/files/${bed.id}/Beet.png`,
          thumbnailUrl: `/files/${bed.id}/thumbnail/800.webp`,
        },
        { id: plan.id, name: "a b.pdf", mimeType: "application/pdf", bytes: 7, url: `/files/${plan.id}/a%20b.pdf` },
      ])
      const { page } = await granted(opened, joining(roomId))
      expect(page.messages).toEqual([message])
      expect((await granted(opened, { ...sent, chosen: true })).message).toEqual(message)
    })

    test("[FILE2] a text stays the text, and a file that is no picture makes no image", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const [bed, plan] = [picture("1.png"), paper("2.pdf")]
      for (const file of [bed, plan]) await add(opened, file)
      const { message: said } = await granted(opened, { ...sending(roomId, "Look"), files: [named(bed)] })
      expect(said).toMatchObject({ type: "text", content: "Look", files: [{ id: bed.id }] })
      const { message: shown } = await granted(opened, { ...sending(roomId, " "), type: "image", files: [named(plan)] })
      expect(shown).toMatchObject({ type: "text", content: `http://here.example/files/${plan.id}/2.pdf` })
    })

    test("[EDIT1] pictures that are given a text are a text with pictures, also when read again", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const bed = picture("1.png")
      await add(opened, bed)
      const { message } = await granted(opened, { ...sending(roomId, ""), files: [named(bed)] })
      expect(message.type).toBe("image")
      const edit = { kind: "edit", roomId, userId: ann, id: message.id, content: "The bed", at: noon } as const
      const { message: edited } = await granted(opened, edit)
      expect(edited).toMatchObject({ type: "text", content: "The bed", files: message.files as never })
      expect((await granted(opened, joining(roomId))).page.messages).toEqual([edited])
      const path = picture("2.png")
      await add(opened, path)
      for (const files of [undefined, [named(path)]]) {
        const address = { ...sending(roomId, "https://example.com/a.png"), type: "image", files } as const
        const { message: shown } = await granted(opened, address)
        expect(await refused(opened, { ...edit, id: shown.id })).toBe("ERR_FORBIDDEN")
      }
    })

    test("[FILE2] a file goes into one message, and only its owner's", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const [mine, theirs, anybodys] = [picture("1.png"), picture("2.png"), picture("3.png")]
      await add(opened, mine, ann)
      await add(opened, theirs, bob)
      await add(opened, anybodys, null)
      const send = (...files: StoredFile[]) => ({ ...sending(roomId, "hi"), files: files.map(named) })

      expect(await refused(opened, send(theirs))).toBe("ERR_NOT_FOUND")
      expect(await refused(opened, send(picture("none.png")))).toBe("ERR_NOT_FOUND")
      expect(await refused(opened, send(mine, theirs))).toBe("ERR_NOT_FOUND")
      expect(await refused(opened, send(mine, mine))).toBe("ERR_CONFLICT")
      expect((await granted(opened, send(mine, anybodys))).message.seq).toBe(1)
      expect(await refused(opened, send(mine))).toBe("ERR_CONFLICT")
      // Two that are under way together: the first has it.
      const late = picture("4.png")
      await add(opened, late)
      const outcomes = await Promise.all(
        [send(late), send(late)].map((one) => refused(opened, one).catch(() => "sent")),
      )
      expect(outcomes).toEqual(["sent", "ERR_CONFLICT"])
    })

    test("[FILE3] a message that is deleted lets go of its files at once, for good", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const [one, two] = [picture("1.png"), picture("2.png")]
      for (const file of [one, two]) await add(opened, file)
      const { message } = await granted(opened, { ...sending(roomId, "hi"), files: [named(one), named(two)] })
      await granted(opened, { kind: "delete", roomId, userId: ann, id: message.id, at: noon })
      expect(await refused(opened, { kind: "findFile", id: one.id })).toBe("ERR_NOT_FOUND")
      const loose = await granted(opened, { kind: "looseFiles", before: noon - 1, limit: 10 })
      expect([...loose].sort()).toEqual([one.id, two.id].sort())
      expect((await granted(opened, { kind: "removeFiles", ids: loose, before: noon - 1 })).length).toBe(2)
    })

    test("[FILE3] a file is found once a message holds it", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const file = picture("1.png")
      expect(await refused(opened, { kind: "findFile", id: file.id })).toBe("ERR_NOT_FOUND")
      await add(opened, file)
      expect(await refused(opened, { kind: "findFile", id: file.id })).toBe("ERR_NOT_FOUND")
      await granted(opened, { ...sending(roomId, ""), files: [named(file)] })
      expect(await granted(opened, { kind: "findFile", id: file.id })).toEqual({ file, sha256: hashOf(file) })
    })

    test("[USER2] a profile holds the picture that its address names, until it has another", async () => {
      await using opened = await open()
      await roomWith(opened, 0)
      const [one, two] = [picture("1.png"), picture("2.png")]
      for (const file of [one, two]) await add(opened, file)
      await granted(opened, showing(one))
      expect(await granted(opened, { kind: "findFile", id: one.id })).toEqual({ file: one, sha256: hashOf(one) })
      expect(await loose(opened)).toEqual([two.id])
      // It may be sent as it is again, and what one shows is nothing that one can send.
      await granted(opened, { ...showing(one), username: "Ann-Marie" })
      const roomId = await roomWith(opened, 0)
      expect(await refused(opened, { ...sending(roomId, ""), files: [named(one)] })).toBe("ERR_CONFLICT")

      await granted(opened, showing(two))
      expect(await refused(opened, { kind: "findFile", id: one.id })).toBe("ERR_NOT_FOUND")
      expect(await loose(opened)).toEqual([one.id])
      expect((await granted(opened, { kind: "removeFiles", ids: [one.id, two.id], before: noon + 1 })).length).toBe(1)
      await granted(opened, { kind: "updateProfile", userId: ann, username: undefined, avatar: null, at: noon })
      expect(await loose(opened)).toEqual([two.id])
    })

    test("[USER2] the picture of a join is held like that of a profile, also when it changes to and fro", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const [one, two] = [picture("1.png"), picture("2.png")]
      for (const file of [one, two]) await add(opened, file, null)
      await granted(opened, { ...joining(roomId), userId: bob, username: "Bob", avatar: addressOf(one) })
      expect(await loose(opened)).toEqual([two.id])
      const changes = [two, one, two, one].map((file) => granted(opened, { ...showing(file), userId: bob }))
      await Promise.all(changes)
      expect(await loose(opened)).toEqual([two.id])
      expect((await granted(opened, { kind: "findFile", id: one.id })).file).toEqual(one)
    })

    test("[USER2] nobody holds what is somebody else's, no picture, or a message's; the address is kept as it is", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const [theirs, plan, sent] = [picture("1.png"), paper("2.pdf"), picture("3.png")]
      await add(opened, theirs, bob)
      await add(opened, plan)
      await add(opened, sent)
      const { message } = await granted(opened, { ...sending(roomId, ""), files: [named(sent)] })
      for (const file of [theirs, plan, sent, picture("none.png")]) {
        const { member } = await granted(opened, showing(file))
        expect(member.avatar).toBe(addressOf(file))
        expect([...(await loose(opened))].sort()).toEqual([theirs.id, plan.id].sort())
      }
      await granted(opened, showing(sent))
      await granted(opened, { kind: "delete", roomId, userId: ann, id: message.id, at: noon })
      expect(await refused(opened, { kind: "findFile", id: sent.id })).toBe("ERR_NOT_FOUND")
    })

    test("[FILE1] what is loose for long is removed, unless a message took it meanwhile; bytes are in use while a file has them", async () => {
      await using opened = await open()
      const roomId = await roomWith(opened, 0)
      const [old, young, taken] = [picture("1.png"), picture("2.png"), picture("3.png")]
      await add(opened, old, ann, noon)
      await add(opened, taken, ann, noon + 1)
      await add(opened, young, ann, noon + 2)
      const before = noon + 2
      const found = await granted(opened, { kind: "looseFiles", before, limit: 10 })
      expect(found).toEqual([old.id, taken.id])
      expect(await granted(opened, { kind: "looseFiles", before, limit: 1 })).toEqual([old.id])

      await granted(opened, { ...sending(roomId, ""), files: [named(taken)] })
      const removed = await granted(opened, { kind: "removeFiles", ids: [...found, young.id], before })
      expect(removed).toEqual([{ file: old, sha256: hashOf(old) }])
      expect(await granted(opened, { kind: "removeFiles", ids: found, before })).toEqual([])
      const hashes = [old, young, taken].map(hashOf)
      const used = await granted(opened, { kind: "hashesInUse", hashes })
      expect([...used].sort()).toEqual([young, taken].map(hashOf).sort())
      expect(await refused(opened, { ...sending(roomId, ""), files: [named(old)] })).toBe("ERR_NOT_FOUND")
    })
  })
}

export function picture(name: string): StoredFile {
  return { id: newFileId(), name, mimeType: "image/png", bytes: 9, width: 4, height: 3, hasThumbnail: true }
}

function paper(name: string): StoredFile {
  return { id: newFileId(), name, mimeType: "application/pdf", bytes: 7, hasThumbnail: false }
}

function addressOf({ id, name }: StoredFile): string {
  return `http://here.example/files/${id}/${name}`
}

function showing(file: StoredFile) {
  return { kind: "updateProfile", userId: ann, username: undefined, avatar: addressOf(file), at: noon } as const
}

function loose(opened: OpenStore) {
  return granted(opened, { kind: "looseFiles", before: noon + 1, limit: 10 })
}

function named({ id }: StoredFile) {
  return { id, alt: undefined }
}

export function hashOf({ id }: StoredFile): string {
  return new Bun.CryptoHasher("sha256").update(id).digest("hex")
}

export function add(opened: OpenStore, file: StoredFile, ownerId: UserId | null = ann, at = noon) {
  return granted(opened, { kind: "addFile", file, sha256: hashOf(file), ownerId, at })
}
