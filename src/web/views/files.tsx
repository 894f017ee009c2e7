/** The files of a message: pictures in their proportions, sound and video as players, everything else as a card. */
import { isPicture } from "../../contract/picture-types.ts"
import type { Room } from "../core/room.ts"
import type { SharedFile } from "../core/wire.ts"
import { laterTexts } from "../texts/texts.ts"
import { parcelsOf } from "../uploads/browser-parcels.ts"
import { useClient } from "./context.ts"
import { kindOf } from "./file-kind.ts"
import { sizeOf } from "./file-size.ts"
import { openOverlay } from "./overlay.ts"
import { wordsOf } from "./picture-words.ts"
import { Recording } from "./recording.tsx"

interface FilesProps {
  readonly room: Room
  readonly messageId: string
  readonly files: readonly SharedFile[]
  /** A file can be fetched once its message is stored. */
  readonly isStored: boolean
}

export function Files({ room, messageId, files, isStored }: FilesProps) {
  const { onlyHere } = parcelsOf(useClient())
  const pictures = isStored ? files.filter(isShownPicture) : []
  // Separate: cards between pictures of different heights would leave gaps.
  const others = files.filter((file) => !pictures.includes(file))
  return (
    <>
      {pictures.length > 0 && (
        <div class="files">
          {pictures.map((file, first) => (
            <PictureFile
              key={file.id}
              file={file}
              onView={() => openOverlay({ kind: "viewer", room, messageId, pictures, first })}
            />
          ))}
        </div>
      )}
      {others.length > 0 && (
        <div class="files">
          {others.map((file) => (
            <OtherFile key={file.id} file={file} isStored={isStored} />
          ))}
          {!isStored && files.some(({ id }) => onlyHere.value.has(id)) && (
            <p class="state" role="status">
              {laterTexts().files.onlyHere}
            </p>
          )}
        </div>
      )}
    </>
  )
}

function isShownPicture({ mimeType, width, height }: SharedFile): boolean {
  return isPicture(mimeType) && width !== undefined && height !== undefined
}

interface PictureFileProps {
  readonly file: SharedFile
  readonly onView: () => void
}

/** Its size is known before it loads, so nothing moves. */
function PictureFile({ file, onView }: PictureFileProps) {
  const { url, thumbnailUrl, width, height } = file
  return (
    <a
      class="file-picture"
      style={{ "--width": `${width}px`, "--ratio": (width ?? 1) / (height ?? 1) }}
      href={url}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        onView()
      }}
    >
      <img
        src={thumbnailUrl ?? url}
        width={width}
        height={height}
        alt={wordsOf(file)}
        loading="lazy"
        decoding="async"
      />
    </a>
  )
}

function OtherFile({ file, isStored }: { readonly file: SharedFile; readonly isStored: boolean }) {
  const { name, url, mimeType, bytes } = file
  const what = (
    <>
      <bdi class="file-name">{name}</bdi>
      <small>
        {sizeOf(bytes)} · <bdi>{kindOf(file)}</bdi>
      </small>
    </>
  )
  if (!isStored) {
    return (
      <span class="file-card">
        {what}
        <Share file={file} />
      </span>
    )
  }
  return (
    <div class="file-other">
      {/* biome-ignore lint/a11y/useMediaCaption: what people send has none */}
      {mimeType.startsWith("video/") && <video src={url} controls preload="metadata" aria-label={name} />}
      {mimeType.startsWith("audio/") && <Recording file={file} />}
      <a class="file-card" href={url} download={name} aria-label={laterTexts().files.download(name, sizeOf(bytes))}>
        {what}
      </a>
    </div>
  )
}

/** How far it is, while it is on its way. */
function Share({ file: { id, name } }: { readonly file: SharedFile }) {
  const share = parcelsOf(useClient()).shares.value.get(id)
  return share === undefined ? null : <progress aria-label={name} max={1} value={share} />
}
