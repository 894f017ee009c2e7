/** All emoji, to put one on a message. */
import { type Deed, toggleReaction } from "./deeds.ts"
import { EmojiPicker } from "./emoji-picker.tsx"

export function ReactPicker({ deed, onClose }: { readonly deed: Deed; readonly onClose: () => void }) {
  return <EmojiPicker onClose={onClose} onTaken={(emoji) => toggleReaction(deed, emoji)} />
}
