/**
 * Code in a message. It stands there at once, and gets its colours when what knows them is loaded: some in each
 * frame, so that long code does not stop the page.
 */
import { signal } from "@preact/signals-core"
import { useEffect, useMemo, useState } from "preact/hooks"
import type { highlight } from "../markdown/highlight.ts"

const paintedAtOnce = 100

const loaded = signal<typeof highlight | undefined>(undefined)

export function CodeBlock({ language, text }: { readonly language: string; readonly text: string }) {
  const paint = loaded.value
  useEffect(() => {
    if (language !== "") void load()
  }, [language])
  const tokens = useMemo(() => paint?.(text, language) ?? [{ kind: undefined, text }], [paint, text, language])
  const [painted, setPainted] = useState(paintedAtOnce)
  useEffect(() => {
    if (painted >= tokens.length) return
    const frame = requestAnimationFrame(() => setPainted(painted + paintedAtOnce))
    return () => cancelAnimationFrame(frame)
  }, [painted, tokens])
  return (
    <pre dir="ltr">
      <code>
        {tokens.map(({ kind, text }, i) =>
          kind === undefined || i >= painted ? text : <span class={kind}>{text}</span>,
        )}
      </code>
    </pre>
  )
}

/** Without it, code is as readable as it was. */
async function load(): Promise<void> {
  try {
    loaded.value ??= (await import("../markdown/highlight.ts")).highlight
  } catch {}
}
