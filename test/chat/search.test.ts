/** What is told of what a search found: everything changed while the index was looking. */
import { expect, test } from "bun:test"
import type { FoundHits, Searcher } from "../../src/chat/searcher.ts"
import { Session } from "../../src/chat/session.ts"
import type { Message } from "../../src/contract/messages.ts"
import type { RoomId } from "../../src/contract/values.ts"
import { showing } from "../../src/search/matches.ts"
import { Conversation } from "./conversation.ts"

type Say = (content: string, payload?: object) => Promise<Message>

/** A room of two people, and a search whose index reads everything before `meanwhile` happens. */
async function searched(
  say: (say: Say) => Promise<readonly Message[]>,
  meanwhile: (chat: Conversation, ann: Session, roomId: RoomId, messages: readonly Message[]) => Promise<unknown>,
) {
  let found: FoundHits = { hits: [], revs: new Map(), next: undefined }
  let happen = async (): Promise<unknown> => undefined
  const searcher: Searcher = { showing, find: (_, settle) => void happen().then(() => settle(found)) }
  const chat = new Conversation({ searcher })
  const [ann, bob] = [new Session("ann's"), new Session("bob's")]
  const roomId = await chat.newRoom(ann)
  await chat.join(ann, roomId, "ann")
  await chat.join(bob, roomId, "bob")
  const messages = await say(async (content, payload) => {
    return (await chat.ask("send_message", ann, { roomId, userId: "ann", content, ...payload })).answer.message
  })
  const hits = messages.map((message) => ({ message, roomName: "Garden", excerpt: message.content, matches: [] }))
  found = { hits, revs: new Map([[roomId, Math.max(...messages.map(({ rev }) => rev))]]), next: undefined }
  happen = () => meanwhile(chat, ann, roomId, messages)
  const { answer } = await chat.ask("search_messages", bob, { query: "pie", userId: "bob" })
  return { told: answer.hits.map(({ message, excerpt }) => [message.content, excerpt]), answer, messages }
}

const both = async (say: Say) => [await say("apple pie"), await say("plum pie")]

test("[FIND1] what nothing happened to is told as the index read it, whatever came behind it", async () => {
  const { answer, messages } = await searched(both, async (chat, ann, roomId) => {
    const later = await chat.ask("send_message", ann, { roomId, userId: "ann", content: "later" })
    await chat.ask("edit_message", ann, { roomId, userId: "ann", id: later.answer.message.id, content: "later on" })
  })
  expect(answer.hits.map(({ message }) => message)).toEqual([...messages])
  expect(answer.hits.every(({ matches }) => matches.length === 0)).toBe(true)
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

test("[FIND1] nothing is told of a room that is gone since", async () => {
  const { told } = await searched(both, async (chat, _, roomId) => {
    const deleted = { kind: "deleteRoom", roomId, userId: "founder", isAdmin: true, at: 0 }
    expect(await chat.stored(deleted as never)).not.toBeInstanceOf(Error)
  })
  expect(told).toEqual([])
})
