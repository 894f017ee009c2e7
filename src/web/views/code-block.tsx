/** Code in a message. It stands there at once, and gets its colours when what knows them is loaded. */
import { signal } from "@preact/signals-core"
import { useEffect, useMemo } from "preact/hooks"
import type { highlight } from "../markdown/highlight.ts"

const loaded = signal<typeof highlight | undefined>(undefined)

export function CodeBlock({ language, text }: { readonly language: string; readonly text: string }) {
  const paint = loaded.value
  useEffect(() => {
    if (language !== "") void load()
  }, [language])
  const tokens = useMemo(() => paint?.(text, language), [paint, text, language])
  return (
    <pre dir="ltr">
      <code>
        {tokens?.map(({ kind, text }) => (kind === undefined ? text : <span class={kind}>{text}</span>)) ?? text}
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
