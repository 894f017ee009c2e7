/** The text of a message, drawn as what it was parsed to. */
import type { ComponentChildren } from "preact"
import { useMemo } from "preact/hooks"
import { isFewEmoji, parse } from "../markdown/parse.ts"
import type { Block, Inline } from "../markdown/tree.ts"
import { pathInPage } from "../navigation.ts"
import { CodeBlock } from "./code-block.tsx"

export function Prose({ text }: { readonly text: string }) {
  const blocks = useMemo(() => parse(text), [text])
  return (
    <div class={`prose ${isFewEmoji(text) ? "emoji" : ""}`} dir="auto">
      {blocks.map(drawBlock)}
    </div>
  )
}

function drawBlock(block: Block): ComponentChildren {
  switch (block.kind) {
    case "paragraph":
      return <p dir="auto">{block.nodes.map(drawInline)}</p>
    case "code":
      return <CodeBlock language={block.language} text={block.text} />
    case "quote":
      return <blockquote dir="auto">{block.blocks.map(drawBlock)}</blockquote>
    case "list": {
      const items = block.items.map((blocks) => <li dir="auto">{blocks.map(drawBlock)}</li>)
      return block.start === undefined ? (
        <ul dir="auto">{items}</ul>
      ) : (
        <ol dir="auto" start={block.start}>
          {items}
        </ol>
      )
    }
  }
}

function drawInline(node: Inline): ComponentChildren {
  switch (node.kind) {
    case "text":
      return node.text
    case "code":
      return <code dir="ltr">{node.text}</code>
    case "strong":
      return <strong>{node.nodes.map(drawInline)}</strong>
    case "emphasis":
      return <em>{node.nodes.map(drawInline)}</em>
    case "strike":
      return <s>{node.nodes.map(drawInline)}</s>
    case "link":
      return <ProseLink {...node} />
  }
}

/** A room of this server opens here; any other place opens elsewhere, and learns nothing of where one came from. */
function ProseLink({ url, nodes, isBare }: Extract<Inline, { kind: "link" }>) {
  const elsewhere = pathInPage(url) === undefined ? { target: "_blank", rel: "noopener noreferrer nofollow" } : {}
  const named = isBare ? { dir: "ltr" as const } : { title: url }
  return (
    <a href={url} {...named} {...elsewhere}>
      {nodes.map(drawInline)}
    </a>
  )
}
