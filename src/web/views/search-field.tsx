/** A field in which one types what to search for; what it is for is its label and, while it is empty, what it shows. */
interface SearchFieldProps {
  readonly label: string
  readonly value: string
  readonly onInput: (text: string) => void
  /** Enter, unless it ends what an input method is writing. */
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
