/** A choice of a few, side by side. Radio buttons underneath, so the arrows move between them. */
import { useId } from "preact/hooks"

interface SegmentedProps<T extends string> {
  readonly label: string
  readonly choices: readonly T[]
  readonly nameOf: (choice: T) => string
  /** Undefined while unknown. */
  readonly chosen: T | undefined
  readonly onChosen: (choice: T) => void
}

export function Segmented<T extends string>({ label, choices, nameOf, chosen, onChosen }: SegmentedProps<T>) {
  const group = useId()
  return (
    <fieldset class="segmented">
      <legend>{label}</legend>
      <div>
        {choices.map((choice) => (
          <label key={choice}>
            <input type="radio" name={group} checked={choice === chosen} onChange={() => onChosen(choice)} />
            <span>{nameOf(choice)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
