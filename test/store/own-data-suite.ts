import { describe, expect, test } from "bun:test"
import * as v from "valibot"
import { ownThings } from "../../src/chat/own-data.ts"
import { OwnThing } from "../../src/contract/own-data.ts"
import type { UserId } from "../../src/contract/values.ts"
import { newFileId, user } from "../support/ids.ts"
import { enter } from "./members-suite.ts"
import { granted, newRoom, type OpenStore, sending } from "./store-suite.ts"

const noon = Date.parse("2026-01-31T12:00:00.000Z")
const noonText = "2026-01-31T12:00:00.000Z"
const [ann, bob] = [user("ann"), user("bob")]

/** What every store gives of one person's own. */
export function ownDataSuite(name: string, open: () => Promise<OpenStore>) {
  describe(name, () => {
    test("[ACC10] rooms, messages as they are now, reactions and files are one's own, and nobody else's", async () => {
      await using opened = await open()
      const [one, other] = [await newRoom(opened), await newRoom(opened)]
      for (const [roomId, who] of [
        [one, ann],
        [one, bob],
        [other, bob],
      ] as const)
        await enter(opened, roomId, who)
      const file = { id: newFileId(), name: "plan.pdf", mimeType: "application/pdf", bytes: 7, hasThumbnail: false }
      await granted(opened, { kind: "addFile", file, sha256: "a".repeat(64), ownerId: bob, at: noon })
      const loose = { ...file, id: newFileId(), name: "loose.pdf" }
      await granted(opened, { kind: "addFile", file: loose, sha256: "a".repeat(64), ownerId: bob, at: noon })
      const theirs = { ...file, id: newFileId(), name: "theirs.pdf" }
      await granted(opened, { kind: "addFile", file: theirs, sha256: "a".repeat(64), ownerId: ann, at: noon })
      const { message: hers } = await granted(opened, sending(one, "What Ann wrote"))
      const own = {
        ...sending(one, "See @Ann"),
        userId: bob,
        replyTo: hers.id,
        mentions: [ann],
        files: [{ id: file.id, alt: undefined }],
      }
      const { message } = await granted(opened, own)
      const { message: gone } = await granted(opened, { ...sending(one, "A secret"), userId: bob })
      await granted(opened, {
        kind: "edit",
        roomId: one,
        userId: bob,
        id: message.id,
        content: "See that",
        mentions: [ann],
        at: noon + 1,
      })
      await granted(opened, { kind: "delete", roomId: one, userId: bob, id: gone.id, at: noon + 2 })
      for (const userId of [ann, bob])
        await granted(opened, { kind: "react", roomId: one, userId, id: hers.id, emoji: "🎉", isOn: true, at: noon })

      const things = await thingsOf(opened, bob)
      const common = { roomId: one, type: "text", createdAt: noonText } as const
      const room = {
        kind: "room",
        name: "General",
        topic: "",
        visibility: "unlisted",
        role: "member",
        joinedAt: noonText,
      }
      const told = { kind: "file", mimeType: "application/pdf", bytes: 7 }
      expect(things).toEqual([
        { kind: "profile", userId: bob, username: "bob", avatar: null },
        { ...room, roomId: one },
        { ...room, roomId: other },
        {
          ...common,
          kind: "message",
          id: message.id,
          seq: 2,
          content: "See that",
          editedAt: new Date(noon + 1).toISOString(),
          replyToSeq: 1,
          mentions: [ann],
          fileIds: [file.id],
        },
        { ...common, kind: "message", id: gone.id, seq: 3, content: "", deletedAt: new Date(noon + 2).toISOString() },
        { kind: "reaction", roomId: one, messageId: hers.id, emoji: "🎉" },
        { ...told, id: file.id, name: "plan.pdf", url: `/files/${file.id}/plan.pdf` },
        { ...told, id: loose.id, name: "loose.pdf" },
      ] as never)
      for (const thing of things) v.parse(OwnThing, thing)
    })

    test("[ACC10] what was written in a room that one has left is there, and in one that was deleted is not", async () => {
      await using opened = await open()
      const [left, deleted] = [await newRoom(opened), await newRoom(opened)]
      for (const roomId of [left, deleted]) {
        await enter(opened, roomId, bob)
        const mine = { ...sending(roomId, "mine"), userId: bob, mentionsRoom: true }
        const { id } = (await granted(opened, mine)).message
        await granted(opened, { kind: "react", roomId, userId: bob, id, emoji: "🎉", isOn: true, at: noon })
      }
      await granted(opened, { kind: "leaveForGood", roomId: left, userId: bob })
      await granted(opened, { kind: "deleteRoom", roomId: deleted, userId: ann, at: noon })
      const things = await thingsOf(opened, bob)
      expect(things.filter(({ kind }) => kind === "room")).toEqual([])
      const messages = things.filter(({ kind }) => kind === "message")
      expect(messages).toMatchObject([{ roomId: left, content: "mine", mentionsRoom: true }])
      expect(messages[0]).not.toHaveProperty("fileIds")
      expect(things.filter(({ kind }) => kind === "reaction")).toMatchObject([{ roomId: left, emoji: "🎉" }])
    })

    test("[ACC10] more than one step holds comes whole and once, among the messages of others", async () => {
      await using opened = await open()
      const roomId = await newRoom(opened)
      await enter(opened, roomId, ann)
      await enter(opened, roomId, bob)
      const written = Array.from({ length: 250 }, (_, index) => `message ${index}`)
      await Promise.all(
        written.flatMap((content) => [
          granted(opened, { ...sending(roomId, content), userId: bob }),
          granted(opened, sending(roomId, "another's")),
        ]),
      )
      const things = await thingsOf(opened, bob)
      expect(things.flatMap((thing) => (thing.kind === "message" ? [thing.content] : []))).toEqual(written)
    })
  })
}

async function thingsOf({ store }: OpenStore, userId: UserId): Promise<OwnThing[]> {
  return (await Array.fromAsync(ownThings(store, userId))).flat()
}
