/** Unsent messages and the draft of a room that can no longer be entered: they can be copied, and discarded. */
import { useEffect, useState } from "preact/hooks"
import { copyText } from "../clipboard.ts"
import type { Pending } from "../core/pending.ts"
import type { Room } from "../core/room.ts"
import type { SharedFile } from "../core/wire.ts"
import { laterTexts } from "../texts/texts.ts"
import { parcelsOf } from "../uploads/browser-parcels.ts"
import { useClient } from "./context.ts"

export function Unsent({ room }: { readonly room: Room }) {
  const t = laterTexts().unsent
  const entries = room.sender.outbox.entries.value
  const draft = room.draft.text.value.trim()
  const count = entries.length + (draft === "" ? 0 : 1)
  if (count === 0) return null
  return (
    <section class="unsent listed">
      <h2>{t.title(count)}</h2>
      <p>{t.text}</p>
      <ul>
        {entries.map((pending) => (
          <UnsentMessage key={pending.id} {...pending} onRemove={() => room.sender.takeBack(pending.id)} />
        ))}
        {draft !== "" && <UnsentMessage content={draft} onRemove={() => room.draft.write("")} />}
      </ul>
    </section>
  )
}

type UnsentMessageProps = Pick<Pending, "content" | "files"> & { readonly onRemove: () => void }

function UnsentMessage({ content, files = [], onRemove }: UnsentMessageProps) {
  const [isCopied, setCopied] = useState(false)
  return (
    <li>
      {content !== "" && <p dir="auto">{content}</p>}
      {files.map((file) => (
        <UnsentFile key={file.id} file={file} />
      ))}
      <div class="buttons">
        {content !== "" && (
          <button type="button" class="button" onClick={async () => setCopied(await copyText(content))}>
            {isCopied ? laterTexts().sharing.copied : laterTexts().actions.copyText}
          </button>
        )}
        <button type="button" class="button" onClick={onRemove}>
          {laterTexts().message.remove}
        </button>
      </div>
    </li>
  )
}

/** If this browser has the file, it can be saved. */
function UnsentFile({ file: { id, name } }: { readonly file: SharedFile }) {
  const parcels = parcelsOf(useClient())
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    let made: string | undefined
    let isOver = false
    void parcels.sourceOf(id).then((source) => {
      if (source === undefined || isOver) return
      made = URL.createObjectURL(source)
      setAddress(made)
    })
    return () => {
      isOver = true
      if (made !== undefined) URL.revokeObjectURL(made)
    }
  }, [id])
  return (
    <p>
      {address === undefined ? (
        <bdi>{name}</bdi>
      ) : (
        <a href={address} download={name}>
          <bdi>{name}</bdi>
        </a>
      )}
    </p>
  )
}
