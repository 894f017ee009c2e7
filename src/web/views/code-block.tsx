/**
 * Code in a message. It stands there at once, and gets its colours when what knows them is loaded: some in each
 * frame, so that long code does not stop the page.
 */
import { signal } from "@preact/signals-core"
import type { VNode } from "preact"
import { useEffect, useMemo, useState } from "preact/hooks"
import type { highlight, Token } from "../markdown/highlight.ts"

const tokensAtOnce = 100
/** What is still painted of code that has next to nothing but signs: each costs whoever reads it. */
const piecesMax = 10

const loaded = signal<typeof highlight | undefined>(undefined)

export function CodeBlock({ language, text }: { readonly language: string; readonly text: string }) {
  const paint = loaded.value
  useEffect(() => {
    if (language !== "") void load()
  }, [language])
  const pieces = useMemo(
    () => piecesOf(paint?.(text, language) ?? [{ kind: undefined, text }]),
    [paint, text, language],
  )
  const [painted, setPainted] = useState(1)
  useEffect(() => {
    if (painted >= Math.min(pieces.length, piecesMax)) return
    const frame = requestAnimationFrame(() => setPainted(painted + 1))
    return () => cancelAnimationFrame(frame)
  }, [painted, pieces])
  return (
    <pre dir="ltr">
      <code>{pieces.map(({ drawn, plain }, i) => (i < painted ? drawn : plain))}</code>
    </pre>
  )
}

interface Piece {
  /** The same element each time, so that what is painted already is not looked at again. */
  readonly drawn: VNode
  readonly plain: string
}

function piecesOf(tokens: readonly Token[]): Piece[] {
  const pieces: Piece[] = []
  for (let at = 0; at < tokens.length; at += tokensAtOnce) {
    const some = tokens.slice(at, at + tokensAtOnce)
    const drawn = <>{some.map(({ kind, text }) => (kind === undefined ? text : <span class={kind}>{text}</span>))}</>
    pieces.push({ drawn, plain: some.map(({ text }) => text).join("") })
  }
  return pieces
}

/** Without it, code is as readable as it was. */
async function load(): Promise<void> {
  try {
    loaded.value ??= (await import("../markdown/highlight.ts")).highlight
  } catch {}
}
