/** Nothing that is dropped takes the page away, as browsers do with files and links. */
import { offerFiles } from "./files.ts"

declare global {
  interface Window {
    /** Before this was loaded, by `before-paint.js`. */
    readonly dropped?: readonly File[]
  }
}

export function keepPage(): void {
  window.ondragover = window.ondrop = null
  offerFiles(window.dropped ?? [])
  addEventListener("dragover", (event) => {
    if (!isOurs(event)) return
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = hasFiles(event) ? "copy" : "none"
  })
  addEventListener("drop", (event) => {
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

let catcher: ((files: readonly File[]) => void) | undefined

/** While something else than the composer takes what is dropped or pasted. Returns how to end that. */
export function catchFiles(take: typeof catcher): () => void {
  catcher = take
  return () => {
    catcher = undefined
  }
}

function take(files: Iterable<File>): void {
  if (catcher) catcher([...files])
  else offerFiles(files)
}

/** What a field does with text is its own. */
function isOurs(event: DragEvent): boolean {
  return hasFiles(event) || !(event.target instanceof Element && event.target.closest("input, textarea"))
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false
