/**
 * Shown while a dialog is loading: a field that receives what is typed, which would otherwise go into a message, or
 * nowhere. The dialog starts with that text.
 */
import { texts } from "../texts/texts.ts"
import { CloseIcon, SearchIcon } from "./icons.tsx"
import { useModal } from "./modal.ts"

interface WaitingProps {
  readonly label: string
  readonly onClose: () => void
}

let typed = ""

/** The text typed so far; given once. */
export function takeTyped(): string {
  const taken = typed
  typed = ""
  return taken
}

export function Waiting({ label, onClose }: WaitingProps) {
  const close = () => {
    takeTyped()
    onClose()
  }
  return (
    <dialog {...useModal(close)} class="dialog finder" aria-label={label}>
      <div class="finder-head">
        <SearchIcon />
        <input
          aria-label={label}
          placeholder={label}
          value={typed}
          onInput={(event) => {
            typed = event.currentTarget.value
          }}
        />
        <button type="button" class="icon-button" aria-label={texts().shared.close} onClick={close}>
          <CloseIcon />
        </button>
      </div>
      <p class="soon">{texts().shared.loading}</p>
    </dialog>
  )
}
