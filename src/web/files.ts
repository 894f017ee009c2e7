/**
 * Files between what somebody drops, pastes or picks and the message that takes them along.
 * What uploads them is loaded when there is one; here is what the composer must know at once.
 */
import { type ReadonlySignal, signal } from "@preact/signals-core"
import type { SharedFile } from "./core/wire.ts"

/** What a room's next message takes along. */
export interface Attachment {
  /** It has arrived at the server, or will. */
  readonly isReady: boolean
  /** With a text, or without. */
  readonly send: (content: string) => void
}

const offered = signal<readonly File[]>([])
/** Of a message that was not sent: the server has them, or they were on their way there. Until whoever takes them has found them. */
export const returned = signal<readonly SharedFile[]>([])
const attachments = signal<ReadonlyMap<string, Attachment>>(new Map())

/** Whether somebody offered files that nobody has taken yet. */
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
