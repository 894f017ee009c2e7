/** The words, the room and the author to search for. Enter moves on to the hits. */
import type { Searching } from "../core/searching.ts"
import { laterTexts } from "../texts/texts.ts"
import { useClient } from "./context.ts"
import { SearchAuthor } from "./search-author.tsx"
import { SearchField } from "./search-field.tsx"
import { Segmented } from "./segmented.tsx"
import { stopsAt } from "./through.ts"

export function SearchWords({ searching }: { readonly searching: Searching }) {
  const t = laterTexts().search
  const open = useClient().open.value
  // The chosen room stays, whichever room is opened meanwhile.
  const room = searching.room.value ?? open
  return (
    <>
      <SearchField
        label={t.label}
        value={searching.query.value}
        onInput={(query) => searching.write(query)}
        onEnter={() => stopsAt(".hits-scroll .hit")[0]?.focus()}
      />
      {room !== undefined && (
        <Segmented
          label={t.where}
          choices={["room", "all"] as const}
          nameOf={(choice) => (choice === "all" ? t.everywhere : room.name.value)}
          chosen={searching.room.value === undefined ? "all" : "room"}
          onChosen={(choice) => searching.in(choice === "all" ? undefined : room)}
        />
      )}
      <SearchAuthor author={searching.author.value} onChosen={(author) => searching.from(author)} />
    </>
  )
}
