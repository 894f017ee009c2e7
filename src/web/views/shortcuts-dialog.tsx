/** All keyboard shortcuts, with this machine's names of keys. */
import { laterTexts } from "../texts/texts.ts"
import { Dialog } from "./dialog.tsx"
import { keyNames } from "./key-names.ts"

/** For each action, its shortcuts; each is a list of keys that are pressed together. */
function shortcuts(): readonly (readonly [string, ...(readonly string[])[]])[] {
  const t = laterTexts().shortcuts
  const { control, alt, shift, enter, cancel } = keyNames()
  return [
    [t.find, [control, "K"]],
    [laterTexts().search.title, [control, shift, "F"]],
    [t.previous, [alt, "↑"]],
    [t.next, [alt, "↓"]],
    [t.previousUnread, [alt, shift, "↑"]],
    [t.nextUnread, [alt, shift, "↓"]],
    [t.send, [enter]],
    [t.newLine, [shift, enter]],
    [t.bold, [control, "B"]],
    [t.italic, [control, "I"]],
    [t.edit, ["↑"]],
    [t.markRead, [cancel]],
    [t.markAllRead, [shift, cancel]],
    [t.close, [cancel]],
    [t.help, ["?"], [control, "/"]],
  ]
}

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const t = laterTexts().shortcuts
  return (
    <Dialog title={t.title} onClose={onClose}>
      <dl class="shortcuts">
        {shortcuts().map(([name, ...ways]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="ltr">
              {ways.map((keys, at) => (
                <span key={keys.join("+")}>
                  {at > 0 && <small> {t.or} </small>}
                  {keys.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
