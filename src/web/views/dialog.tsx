/**
 * A dialog: the browser keeps the focus in it and returns it; Escape and a click outside close it. If it has a field,
 * the focus goes there, and not to the close button; whoever comes back to a dialog continues where they were.
 */
import type { ComponentChildren } from "preact"
import { useId, useRef } from "preact/hooks"
import { texts } from "../texts/texts.ts"
import { CloseIcon } from "./icons.tsx"
import { useModal } from "./modal.ts"

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  readonly kind?: "sheet" | "side" | "emoji" | "deeds" | "wide"
}

export function Dialog({ title, onClose, children, kind }: DialogProps) {
  // A dialog may be opened from another.
  const id = useId()
  return (
    <Modal labelledBy={id} onClose={onClose} kind={kind}>
      <div class="dialog-content">
        <div class="dialog-head">
          <h2 id={id}>{title}</h2>
          <button type="button" class="icon-button" aria-label={texts().shared.close} onClick={onClose}>
            <CloseIcon />
          </button>
        </div>
        {children}
      </div>
    </Modal>
  )
}

interface ModalProps {
  readonly label?: string
  readonly labelledBy?: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  readonly kind?: string | undefined
}

/** What all dialogs have in common. */
export function Modal({ label, labelledBy, onClose, children, kind }: ModalProps) {
  const modal = useModal(onClose)
  // Selecting text and releasing the mouse outside is no click there.
  const wasPressedOutside = useRef(false)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, and so does its button
    <dialog
      {...modal}
      class={`dialog ${kind ?? ""}`}
      aria-label={label}
      aria-labelledby={labelledBy}
      onPointerDown={(event) => {
        wasPressedOutside.current = event.target === event.currentTarget
      }}
      onClick={(event) => event.target === event.currentTarget && wasPressedOutside.current && onClose()}
    >
      {children}
    </dialog>
  )
}
