/**
 * What is drawn once the server has answered: messages that are more than a plain sentence, the ways to what is new,
 * and rooms one is not in. It is loaded beside the connection.
 */
export { OtherRooms } from "./other-rooms.tsx"
export { Picture } from "./picture.tsx"
export { Quote } from "./quote.tsx"
export { Reactions } from "./reactions.tsx"
export { RichProse } from "./rich-prose.tsx"
export { ToFirstNew, ToLatest } from "./ways.tsx"
