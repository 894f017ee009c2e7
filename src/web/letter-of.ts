/**
 * Which key of a shortcut was pressed. A keyboard of another script, as the Arabic one, has no Latin letters: there it is
 * the key that stands where a Latin keyboard has it, as in every program.
 */
export function letterOf({ key, code }: { readonly key: string; readonly code: string }): string {
  const isLatin = /^[ -~]/.test(key)
  if (isLatin) return key.toLowerCase()
  return code === "Slash" ? "/" : (/^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? key)
}
