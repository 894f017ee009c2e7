/** A search field. Its purpose is its label and, while it is empty, its placeholder. */
interface SearchFieldProps {
  readonly label: string
  readonly value: string
  readonly onInput: (text: string) => void
  /** Enter, except when it ends the input of an input method. */
  readonly onEnter?: () => void
}

export function SearchField({ label, value, onInput, onEnter }: SearchFieldProps) {
  return (
    <div class="field">
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        dir="auto"
        autocomplete="off"
        enterkeyhint="search"
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Enter" && !event.isComposing && onEnter?.()}
      />
    </div>
  )
}
