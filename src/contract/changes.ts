/** What becomes of a message after it was sent: edits, deletions, reactions. */
import * as v from "valibot"
import { answer, event, type NamedObject, payload, request } from "./definition.ts"
import { Content, Message, mentioning } from "./messages.ts"
import { ann, bob, changed, messageId, roomId } from "./story.ts"
import { about, Emoji, MessageId, RoomId, UserId } from "./values.ts"

/** What was done to a message: the second argument of `message_updated`. */
export const MessageChange = v.object({
  change: about("What was done.", v.picklist(["edit", "delete", "react"])),
  userId: about("Who did it.", UserId),
  emoji: v.optional(
    about("The emoji of a reaction. Where one that was taken back is told late, it may be missing.", v.string()),
  ),
  isOn: v.optional(about("Whether it was put on or taken away.", v.boolean())),
})

const oneMessage = { roomId: RoomId, userId: UserId, id: MessageId }

const editMessage = request({
  summary: "Changes the text of one's own message.",
  description:
    "It may be repeated: the same text again changes nothing. An image cannot be edited. Mentions that are left out stay.",
  rules: ["EDIT1", "MENT1", "MSG3", "SEND2", "SEQ1"],
  rate: "message",
  errors: ["ERR_NOT_IN_ROOM", "ERR_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({ ...oneMessage, content: v.pipe(Content, v.description("The new text.")), ...mentioning }),
  examples: [{ roomId, userId: ann, id: messageId, content: "Who brings the lemonade? I have ice." }],
  mistakes: [
    { payload: { roomId, userId: ann, id: messageId }, field: "content" },
    { payload: { roomId, userId: ann, id: messageId, content: " " }, field: "content" },
    { payload: { roomId, userId: ann, content: "Hi" }, field: "id" },
  ],
  answer: answer({ message: Message }),
  answered: { ok: true, message: changed.edited },
})

const deleteMessage = request({
  summary: "Deletes a message for everybody.",
  description:
    "Its place stays, so that who was away learns of it; the text is gone. It may be repeated: what is deleted stays so.",
  rules: ["DEL1", "DEL2", "MSG3", "SEND2", "SEQ1"],
  rate: "message",
  errors: ["ERR_NOT_IN_ROOM", "ERR_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload(oneMessage),
  examples: [{ roomId, userId: ann, id: messageId }],
  mistakes: [
    { payload: { roomId, userId: ann }, field: "id" },
    { payload: { roomId, userId: ann, id: "42" }, field: "id" },
  ],
  answer: answer({ message: Message }),
  answered: { ok: true, message: changed.deleted },
})

const react = request({
  summary: "Puts an emoji on a message, or takes it away.",
  description: "It may be repeated: on when it is on changes nothing, nor does off when it is off.",
  rules: ["REACT1", "MSG2", "MSG3", "SEND2", "SEQ1"],
  rate: "message",
  errors: ["ERR_NOT_IN_ROOM", "ERR_NOT_FOUND", "ERR_FORBIDDEN", "ERR_STORAGE"],
  payload: payload({
    ...oneMessage,
    emoji: Emoji,
    isOn: about("Whether it is to be there.", v.boolean("must be true or false")),
  }),
  examples: [
    { roomId, userId: ann, id: messageId, emoji: "👍", isOn: true },
    { roomId, userId: ann, id: messageId, emoji: "👩🏽‍🚀", isOn: false },
  ],
  mistakes: [
    { payload: { roomId, userId: ann, id: messageId, emoji: "👍" }, field: "isOn" },
    { payload: { roomId, userId: ann, id: messageId, emoji: "+1", isOn: true }, field: "emoji" },
    { payload: { roomId, userId: ann, id: messageId, emoji: "👍👍", isOn: true }, field: "emoji" },
    { payload: { roomId, userId: ann, id: messageId, emoji: "❤", isOn: true }, field: "emoji" },
  ],
  answer: answer({ message: Message }),
  answered: { ok: true, message: changed.reactedByMe },
})

const messageUpdated = event({
  summary: "A message changed: put this one in its place.",
  description:
    "It comes in the order of `rev` like a new message, and counts like one. One that is deleted has `deletedAt`. " +
    "`isMine` is never in it: who reacted is in `change`.",
  rules: ["MSG2", "MSG3", "SEND2", "SEQ1"],
  args: v.tuple([Message, MessageChange]),
  names: ["message", "change"],
  example: [changed.reacted, { change: "react", userId: bob, emoji: "👍", isOn: true }],
})

export const requests = { edit_message: editMessage, delete_message: deleteMessage, react } as const

export const events = { message_updated: messageUpdated } as const

export const objects = {
  MessageChange: {
    schema: MessageChange,
    about: "What was done to a message: the second argument of `message_updated`.",
  },
} as const satisfies Record<string, NamedObject>

export type MessageChange = v.InferOutput<typeof MessageChange>
