/** What one button asks before it does it. The second click of a double one is no answer: it was made before one could read. */
import { useState } from "preact/hooks"

interface AskedTwice {
  /** The question is to be seen. */
  readonly isAsked: boolean
  readonly onClick: (event: { readonly detail: number }) => void
}

/** Without a `need` it is done at once. */
export function useAskedTwice(act: () => void, isNeeded = true): AskedTwice {
  const [wasAsked, setAsked] = useState(false)
  const isAsked = wasAsked && isNeeded
  const onClick = ({ detail: clicks }: { readonly detail: number }) => {
    if (!isNeeded || (isAsked && clicks < 2)) act()
    else setAsked(true)
  }
  return { isAsked, onClick }
}
