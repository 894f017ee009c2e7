/** ↑ and ↓ go through a field and the results below it. */
export function goThrough(event: KeyboardEvent, stops: readonly HTMLElement[]): void {
  const by = ({ ArrowDown: 1, ArrowUp: -1 } as const)[event.key]
  const isPlain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.isComposing)
  const at = stops.indexOf(event.target as HTMLElement)
  const next = by && isPlain && at !== -1 ? stops[at + by] : undefined
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}

export const stopsAt = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)]
