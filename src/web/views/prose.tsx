/** The text of a message, with its links to follow. */
import { useMemo } from "preact/hooks"
import { isFewEmoji, partsOf } from "../core/prose.ts"
import { pathInPage } from "../navigation.ts"

export function Prose({ text }: { readonly text: string }) {
  const parts = useMemo(() => partsOf(text), [text])
  return (
    <p class={`prose ${isFewEmoji(text) ? "emoji" : ""}`} dir="auto">
      {parts.map((part) => (part.kind === "text" ? part.text : <ProseLink url={part.url} />))}
    </p>
  )
}

/** A room of this server opens here; any other place opens elsewhere, and learns nothing of where one came from. */
function ProseLink({ url }: { readonly url: string }) {
  const elsewhere = pathInPage(url) === undefined ? { target: "_blank", rel: "noopener noreferrer nofollow" } : {}
  return (
    <a href={url} dir="ltr" {...elsewhere}>
      {url}
    </a>
  )
}
