/** A link to send or scan: its QR code, its address, and a button that copies it. It is shown only once. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks"
import { encode } from "uqr"
import { copyText } from "../../clipboard.ts"
import { laterTexts } from "../../texts/texts.ts"
import { useCopying } from "../copying.ts"
import { hasKeyboard } from "../media.ts"

/** White modules around a code, without which cameras do not find it. */
const quietZone = 3

export function LinkCard({ url, note }: { readonly url: string; readonly note: string }) {
  const card = useRef<HTMLDivElement>(null)
  const [isCopied, copy] = useCopying(() => copyText(url))
  // It may come below what is seen of a long dialog; who hears the page goes on in it.
  useLayoutEffect(() => {
    card.current?.scrollIntoView({ block: "nearest" })
    if (hasKeyboard.peek()) card.current?.querySelector("input")?.focus({ preventScroll: true })
  }, [url])
  return (
    <div class="link-card" ref={card}>
      <QrCode text={url} />
      <div class="field">
        <input
          readOnly
          aria-label={laterTexts().account.address}
          value={url}
          onFocus={(event) => event.currentTarget.select()}
        />
      </div>
      <p class="hint">{note}</p>
      <button type="button" class="button" onClick={copy}>
        {isCopied ? laterTexts().sharing.copied : laterTexts().sharing.copyLink}
        <span class="unseen" role="status">
          {isCopied && laterTexts().sharing.linkCopied}
        </span>
      </button>
    </div>
  )
}

function QrCode({ text }: { readonly text: string }) {
  const { size, path } = useMemo(() => drawn(text), [text])
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={laterTexts().account.qr}>
      <path d={path} />
    </svg>
  )
}

/** A square of one unit for each dark module. */
function drawn(text: string): { size: number; path: string } {
  const { data } = encode(text, { ecc: "M", border: quietZone })
  const squares = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { size: data.length, path: squares.join("") }
}
