/** A picture by its address. Its frame has one size whatever comes, so that nothing moves when it does. */
import { useState } from "preact/hooks"
import { texts } from "../texts/texts.ts"

export function Picture({ url }: { readonly url: string }) {
  const [isBroken, setBroken] = useState(false)
  return (
    <a class="picture" href={url} target="_blank" rel="noopener noreferrer nofollow" title={url}>
      {isBroken ? (
        <span class="broken">
          {texts().message.pictureBroken} <u dir="ltr">{url}</u>
        </span>
      ) : (
        <img
          src={url}
          alt={texts().message.pictureFrom(hostOf(url))}
          loading="lazy"
          decoding="async"
          referrerpolicy="no-referrer"
          onError={() => setBroken(true)}
        />
      )}
    </a>
  )
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
