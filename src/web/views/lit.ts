/** A person who was searched for, highlighted in the panel of that room. */
import { signal } from "@preact/signals"

export const lit = signal<{ readonly roomId: string; readonly userId: string } | undefined>(undefined)
