/**
 * Files from when somebody drops, pastes or picks them to the message that carries them.
 * The uploading code is loaded with the first file; here is what the composer must know at
 * once.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import type { SharedFile } from "./core/wire.ts"

/** The files of a room's next message. */
export interface Attachment {
  /** Whether all have arrived at the server, or will. */
  readonly isReady: boolean
  /** With a text, or without. */
  readonly send: (content: string) => void
}

const offered = signal<readonly File[]>([])
/** Files of an unsent message: on the server, or on their way there. Until the composer has taken them. */
export const returned = signal<readonly SharedFile[]>([])
const attachments = signal<ReadonlyMap<string, Attachment>>(new Map())

/** Whether there are offered files that nobody has taken yet. */
export const hasOffered = (): boolean => offered.value.length > 0 || returned.value.length > 0

export function offerFiles(files: Iterable<File>): void {
  offered.value = [...offered.value, ...files]
}

export function takeOffered(): readonly File[] {
  const taken = offered.value
  offered.value = []
  return taken
}

/** By the ids of their rooms. */
export const attached: ReadonlySignal<ReadonlyMap<string, Attachment>> = attachments

export function attach(roomId: string, attachment: Attachment | undefined): void {
  const all = new Map(attachments.value)
  if (attachment === undefined) all.delete(roomId)
  else all.set(roomId, attachment)
  attachments.value = all
}
