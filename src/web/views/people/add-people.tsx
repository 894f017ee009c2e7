/** Adding people to a room: found by name among the users of the server, and added one by one. */

import { useState } from "preact/hooks"
import { actsIn } from "../../core/belonging-acts.ts"
import { namesakesOf } from "../../core/namesakes.ts"
import type { Room } from "../../core/room.ts"
import { sentenceOf } from "../../core/sentence-of.ts"
import { laterTexts } from "../../texts/texts.ts"
import { Apart } from "../apart.tsx"
import { Avatar } from "../avatar.tsx"
import { useClient } from "../context.ts"
import { Dialog } from "../dialog.tsx"
import { type FieldState, TextField } from "../field.tsx"
import { usePeopleSearch } from "../found-people.ts"

const shownMax = 20
/** Most people found may be members already. */
const enough = 100

export function AddPeople({ room, onClose }: { readonly room: Room; readonly onClose: () => void }) {
  const { add: addMember } = actsIn(room, useClient())
  const t = laterTexts().addPeople
  const [query, setQuery] = useState("")
  const [problem, setProblem] = useState<string>()
  const search = usePeopleSearch(query, { enough })
  const members = new Set(room.belonging.members.value.map(({ userId }) => userId))
  const others = search.found.value.filter(({ userId }) => !members.has(userId)).slice(0, shownMax)
  const apart = namesakesOf(others)
  const add = async (userId: string) => {
    const refusal = await addMember(userId)
    setProblem(refusal && sentenceOf(refusal))
  }
  const onInput: FieldState["onInput"] = ({ currentTarget: { value } }) => setQuery(value)
  return (
    <Dialog title={t.title} onClose={onClose}>
      <TextField id="add-people" label={t.name} field={{ text: query, problem, onInput }} autocomplete="off" />
      <ul class="members" aria-label={t.found}>
        {others.map(({ userId, username, avatar }) => (
          <li key={userId} class="member">
            <Avatar id={userId} name={username} picture={avatar} size="small" />
            <bdi class="name">{username}</bdi>
            <Apart part={apart.get(userId)} />
            <button type="button" class="button" onClick={() => add(userId)}>
              {t.add}
              <span class="unseen">
                {username} {apart.get(userId)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p class="hint" role="status">
        {search.isOver.value && others.length === 0 ? t.none : ""}
      </p>
    </Dialog>
  )
}
