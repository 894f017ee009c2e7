/** Keeps dropped files and links from replacing the page, as browsers do by default. */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core"
import { offerFiles } from "./files.ts"

declare global {
  interface Window {
    /** Until this is loaded, `before-paint.js` does it. */
    readonly dropped?: readonly File[]
  }
}

type Take = (files: readonly File[]) => void

const held = signal(false)
const catcher = signal<Take | undefined>(undefined)

/** Whether somebody holds files over the page. */
export const isHeldOver: ReadonlySignal<boolean> = held
/** Whether the files are for something other than a message. */
export const isCaught: ReadonlySignal<boolean> = computed(() => catcher.value !== undefined)

/** While files are held over the page, browsers report it more often than this; not all report when they leave. */
const heldMs = 1_000

export function keepPage(): void {
  window.ondragover = window.ondrop = null
  offerFiles(window.dropped ?? [])
  let timer = 0
  const hold = (isHeld: boolean) => {
    held.value = isHeld
    clearTimeout(timer)
    if (isHeld) timer = window.setTimeout(() => hold(false), heldMs)
  }
  addEventListener("dragover", (event) => {
    if (!isOurs(event)) return
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = hasFiles(event) ? "copy" : "none"
    hold(hasFiles(event))
  })
  addEventListener("dragleave", ({ relatedTarget }) => relatedTarget === null && hold(false))
  addEventListener("drop", (event) => {
    hold(false)
    if (!isOurs(event)) return
    event.preventDefault()
    take(event.dataTransfer?.files ?? [])
  })
  addEventListener("paste", ({ clipboardData }) => {
    // Word processors add a picture of the text.
    const isText = clipboardData?.types.includes("text/plain")
    if (!isText) take(clipboardData?.files ?? [])
  })
}

/** Something other than the composer receives what is dropped or pasted. Returns how to end that. */
export function catchFiles(take: Take): () => void {
  catcher.value = take
  return () => {
    catcher.value = undefined
  }
}

function take(files: Iterable<File>): void {
  if (catcher.value) catcher.value([...files])
  else offerFiles(files)
}

/** Fields handle text themselves. */
function isOurs(event: DragEvent): boolean {
  return hasFiles(event) || !(event.target instanceof Element && event.target.closest("input, textarea"))
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false
