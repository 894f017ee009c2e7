/**
 * Code in a message. It is shown at once, and coloured when the highlighter is loaded: a part in each frame, so long
 * code does not block the page.
 */
import { signal } from "@preact/signals-core"
import type { VNode } from "preact"
import { useEffect, useMemo, useState } from "preact/hooks"
import type { highlight, Token } from "../markdown/highlight.ts"

const tokensAtOnce = 100
/** How much is coloured of code that consists mostly of symbols: each of them takes time in every reader's page. */
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
  /** The same element each time, so finished parts are not compared again. */
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

/** Without it, code stays readable. */
async function load(): Promise<void> {
  try {
    loaded.value ??= (await import("../markdown/highlight.ts")).highlight
  } catch {}
}
