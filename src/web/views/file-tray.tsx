/** The files that the next message takes along: how far each is, and what can be done about it. */
import { useEffect, useLayoutEffect, useState } from "preact/hooks"
import { isPicture } from "../../contract/picture-types.ts"
import type { Client } from "../core/client.ts"
import { limits } from "../core/limits.ts"
import type { Room } from "../core/room.ts"
import { attach, hasOffered, takeOffered, takeReturned } from "../files.ts"
import { laterTexts } from "../texts/texts.ts"
import { parcelsOf } from "../uploads/browser-parcels.ts"
import { carryBy, knownBytesMax } from "../uploads/carry.ts"
import { onItsWay } from "../uploads/parcels.ts"
import { type Upload, Uploads } from "../uploads/uploads.ts"
import { useClient } from "./context.ts"
import { sizeOf } from "./file-size.ts"
import { CloseIcon } from "./icons.tsx"

/** They stay with their room while somebody looks at another one. */
const uploadsOfRooms = new WeakMap<Room, Uploads<File>>()

export function FileTray({ room }: { readonly room: Room }) {
  const client = useClient()
  const t = laterTexts().files
  const [isFull, setFull] = useState(false)
  const uploads = uploadsOf(room, () => client.identity.token)
  const isOffered = hasOffered()
  // Before it is painted: while nothing is attached and nothing is offered, the composer does without this.
  useLayoutEffect(() => {
    if (!isOffered) return
    restore(uploads, client)
    setFull(!uploads.add(takeOffered()))
  }, [isOffered])
  useEffect(() => {
    const resume = () => uploads.resume()
    addEventListener("online", resume)
    return () => removeEventListener("online", resume)
  }, [])
  const list = uploads.list.value
  useLayoutEffect(() => {
    const attachment = { isReady: uploads.isPromising, send: (content: string) => send(client, room, uploads, content) }
    // As it is now: what was just added is not drawn yet.
    attach(room.id, uploads.list.peek().length === 0 ? undefined : attachment)
  }, [list])
  const arrived = list.filter(({ state }) => state.kind === "arrived").length
  return (
    <div class="tray">
      <ul aria-label={t.label}>
        {list.map((upload) => (
          <UploadItem key={upload.key} upload={upload} uploads={uploads} />
        ))}
      </ul>
      {isFull && <p>{t.tooMany(limits.filesPerMessageMax)}</p>}
      <p class="unseen" role="status">
        {list.length > 0 && t.summary(list.length, arrived)}
      </p>
    </div>
  )
}

/** What is still on its way goes with the message from here on, and the next one begins with none. */
function send(client: Client, room: Room, uploads: Uploads<File>, content: string): void {
  if (uploads.isReady) room.send(content, "text", { files: uploads.files })
  else parcelsOf(client).send(room, content, uploads)
  uploadsOfRooms.delete(room)
  attach(room.id, undefined)
}

/** Files of a message that was taken back. */
function restore(uploads: Uploads<File>, client: Client): void {
  const returned = takeReturned()
  uploads.restore(
    returned.filter(({ url }) => url !== onItsWay),
    ({ name }) => new File([], name),
  )
  for (const { id, url, alt = "" } of returned) {
    const source = url === onItsWay ? parcelsOf(client).sourceOf(id) : undefined
    if (source !== undefined) uploads.add([source], [alt])
  }
}

function uploadsOf(room: Room, token: () => string | undefined): Uploads<File> {
  const known = uploadsOfRooms.get(room)
  if (known !== undefined) return known
  const uploads = new Uploads(carryBy(token))
  uploadsOfRooms.set(room, uploads)
  return uploads
}

interface UploadItemProps {
  readonly upload: Upload<File>
  readonly uploads: Uploads<File>
}

function UploadItem({ upload: { key, source, alt, state }, uploads }: UploadItemProps) {
  const t = laterTexts().files
  const preview = usePreview(source)
  return (
    <li class={`upload ${state.kind}`}>
      {preview ? <img src={preview} alt="" /> : <span class="kind">{endingOf(source.name)}</span>}
      <div class="upload-body">
        <p class="upload-name">
          <bdi>{source.name}</bdi> <small>{sizeOf(state.kind === "arrived" ? state.file.bytes : source.size)}</small>
        </p>
        {(state.kind === "going" || state.kind === "waiting") && (
          <progress aria-label={source.name} max={1} value={state.kind === "going" ? state.share : 0} />
        )}
        {state.kind === "failed" && <p role="alert">{state.reason ?? t.cut}</p>}
        {state.kind === "tooLarge" && <p role="alert">{t.tooLarge(sizeOf(knownBytesMax() ?? 0))}</p>}
        {state.kind === "arrived" && isPicture(state.file.mimeType) && (
          <input
            aria-label={t.alt(source.name)}
            placeholder={t.altHint}
            maxLength={limits.altLengthMax}
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
      <button type="button" class="icon-button" aria-label={t.remove(source.name)} onClick={() => uploads.remove(key)}>
        <CloseIcon />
      </button>
    </li>
  )
}

/** Of a raster picture, as this browser has it. */
function usePreview(source: File): string | undefined {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    if (!isPicture(source.type)) return
    const made = URL.createObjectURL(source)
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [source])
  return address
}

function endingOf(name: string): string {
  return /\.([\p{L}\p{N}]{1,5})$/u.exec(name)?.[1]?.toUpperCase() ?? "·"
}
