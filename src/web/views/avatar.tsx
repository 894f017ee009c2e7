/** A picture, or initials on a colour that is always the same for an id. */
import { useState } from "preact/hooks"

export interface AvatarProps {
  readonly id: string
  readonly name: string
  readonly picture?: string | null | undefined
  readonly size?: "small" | "large" | undefined
  readonly isRoom?: boolean
}

export function Avatar({ id, name, picture, size, isRoom }: AvatarProps) {
  const [broken, setBroken] = useState<string>()
  return (
    <span class={`avatar ${size ?? ""} ${isRoom ? "room" : ""}`} style={{ "--hue": `${hueOf(id)}` }} aria-hidden="true">
      {picture && picture !== broken ? (
        <img
          src={hereOf(picture)}
          alt=""
          loading="lazy"
          decoding="async"
          referrerpolicy="no-referrer"
          onError={() => setBroken(picture)}
        />
      ) : (
        initialsOf(name)
      )}
    </span>
  )
}

/** Pictures uploaded to this server are read from here, whatever host name the server had then. */
const hereOf = (picture: string) => picture.replace(/^https?:\/\/[^/]+(?=\/files\/[\w-]{22}\/)/, "")

const words = new Intl.Segmenter(undefined, { granularity: "grapheme" })

/** The first letters of the first and the last word, as people count letters. */
function initialsOf(name: string): string {
  const parts = name.trim().split(/\s+/u)
  const chosen = parts.length > 1 ? [parts[0], parts.at(-1)] : parts
  return chosen.map((part) => [...words.segment(part ?? "")][0]?.segment).join("")
}

/** FNV-1a, mixed once more, since ids that differ only in their last letter are common. */
function hueOf(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return (hash >>> 8) % 360
}
