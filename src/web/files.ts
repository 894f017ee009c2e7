/** Nothing can be uploaded yet: a file that is dropped or pasted is refused in a sentence. */
import { type ReadonlySignal, signal } from "@preact/signals-core"

const refused = signal(false)

/** Whether somebody tried, and was not told yet. */
export const isFileRefused: ReadonlySignal<boolean> = refused

export function refuseFiles(): void {
  refused.value = true
}

/** They went on. */
export function forgetFiles(): void {
  refused.value = false
}
