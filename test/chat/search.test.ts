/** What is told of what a search found: everything changed while the index was looking. */
import { expect, test } from "bun:test"
import { writeCursor } from "../../src/chat/cursor.ts"
import type { Searcher } from "../../src/chat/searcher.ts"
import { Session } from "../../src/chat/session.ts"
import type { Message } from "../../src/contract/messages.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { readHits } from "../../src/search/hits.ts"
import { showing } from "../../src/search/matches.ts"
import type { Told } from "../../src/store/feed.ts"
import { user } from "../support/ids.ts"
import { Conversation } from "./conversation.ts"

type Say = (content: string, payload?: object) => Promise<Message>

/** A room of two people, and a search whose index reads everything before `meanwhile` happens. */
async function searched(
  say: (say: Say, chat: Conversation, roomId: RoomId) => Promise<readonly Message[]>,
  meanwhile: (chat: Conversation, ann: Session, roomId: RoomId, messages: readonly Message[]) => Promise<unknown>,
  userId = "bob",
) {
  let read: Told = { messages: [], revs: new Map() }
  let happen = async (): Promise<unknown> => undefined
  const searcher: Searcher = {
    showing,
    find: async (wanted, settle) => {
      const found = { messages: read.messages.map(({ message }) => message), next: 12 }
      const hits = await readHits({ told: async () => read }, found, wanted)
      await happen()
      settle(hits)
    },
  }
  const chat = new Conversation({ searcher })
  const [ann, bob] = [new Session("ann's"), new Session("bob's")]
  const roomId = await chat.newRoom(ann)
  await chat.join(ann, roomId, "ann")
  await chat.join(bob, roomId, "bob")
  const messages = await say(
    async (content, payload) => {
      return (await chat.ask("send_message", ann, { roomId, userId: "ann", content, ...payload })).answer.message
    },
    chat,
    roomId,
  )
  read = {
    messages: messages.map((message) => ({ message, roomName: "Garden as it was" })),
    revs: new Map([[roomId, Math.max(...messages.map(({ rev }) => rev))]]),
  }
  happen = () => meanwhile(chat, ann, roomId, messages)
  const { answer } = await chat.ask("search_messages", bob, { query: "pie", userId })
  expect(answer.cursor).toBe(writeCursor(12))
  return { told: answer.hits.map(({ message, excerpt }) => [message.content, excerpt]), answer, messages }
}

const both = async (say: Say) => [await say("apple pie"), await say("plum pie")]

test("[FIND1] what nothing happened to is told as the index read it, whatever came behind it", async () => {
  const { answer, messages } = await searched(both, async (chat, ann, roomId) => {
    const later = await chat.ask("send_message", ann, { roomId, userId: "ann", content: "later" })
    await chat.ask("edit_message", ann, { roomId, userId: "ann", id: later.answer.message.id, content: "later on" })
  })
  expect(answer.hits.map(({ message }) => message)).toEqual([...messages])
  expect(answer.hits.map(({ roomName }) => roomName)).toEqual(["Garden as it was", "Garden as it was"])
})

test("[FIND2] what was deleted, or has other words, once the index had read it is not told", async () => {
  const gone = await searched(both, (chat, ann, roomId, [apple]) =>
    chat.ask("delete_message", ann, { roomId, userId: "ann", id: apple!.id }),
  )
  expect(gone.told).toEqual([["plum pie", "plum pie"]])
  const edited = await searched(both, async (chat, ann, roomId, [apple, plum]) => {
    await chat.ask("edit_message", ann, { roomId, userId: "ann", id: apple!.id, content: "apple tart" })
    await chat.ask("edit_message", ann, { roomId, userId: "ann", id: plum!.id, content: "one more pie" })
  })
  expect(edited.told).toEqual([["one more pie", "one more pie"]])
})

test("[FIND2] nor is the beginning of what a message answers, once that is deleted", async () => {
  const { answer } = await searched(
    async (say) => {
      const original = await say("a secret")
      return [await say("pie?", { replyTo: original.id })]
    },
    (chat, ann, roomId, [reply]) => chat.ask("delete_message", ann, { roomId, userId: "ann", id: reply!.replyTo!.id }),
  )
  expect(answer.hits[0]?.message.replyTo).toMatchObject({ excerpt: "", isDeleted: true })
  expect(JSON.stringify(answer)).not.toContain("secret")
})

test("[MSG2] [FIND1] who is not among the ten that are named is told in hits what is theirs, and others nothing of theirs", async () => {
  const crowd = Array.from({ length: 11 }, (_, i) => `u${i}`)
  const asking = async (...reactors: readonly string[]) => {
    const { answer } = await searched(
      async (say, chat, roomId) => {
        const { id } = await say("pie for all")
        for (const name of reactors) {
          const session = new Session(name)
          await chat.join(session, roomId, name)
          await chat.ask("react", session, { roomId, userId: name, id, emoji: "👍", isOn: true })
        }
        return await latest(chat, roomId)
      },
      async () => undefined,
    )
    return answer.hits.map(({ message }) => message.reactions)
  }
  const named = { emoji: "👍", userIds: crowd.slice(0, 10).map((name) => user(name)) }
  expect(await asking(...crowd, "bob")).toEqual([[{ ...named, count: 12, isMine: true }]])
  expect(await asking(...crowd)).toEqual([[{ ...named, count: 11 }]])
  const few = { emoji: "👍", count: 2, userIds: [user("u0"), user("bob")], isMine: true as const }
  expect(await asking("u0", "bob")).toEqual([[few]])
})

test("[MSG2] who is somebody else in a room is told what is theirs there", async () => {
  const { answer } = await searched(
    async (say, chat, roomId) => {
      const { id } = await say("pie for all")
      const bob = new Session("bob's other")
      await chat.join(bob, roomId, "bob")
      await chat.ask("react", bob, { roomId, userId: "bob", id, emoji: "👍", isOn: true })
      return await latest(chat, roomId)
    },
    async () => undefined,
    "carol",
  )
  const { message, roomName } = answer.hits[0]!
  expect(roomName).toBe("Garden as it was")
  expect(message.reactions).toEqual([{ emoji: "👍", count: 1, userIds: [user("bob")], isMine: true }])
})

test("[FIND1] nothing is told of a room that is gone since", async () => {
  const { told } = await searched(both, async (chat, _, roomId) => {
    const deleted = { kind: "deleteRoom", roomId, userId: "founder", isAdmin: true, at: 0 }
    expect(await chat.stored(deleted as never)).not.toBeInstanceOf(Error)
  })
  expect(told).toEqual([])
})

/** As nobody in particular sees it. */
async function latest(chat: Conversation, roomId: RoomId): Promise<readonly Message[]> {
  const page = await chat.stored({ kind: "pageBefore", roomId, before: undefined, limit: 1 })
  if (page instanceof Error) throw page
  return page.messages
}
