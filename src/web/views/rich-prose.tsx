/** The text of a message with all its formatting, drawn from its parsed form. */
import { signal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useMemo } from "preact/hooks"
import { cutText } from "../markdown/cut.ts"
import { everything } from "../markdown/inline.ts"
import { parse } from "../markdown/parse.ts"
import type { Block, Inline } from "../markdown/tree.ts"
import { pathInPage } from "../navigation.ts"
import { laterTexts } from "../texts/texts.ts"
import { CodeBlock } from "./code-block.tsx"
import { useNames } from "./mentioned.ts"
import type { Mark, ProseProps } from "./prose.tsx"

/** Texts that somebody wanted to see in full. */
const unfolded = signal<ReadonlySet<string>>(new Set())

/** Drawn texts are cached: a row is drawn again with each new message. */
export function RichProse({ room, row, mark }: ProseProps & { readonly mark: Mark }) {
  const { content: text } = row
  const isWhole = unfolded.value.has(text)
  const names = useNames(room, row.message)
  const { drawn, isLong } = useMemo(() => {
    const { blocks, isCut } = cutText(text, names)
    const shown = isWhole ? parse(text, everything(names)) : blocks
    return { drawn: shown.map((block) => drawBlock(block, "auto")), isLong: isCut }
  }, [text, isWhole, names])
  return (
    <>
      <div class={`prose ${mark.class}`} dir="auto" style={mark.style}>
        {drawn}
      </div>
      {isLong && (
        <button type="button" class="link-button" aria-expanded={isWhole} onClick={() => unfold(text, !isWhole)}>
          {isWhole ? laterTexts().message.showLess : laterTexts().message.showAll}
        </button>
      )}
    </>
  )
}

function unfold(text: string, isWhole: boolean): void {
  const others = [...unfolded.value].filter((other) => other !== text)
  unfolded.value = new Set(isWhole ? [...others, text] : others)
}

/**
 * A quote or a list goes as its first words do, on which side its bar, signs and numbers stand. What has a direction of
 * its own would not be asked for that, so nothing within them has (each line still runs as its words do, see prose.css).
 */
function drawBlock(block: Block, dir?: "auto"): ComponentChildren {
  switch (block.kind) {
    case "paragraph":
      return <p dir={dir}>{block.nodes.map(drawInline)}</p>
    case "code":
      return <CodeBlock language={block.language} text={block.text} />
    case "quote":
      return <blockquote dir={dir}>{block.blocks.map((inner) => drawBlock(inner))}</blockquote>
    case "list": {
      const items = block.items.map((blocks) => <li>{blocks.map(drawInItem)}</li>)
      return block.start === undefined ? (
        <ul dir={dir}>{items}</ul>
      ) : (
        <ol dir={dir} start={block.start}>
          {items}
        </ol>
      )
    }
  }
}

/** Most items are one line: this saves an element for each. */
function drawInItem(block: Block, _: number, { length }: readonly Block[]): ComponentChildren {
  return block.kind === "paragraph" && length === 1 ? block.nodes.map(drawInline) : drawBlock(block)
}

function drawInline(node: Inline): ComponentChildren {
  switch (node.kind) {
    case "text":
      return node.text
    case "code":
      return <code dir="ltr">{node.text}</code>
    case "mention":
      return <bdi class={`mention ${node.isOwn ? "own" : ""}`}>{node.text}</bdi>
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

/** Rooms of this server open here; other links open elsewhere, without a referrer. */
function ProseLink({ url, nodes, isBare }: Extract<Inline, { kind: "link" }>) {
  const elsewhere = pathInPage(url) === undefined ? { target: "_blank", rel: "noopener noreferrer nofollow" } : {}
  const named = isBare ? { dir: "ltr" as const } : { title: url }
  return (
    <a href={url} {...named} {...elsewhere}>
      {nodes.map(drawInline)}
    </a>
  )
}
