/** Unsent messages of a room that can no longer be entered: their texts can be copied, and they can be discarded. */
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
  if (entries.length === 0) return null
  return (
    <section class="unsent listed">
      <h2>{t.title(entries.length)}</h2>
      <p>{t.text}</p>
      <ul>
        {entries.map((pending) => (
          <UnsentMessage key={pending.id} room={room} pending={pending} />
        ))}
      </ul>
    </section>
  )
}

function UnsentMessage({ room, pending: { id, content, files = [] } }: { room: Room; pending: Pending }) {
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
        <button type="button" class="button" onClick={() => room.sender.takeBack(id)}>
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
