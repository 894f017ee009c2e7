/** The code of an opened link: it is used when the person agrees. */
import { signal } from "@preact/signals"

export const offeredCode = signal<string | undefined>(undefined)
