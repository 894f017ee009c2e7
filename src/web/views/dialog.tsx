/**
 * A dialog: the browser keeps the focus in it and gives it back, Escape and a click outside close it. Who opens one
 * with a field writes at once: the focus goes there, and not to the button that closes it; who comes back to one goes on
 * where they were.
 */
import type { ComponentChildren } from "preact"
import { useId, useLayoutEffect, useRef } from "preact/hooks"
import { texts } from "../texts/texts.ts"
import { CloseIcon } from "./icons.tsx"

const firstField = "textarea, input:not([type=radio], [type=checkbox], [type=file], [readonly]), .quick button"

export interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  readonly kind?: "sheet" | "side" | "emoji" | "deeds"
}

export function Dialog({ title, onClose, children, kind }: DialogProps) {
  // One may be opened from another.
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

export interface ModalProps {
  readonly label?: string
  readonly labelledBy?: string
  readonly onClose: () => void
  readonly children: ComponentChildren
  readonly kind?: string | undefined
}

/** What all dialogs have in common, whatever is in them. */
export function Modal({ label, labelledBy, onClose, children, kind }: ModalProps) {
  const ref = useRef<HTMLDialogElement>(null)
  // Who selects text and lets go outside did not click there.
  const wasPressedOutside = useRef(false)
  // The browser tells of a dialog that is closed a little later, when another may stand in its place.
  const isGone = useRef(false)
  useLayoutEffect(() => {
    const dialog = ref.current
    const caret = keepCaret()
    dialog?.showModal()
    const first = dialog?.querySelector<HTMLElement>("button[aria-current]") ?? dialog?.querySelector(firstField)
    first?.focus()
    return () => {
      isGone.current = true
      dialog?.close()
      caret.abort()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, and so does its button
    <dialog
      class={`dialog ${kind ?? ""}`}
      ref={ref}
      aria-label={label}
      aria-labelledby={labelledBy}
      onClose={() => isGone.current || onClose()}
      onPointerDown={(event) => {
        wasPressedOutside.current = event.target === ref.current
      }}
      onClick={(event) => event.target === ref.current && wasPressedOutside.current && onClose()}
    >
      {children}
    </dialog>
  )
}

/** Chromium gives the focus back without the caret, and what is typed then goes nowhere: it is put where it was. */
function keepCaret(): AbortController {
  const end = new AbortController()
  const field = document.activeElement
  if (field instanceof HTMLTextAreaElement) {
    const { selectionStart, selectionEnd } = field
    field.addEventListener("focus", () => field.setSelectionRange(selectionStart, selectionEnd), end)
  }
  return end
}

export interface FieldProps {
  readonly label: string
  readonly hint?: string | undefined
  readonly problem?: string | undefined
  readonly children: (ids: { readonly id: string; readonly describedBy: string }) => ComponentChildren
  readonly id: string
}

/** A labelled field with what is to be known about it, and what is wrong with it. */
export function Field({ id, label, hint, problem, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, describedBy: `${id}-hint` })}
      <p id={`${id}-hint`} class={problem ? "problem" : "hint"} role={problem ? "alert" : undefined}>
        {problem ?? hint}
      </p>
    </div>
  )
}
