/** The emoji whose name is being typed between colons. It is loaded with all emoji when there is a first colon. */
import { typedBefore } from "../emoji/completion.ts"
import { byName, find } from "../emoji/data.ts"
import { texts } from "../texts/texts.ts"
import { Completion } from "./completion.tsx"

const shownMax = 8

export function EmojiCompletion({ area }: { readonly area: HTMLTextAreaElement }) {
  return (
    <Completion
      area={area}
      label={texts().emoji.title}
      typedBefore={typedBefore}
      whole={({ name, length }) => (length === name.length + 2 ? byName(name)?.char : undefined)}
      find={(name) =>
        find(name, shownMax).map((emoji) => ({
          key: emoji.char,
          text: emoji.char,
          view: (
            <>
              <span aria-hidden="true">{emoji.char}</span> :{emoji.names[0]}:
            </>
          ),
        }))
      }
    />
  )
}
