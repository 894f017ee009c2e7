/**
 * What the bundler leaves out of the page's head.
 *
 * Shared code is a chunk of its own, which a browser would discover only in the first
 * script: it is announced at once, so nothing is fetched in three steps. And the bundler
 * makes one deferred module of all scripts, so a script that must run before the first
 * paint is inlined here.
 */
import type { Auth } from "../../contract/accounts.ts"
import { installLinks } from "./installable.ts"

export interface PageFile {
  readonly name: string
  readonly text: string
}

interface Head {
  /** The name of a script that runs before anything is painted. */
  readonly before: string
  /** How this server identifies people: if the page had to ask, it would first show newcomers the wrong entrance. */
  readonly auth: Auth
}

/** The page, with these parts in its head. */
export function completeHead(html: string, scripts: readonly PageFile[], { before, auth }: Head): string {
  const preloads = neededAtOnce(html, scripts).map((name) => `<link rel="modulepreload" crossorigin href="/${name}">`)
  return html
    .replace("<html", `<html data-auth="${auth}"`)
    .replace("</title>", (end) => `${end}<script src="/${before}"></script>${preloads.join("")}${installLinks}`)
}

/** The chunks that the page's scripts import statically, directly or not. */
function neededAtOnce(html: string, scripts: readonly PageFile[]): string[] {
  const texts = new Map(scripts.map(({ name, text }) => [name, text]))
  const found = new Set(namesIn(html, /<script[^>]*\bsrc="\/([^"]+)"/g))
  const first = found.size
  for (const name of found) {
    const imported = namesIn(texts.get(name) ?? "", /(?:\bfrom|\bimport)\s*"\.?\/([^"]+)"/g)
    for (const other of imported) if (texts.has(other)) found.add(other)
  }
  return [...found].slice(first)
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name)
}
