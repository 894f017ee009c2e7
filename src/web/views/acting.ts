/**
 * The message that one is about to act on: the one under the mouse, else the one with the keyboard focus. The code that
 * finds it is loaded later.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"

/** By the keys of the rows. */
export const hovered = signal<string | undefined>(undefined)
export const withKeyboard = signal<string | undefined>(undefined)

export const acting: ReadonlySignal<string | undefined> = computed(() => hovered.value ?? withKeyboard.value)
