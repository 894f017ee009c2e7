/** All emoji, to put one on a message. */

import { toggleReaction } from "./deeds.ts"
import { EmojiPicker } from "./emoji-picker.tsx"
import type { Deed } from "./overlay.ts"

export function ReactPicker({ deed, onClose }: { readonly deed: Deed; readonly onClose: () => void }) {
  return <EmojiPicker onClose={onClose} onTaken={(emoji) => toggleReaction(deed, emoji)} />
}
