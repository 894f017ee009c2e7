/** Parts beside everything else, which mostly show nothing. */
import { Announcer } from "./announcer.tsx"
import { DropHint } from "./drop-hint.tsx"
import { NewerPageLine } from "./newer-page-line.tsx"

export function Beside() {
  return (
    <>
      <Announcer />
      <NewerPageLine />
      <DropHint />
    </>
  )
}
