/**
 * What is drawn once the server has answered: formatted messages, buttons to new messages, who is online or typing,
 * invitations, and rooms one is not in. It is loaded beside the connection.
 */
export { readOf } from "../markdown/read.ts"
export { CopyLink } from "./copy-link.tsx"
export { Inviting } from "./inviting.tsx"
export { NoticeLine } from "./notice-line.tsx"
export { OnlineCount, PresenceDot, PresenceWord } from "./online.tsx"
export { OtherRooms } from "./other-rooms.tsx"
export { Picture } from "./picture.tsx"
export { Quote } from "./quote.tsx"
export { Reactions } from "./reactions.tsx"
export { HitLine, LastLine, ReadLine } from "./read-line.tsx"
export { Refusal } from "./refusal.tsx"
export { RichProse } from "./rich-prose.tsx"
export { TypingLine } from "./typing-line.tsx"
export { ToFirstNew, ToLatest } from "./ways.tsx"
