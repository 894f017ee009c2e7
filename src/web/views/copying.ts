/** For a button that copies, and says for a moment that it did. */
import { useState } from "preact/hooks"

const saidMs = 2_000

/** `copy` resolves to whether it copied. */
export function useCopying(copy: () => Promise<boolean>): readonly [isCopied: boolean, onClick: () => Promise<void>] {
  const [isCopied, setCopied] = useState(false)
  const onClick = async () => {
    if (!(await copy())) return
    setCopied(true)
    setTimeout(() => setCopied(false), saidMs)
  }
  return [isCopied, onClick]
}
