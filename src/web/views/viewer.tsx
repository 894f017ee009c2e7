/**
 * One picture as large as the window; the arrows lead to the others of its message. Touch screens zoom by pinching, as
 * on any page; a double tap or click triples the size at that point, and another one fits it again. Keyboards have the
 * browser's zoom.
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks"
import type { Room } from "../core/room.ts"
import type { SharedFile } from "../core/wire.ts"
import { laterTexts } from "../texts/texts.ts"
import { Modal } from "./dialog.tsx"
import { CloseIcon } from "./icons.tsx"
import { wordsOf } from "./picture-words.ts"

interface ViewerProps {
  readonly room: Room
  /** It stays while its message goes out of the page, and goes when that is deleted. */
  readonly messageId: string
  readonly pictures: readonly SharedFile[]
  readonly first: number
  readonly onClose: () => void
}

export function Viewer({ room, messageId, pictures, first, onClose }: ViewerProps) {
  const t = laterTexts().files
  const { timeline } = room.feed
  timeline.version.value
  const isGone = timeline.isDeleted(messageId)
  useEffect(() => {
    if (isGone) onClose()
  }, [isGone])
  const [index, setIndex] = useState(first)
  const file = pictures[index]
  // From the current one: keys may come faster than pictures are drawn.
  const move = (by: number) => setIndex((now) => (now + by + pictures.length) % pictures.length)
  useLayoutEffect(() => {
    const isToLeft = document.documentElement.dir === "rtl"
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === "ArrowRight") move(isToLeft ? -1 : 1)
      else if (key === "ArrowLeft") move(isToLeft ? 1 : -1)
    }
    addEventListener("keydown", onKey)
    return () => removeEventListener("keydown", onKey)
  }, [pictures.length])
  if (file === undefined) return null
  return (
    <Modal label={wordsOf(file)} onClose={onClose} kind="viewer">
      <div class="viewer-content">
        <Shown key={file.id} file={file} />
        <p class="viewer-bar">
          {pictures.length > 1 && (
            <>
              <span role="status">{t.place(index + 1, pictures.length)}</span>
              <button type="button" class="button" onClick={() => move(-1)}>
                {t.previous}
              </button>
              <button type="button" class="button" onClick={() => move(1)}>
                {t.next}
              </button>
            </>
          )}
          <a class="button" href={file.url} download={file.name}>
            {t.save}
          </a>
          <button type="button" class="icon-button" aria-label={t.close} onClick={onClose}>
            <CloseIcon />
          </button>
        </p>
      </div>
    </Modal>
  )
}

/** The zoom factor, the same as in the stylesheet. */
const enlarged = 3

function Shown({ file }: { readonly file: SharedFile }) {
  /** The tapped point, from the corner of the fitted picture; undefined while it fits. */
  const [at, setAt] = useState<{ readonly x: number; readonly y: number }>()
  const frame = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (at !== undefined) frame.current?.scrollTo(at.x * (enlarged - 1), at.y * (enlarged - 1))
  }, [at])
  return (
    <div ref={frame} class={`viewer-frame ${at === undefined ? "" : "enlarged"}`}>
      <img
        src={file.url}
        width={file.width}
        height={file.height}
        alt={wordsOf(file)}
        onDblClick={({ clientX, clientY, currentTarget }) => {
          const { left, top } = currentTarget.getBoundingClientRect()
          setAt(at === undefined ? { x: clientX - left, y: clientY - top } : undefined)
        }}
      />
    </div>
  )
}
