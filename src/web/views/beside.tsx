/** What is there beside everything else, and mostly has nothing to say or show. */
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
