/** Views that need the table of all emoji, which is larger than the rest of the page. */
export { EmojiCompletion } from "./emoji-completion.tsx"
export { EmojiPicker } from "./emoji-picker.tsx"
export { ReactPicker } from "./react-picker.tsx"
