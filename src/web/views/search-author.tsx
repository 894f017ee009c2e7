/** The author to search for: anybody, until somebody is chosen by name. ↑ and ↓ go through the people found. */
import { useState } from "preact/hooks"
import { searchable } from "../../contract/searchable.ts"
import { peopleOf } from "../core/finding.ts"
import type { Member } from "../core/wire.ts"
import { laterTexts } from "../texts/texts.ts"
import { Avatar } from "./avatar.tsx"
import { useClient } from "./context.ts"
import { useFoundPeople } from "./found-people.ts"
import { CloseIcon } from "./icons.tsx"
import { SearchField } from "./search-field.tsx"
import { goThrough, stopsAt } from "./through.ts"

const shownMax = 6

interface SearchAuthorProps {
  readonly author: Member | undefined
  readonly onChosen: (author: Member | undefined) => void
}

export function SearchAuthor({ author, onChosen }: SearchAuthorProps) {
  const t = laterTexts().search
  const [typed, setTyped] = useState("")
  const people = usePeopleNamed(typed.trim())
  if (author !== undefined) {
    return (
      <p class="search-author">
        <Avatar id={author.userId} name={author.username} picture={author.avatar} size="small" />
        <span>{t.by(author.username)}</span>
        <button type="button" class="icon-button" aria-label={t.byAnyone} onClick={() => onChosen(undefined)}>
          <CloseIcon />
        </button>
      </p>
    )
  }
  const choose = (person: Member) => {
    setTyped("")
    onChosen(person)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of what is in it
    <div class="search-people" onKeyDown={(event) => goThrough(event, stopsAt(".search-people :is(input, button)"))}>
      <SearchField
        label={t.byWhom}
        value={typed}
        onInput={setTyped}
        onEnter={() => {
          const [first] = people
          if (first !== undefined) choose(first)
        }}
      />
      {people.length > 0 && (
        <ul class="hits" aria-label={t.byWhom}>
          {people.map((person) => (
            <li key={person.userId}>
              <button type="button" class="hit" onClick={() => choose(person)}>
                <Avatar id={person.userId} name={person.username} picture={person.avatar} size="small" />
                <bdi>{person.username}</bdi>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

/** People in one's rooms at once, and others from the server; oneself too. */
function usePeopleNamed(name: string): readonly Member[] {
  const client = useClient()
  const found = useFoundPeople(name, { enough: shownMax, isWanted: name !== "" })
  if (name === "") return []
  const wanted = searchable(name)
  const here = peopleOf(client.rooms.value, "").map(({ member }) => member)
  const named = [...here, ...found].filter(({ username }) => searchable(username).includes(wanted))
  return [...new Map(named.map((one) => [one.userId, one])).values()].slice(0, shownMax)
}
