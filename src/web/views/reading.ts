/** What messages are drawn with that are more than a plain sentence. It is loaded beside the connection. */
export { Quote } from "./quote.tsx"
export { Reactions } from "./reactions.tsx"
export { RichProse } from "./rich-prose.tsx"
