/**
 * Small changes to a program, each of which some test should notice: an operator, a
 * condition, a constant, a statement that is left out. They are found in the syntax tree,
 * so never in types, comments or texts.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast"
import * as is from "typescript/unstable/ast/is"
import { API } from "typescript/unstable/async"

export interface Mutation {
  readonly start: number
  readonly end: number
  readonly replacement: string
  /** Counted from 1, where it starts. */
  readonly line: number
  /** What the line says before and after; with the file it names the mutation, wherever the line moves … */
  readonly before: string
  readonly after: string
  /** … and so does this where several lines say the same: which of them it is, counted from 1. */
  readonly nth: number
}

const operators: Readonly<Record<string, string>> = {
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "===": "!==",
  "!==": "===",
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "&&": "||",
  "||": "&&",
  "??": "&&",
  "+=": "-=",
  "-=": "+=",
  "??=": "=",
}

type Change = readonly [node: { readonly start: number; readonly end: number }, replacement: string]

/** In the order of the text. */
export async function mutationsOf(text: string, language: "ts" | "tsx" = "ts"): Promise<Mutation[]> {
  const changes = await withSyntaxTree(text, language, (source) => {
    const found: Change[] = []
    const visit = (node: Node): void => {
      if (isNoCode(node)) return
      found.push(...changesOf(node, source))
      node.forEachChild((child) => void visit(child))
    }
    visit(source)
    return found
  })
  const seen = new Map<string, number>()
  return changes
    .map(([{ start, end }, replacement]) => described(text, start, end, replacement))
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((mutation) => {
      const name = `${mutation.before}\n${mutation.after}`
      const nth = (seen.get(name) ?? 0) + 1
      seen.set(name, nth)
      return { ...mutation, nth }
    })
}

/** A project of this one file, which is only parsed. */
async function withSyntaxTree<T>(text: string, language: "ts" | "tsx", read: (source: SourceFile) => T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "warren-mutate-"))
  const [file, project] = [join(folder, `file.${language}`), join(folder, "tsconfig.json")]
  writeFileSync(file, text)
  writeFileSync(
    project,
    JSON.stringify({ compilerOptions: { noLib: true, noResolve: true }, files: [`file.${language}`] }),
  )
  const api = new API({ cwd: folder })
  try {
    const snapshot = await api.updateSnapshot({ openProject: project })
    const source = await snapshot.getProjects()[0]?.program.getSourceFile(file)
    if (source === undefined) throw new Error("The file cannot be parsed.")
    return read(source)
  } finally {
    await api.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function isNoCode(node: Node): boolean {
  return (
    is.isTypeNode(node) ||
    is.isImportDeclaration(node) ||
    is.isInterfaceDeclaration(node) ||
    is.isTypeAliasDeclaration(node) ||
    is.isEnumDeclaration(node)
  )
}

function changesOf(node: Node, source: SourceFile): Change[] {
  const place = (of: Node) => ({ start: of.getStart(source), end: of.end })
  if (is.isBinaryExpression(node)) {
    const operator = place(node.operatorToken)
    const replacement = operators[source.text.slice(operator.start, operator.end)]
    return replacement === undefined ? [] : [[operator, replacement]]
  }
  if (is.isIfStatement(node)) return bothWays(place(node.expression))
  if (is.isConditionalExpression(node)) return bothWays(place(node.condition))
  if (is.isWhileStatement(node)) return [[place(node.expression), "false"]]
  if (is.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.ExclamationToken)
    return [[place(node), textOf(node.operand, source)]]
  if (is.isNumericLiteral(node)) return [[place(node), `(${textOf(node, source)} + 1)`]]
  if (node.kind === SyntaxKind.TrueKeyword) return [[place(node), "false"]]
  if (node.kind === SyntaxKind.FalseKeyword) return [[place(node), "true"]]
  // A declaration is needed by what follows; these only do something.
  if (is.isExpressionStatement(node) || is.isThrowStatement(node)) return [[place(node), ";"]]
  if (is.isBreakStatement(node) || is.isContinueStatement(node)) return [[place(node), ";"]]
  return []
}

function bothWays(condition: { start: number; end: number }): Change[] {
  return [
    [condition, "true"],
    [condition, "false"],
  ]
}

function textOf(node: Node, source: SourceFile): string {
  return source.text.slice(node.getStart(source), node.end)
}

function described(text: string, start: number, end: number, replacement: string): Omit<Mutation, "nth"> {
  const lineStart = text.lastIndexOf("\n", start - 1) + 1
  const rest = text.indexOf("\n", end)
  const lineEnd = rest === -1 ? text.length : rest
  const line = text.slice(0, start).split("\n").length
  const before = text.slice(lineStart, lineEnd).trim()
  const after = (text.slice(lineStart, start) + replacement + text.slice(end, lineEnd)).trim()
  return { start, end, replacement, line, before, after }
}

export function mutated(text: string, { start, end, replacement }: Mutation): string {
  return text.slice(0, start) + replacement + text.slice(end)
}
