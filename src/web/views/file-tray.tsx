/** The files of the next message: the progress of each, and what can be done with it. */
import type { Ref } from "preact"
import { useEffect, useLayoutEffect, useState } from "preact/hooks"
import { isPicture } from "../../contract/picture-types.ts"
import type { Client } from "../core/client.ts"
import { laterLimits } from "../core/later-limits.ts"
import type { Room } from "../core/room.ts"
import type { SharedFile } from "../core/wire.ts"
import { type Attachment, attach, hasOffered, returned, takeOffered } from "../files.ts"
import { laterTexts } from "../texts/texts.ts"
import { carryOf, parcelsOf } from "../uploads/browser-parcels.ts"
import { knownBytesMax } from "../uploads/carry.ts"
import { onItsWay } from "../uploads/parcels.ts"
import { isHopeless, type Upload, Uploads } from "../uploads/uploads.ts"
import { focusComposer } from "./composer-field.ts"
import { useClient } from "./context.ts"
import { sizeOf } from "./file-size.ts"
import { CloseIcon } from "./icons.tsx"
import { hasKeyboard } from "./media.ts"

interface Chosen {
  /** By user: nobody sends what another chose. */
  readonly userId: string
  readonly uploads: Uploads<File>
}

/** By room id: they stay with their room while another one is open. */
const chosenFor = new Map<string, Chosen>()

interface FileTrayProps {
  readonly room: Room
  /** How to send the message although a file stands in its way. */
  readonly offer: Ref<HTMLButtonElement>
}

export function FileTray({ room, offer }: FileTrayProps) {
  const client = useClient()
  const t = laterTexts().files
  const [isFull, setFull] = useState(false)
  const uploads = uploadsOf(room, client)
  const isOffered = hasOffered()
  const list = uploads.list.value
  // The current state: new files are not drawn yet.
  const tell = () => attach(room.id, uploads.list.peek().length === 0 ? undefined : attachmentOf(client, room, uploads))
  // Before painting: without files, the composer does without this.
  useLayoutEffect(() => {
    if (!isOffered) return
    const take = () => {
      setFull(!uploads.add(takeOffered()))
      tell()
    }
    take()
    void restore(uploads, client, take)
  }, [isOffered])
  useLayoutEffect(tell, [list])
  useEffect(() => {
    const resume = () => uploads.resume()
    addEventListener("online", resume)
    return () => removeEventListener("online", resume)
  }, [])
  const arrived = list.filter(({ state }) => state.kind === "arrived").length
  const hopeless = list.find(({ state }) => isHopeless(state))
  return (
    <div class="tray">
      <ul aria-label={t.label}>
        {list.map((upload) => (
          <UploadItem key={upload.key} upload={upload} uploads={uploads} offer={upload === hopeless ? offer : null} />
        ))}
      </ul>
      {isFull && <p>{t.tooMany(laterLimits.filesPerMessageMax)}</p>}
      <p class="unseen" role="status">
        {list.length > 0 && t.summary(list.length, arrived)}
      </p>
    </div>
  )
}

function attachmentOf(client: Client, room: Room, uploads: Uploads<File>): Attachment {
  return { isReady: uploads.isPromising, send: (content) => send(client, room, uploads, content) }
}

/** Unfinished uploads now belong to the message, and the next one begins without files. */
function send(client: Client, room: Room, uploads: Uploads<File>, content: string): void {
  if (uploads.isReady) room.send(content, "text", { files: uploads.files })
  else parcelsOf(client).send(room, content, uploads)
  chosenFor.delete(room.id)
  attach(room.id, undefined)
}

/**
 * Files of a message that was taken back: on the server, in this browser, or lost. They are offered until they are
 * attached.
 */
async function restore(uploads: Uploads<File>, client: Client, onThere: () => void): Promise<void> {
  const files = returned.peek()
  if (files.length === 0) return
  const found = await Promise.all(
    files.map(async (file) => ({ alt: file.alt ?? "", ...(await sourceAndState(file, client)) })),
  )
  // Nobody else took them meanwhile.
  if (returned.peek() !== files) return
  uploads.restore(found)
  onThere()
  returned.value = []
}

async function sourceAndState(file: SharedFile, client: Client): Promise<Pick<Upload<File>, "source" | "state">> {
  const nothing = new File([], file.name)
  if (file.url !== onItsWay) return { source: nothing, state: { kind: "arrived", file } }
  const source = await parcelsOf(client).sourceOf(file.id)
  return source === undefined ? { source: nothing, state: { kind: "gone" } } : { source, state: { kind: "waiting" } }
}

function uploadsOf(room: Room, client: Client): Uploads<File> {
  const { userId } = client.identity
  const known = chosenFor.get(room.id)
  if (known?.userId === userId) return known.uploads
  known?.uploads.clear()
  const uploads = new Uploads(carryOf(client))
  chosenFor.set(room.id, { userId, uploads })
  return uploads
}

interface UploadItemProps {
  readonly upload: Upload<File>
  readonly uploads: Uploads<File>
  readonly offer: Ref<HTMLButtonElement>
}

function UploadItem({ upload: { key, source, alt, state }, uploads, offer }: UploadItemProps) {
  const t = laterTexts().files
  const { preview, onBroken } = usePreview(source)
  const remove = () => {
    uploads.remove(key)
    // The button goes with it.
    if (hasKeyboard.peek()) focusComposer()
  }
  return (
    <li class={`upload ${state.kind}`}>
      {preview ? (
        <img src={preview} alt="" onError={onBroken} />
      ) : (
        <span class="kind" aria-hidden="true">
          {endingOf(source.name)}
        </span>
      )}
      <div class="upload-body">
        <p class="upload-name">
          <bdi>{source.name}</bdi> <small>{sizeOf(state.kind === "arrived" ? state.file.bytes : source.size)}</small>
        </p>
        {(state.kind === "going" || state.kind === "waiting") && (
          <progress aria-label={source.name} max={1} value={state.kind === "going" ? state.share : 0} />
        )}
        {state.kind === "failed" && <p role="alert">{state.reason ?? t.cut}</p>}
        {state.kind === "gone" && <p role="alert">{t.gone}</p>}
        {state.kind === "tooLarge" && <p role="alert">{t.tooLarge(sizeOf(knownBytesMax() ?? 0))}</p>}
        {state.kind === "arrived" && isPicture(state.file.mimeType) && (
          <input
            aria-label={t.alt(source.name)}
            placeholder={t.altHint}
            maxLength={laterLimits.altLengthMax}
            value={alt}
            onInput={(event) => uploads.describe(key, event.currentTarget.value)}
          />
        )}
        {state.kind === "failed" && (
          <button type="button" class="link-button" onClick={() => uploads.again(key)}>
            {t.again}
          </button>
        )}
      </div>
      <button type="button" class="icon-button" ref={offer} aria-label={t.remove(source.name)} onClick={remove}>
        <CloseIcon />
      </button>
    </li>
  )
}

/** Of a raster picture, as this browser has it. */
function usePreview(source: File) {
  const [preview, setPreview] = useState<string>()
  useEffect(() => {
    if (!isPicture(source.type)) return
    const made = URL.createObjectURL(source)
    setPreview(made)
    return () => URL.revokeObjectURL(made)
  }, [source])
  return { preview, onBroken: () => setPreview(undefined) }
}

function endingOf(name: string): string {
  return /\.([\p{L}\p{N}]{1,5})$/u.exec(name)?.[1]?.toUpperCase() ?? "·"
}
