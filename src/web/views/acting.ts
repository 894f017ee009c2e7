/**
 * Which message one is about to do something with: the one under the mouse, or else the one that the keyboard is in.
 * What finds that out is loaded later.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"

/** By the keys of their rows. */
export const hovered = signal<string | undefined>(undefined)
export const withKeyboard = signal<string | undefined>(undefined)

export const acting: ReadonlySignal<string | undefined> = computed(() => hovered.value ?? withKeyboard.value)
