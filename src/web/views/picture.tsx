/**
 * A picture by its address, never larger than it is. Until it is loaded its size is unknown, so its frame has a usual
 * size; known sizes are remembered, so it does not move when it is shown again.
 */
import { useState } from "preact/hooks"
import { laterTexts } from "../texts/texts.ts"

interface Size {
  readonly width: number
  readonly height: number
}

const sizesMax = 1_000
const sizes = new Map<string, Size>()

export function Picture({ url }: { readonly url: string }) {
  const [isBroken, setBroken] = useState(false)
  const [size, setSize] = useState(sizes.get(url))
  const onLoad = ({
    currentTarget: { naturalWidth: width, naturalHeight: height },
  }: {
    currentTarget: HTMLImageElement
  }) => {
    remember(url, { width, height })
    setSize({ width, height })
  }
  return (
    <a
      class={`picture ${size || isBroken ? "" : "coming"}`}
      href={url}
      target="_blank"
      rel="noopener noreferrer nofollow"
      title={url}
    >
      {isBroken ? (
        <span class="broken">
          {laterTexts().files.pictureBroken} <u dir="ltr">{url}</u>
        </span>
      ) : (
        <img
          src={url}
          {...size}
          alt={laterTexts().files.pictureFrom(hostOf(url))}
          loading="lazy"
          decoding="async"
          referrerpolicy="no-referrer"
          onLoad={onLoad}
          onError={() => setBroken(true)}
        />
      )}
    </a>
  )
}

/** The ones seen longest ago go. */
function remember(url: string, size: Size): void {
  const [oldest] = sizes.keys()
  if (sizes.size >= sizesMax && oldest !== undefined) sizes.delete(oldest)
  sizes.set(url, size)
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
