/**
 * What is drawn once the server has answered: messages that are more than a plain sentence, the ways to what is new,
 * who is online or writing, how others come in, and rooms one is not in. It is loaded beside the connection.
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
