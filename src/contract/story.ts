/** Who and what the examples are about: one story, in which Ann and Bob share a room. */
export const roomId = "6f9fa2f1-6c9b-4f0e-9c1b-0d6b8c3a5e21"
export const messageId = "0199c0de-7a3b-7c51-8f2e-4b6d9e1f3a07"
export const fileId = "dGhlIGdhcmRlbiBpbiBNYQ"
export const epoch = "7GxkR2mZ9qT0vYc4"

export const sessionId = "5e5510de-4f52-4c1f-9d3a-0c6e7b1f2a90"
export const inviteId = "1a7e0de0-9b1c-4a57-8e44-7d2f6c3b5a18"
export const passkeyId = "9a55c0de-3c1d-4e2b-8f60-1b7d5a9c4e13"
export const exampleUrl = "https://chat.example.com/#code=q83vEjRWeJASNFZ4mrze8A"

export const ann = "ann"
export const bob = "b0b5c0de-0000-4000-8000-000000000b0b"
export const annsAvatar = "https://example.com/ann.png"
export const annHere = { userId: ann, username: "Ann", avatar: annsAvatar }
export const bobHere = { userId: bob, username: "Bob", avatar: null }

export const room = {
  id: roomId,
  name: "Garden party",
  topic: "Saturday at four, behind the old mill",
  visibility: "public" as const,
  createdAt: "2026-01-31T12:00:00.000Z",
}
export const directRoom = {
  id: "b1c0de00-2f4a-4d7c-8e61-93a5c7d0f2b8",
  name: "Direct",
  topic: "",
  visibility: "direct" as const,
  createdAt: room.createdAt,
}
export const message = {
  id: messageId,
  roomId,
  seq: 42,
  rev: 42,
  type: "text" as const,
  content: "Who brings the lemonade?",
  userId: ann,
  user: { username: "Ann", avatar: annsAvatar },
  createdAt: "2026-01-31T12:34:56.789Z",
}

export const changed = {
  edited: {
    ...message,
    rev: 43,
    content: "Who brings the lemonade? I have ice.",
    editedAt: "2026-01-31T12:35:20.004Z",
  },
  deleted: { ...message, rev: 44, content: "", deletedAt: "2026-01-31T12:36:01.250Z" },
  reacted: { ...message, rev: 45, reactions: [{ emoji: "👍", count: 2, userIds: [bob, ann] }] },
  reactedByMe: {
    ...message,
    rev: 45,
    reactions: [{ emoji: "👍", count: 2, userIds: [bob, ann], isMine: true as const }],
  },
}

/** What the server itself would write: a place in a list, in base64url. */
export const roomsCursor = "MTc2OTg2Mjg5Njc4OS42ZjlmYTJmMS02YzliLTRmMGUtOWMxYi0wZDZiOGMzYTVlMjE"
export const membersCursor = "MjAw"
export const namesCursor = "MTcuNTA"
export const hitsCursor = "MjA3OTM2NTQ4Nzg5NjU3NjA"
export const myRoomsCursor = "MTc"
export const usersCursor = "NDI"
