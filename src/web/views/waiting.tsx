/**
 * In the place of a dialog that is being loaded: a field that takes in what is typed, which would otherwise end up in
 * a message, or nowhere. The dialog begins with it.
 */
import { texts } from "../texts/texts.ts"
import { CloseIcon, SearchIcon } from "./icons.tsx"
import { useModal } from "./modal.ts"

interface WaitingProps {
  readonly label: string
  readonly onClose: () => void
}

let typed = ""

/** What was typed so far, once. */
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
