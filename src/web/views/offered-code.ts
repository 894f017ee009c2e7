/** The code of a link that was opened: it is used when the person who opened it agrees. */
import { signal } from "@preact/signals"

export const offeredCode = signal<string | undefined>(undefined)
