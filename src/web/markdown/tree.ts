/**
 * A message as it is shown: its parsed text. No part of it ever becomes markup of the page, and it nests only a few
 * levels deep.
 */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  /** The name of a mentioned person, or of the whole room. `isOwn`: it means the reader. */
  | { readonly kind: "mention"; readonly text: string; readonly isOwn: boolean }
  | { readonly kind: "link"; readonly url: string; readonly nodes: readonly Inline[]; readonly isBare: boolean }
  | { readonly kind: Emphasis; readonly nodes: readonly Inline[] }

export type Emphasis = "strong" | "emphasis" | "strike"

export type Block =
  | { readonly kind: "paragraph"; readonly nodes: readonly Inline[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "quote"; readonly blocks: readonly Block[] }
  /** Numbered from `start`, or with bullets. */
  | { readonly kind: "list"; readonly start: number | undefined; readonly items: readonly (readonly Block[])[] }

/** What is read of it. */
export function textOf(blocks: readonly Block[]): string {
  return blocks.map(textOfBlock).join("\n")
}

function textOfBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return textOfNodes(block.nodes)
    case "code":
      return block.text
    case "quote":
      return textOf(block.blocks)
    case "list":
      return block.items.map(textOf).join("\n")
  }
}

function textOfNodes(nodes: readonly Inline[]): string {
  return nodes.map((node) => ("text" in node ? node.text : textOfNodes(node.nodes))).join("")
}
