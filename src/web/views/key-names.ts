/** The names of keys on this machine. */
import { texts } from "../texts/texts.ts"

const isApple = /Mac|iPhone|iPad/.test(navigator.platform)

export function keyNames() {
  const names = texts().keys
  return isApple ? { ...names, control: "⌘", alt: "⌥", shift: "⇧" } : names
}
