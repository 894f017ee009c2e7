/**
 * What the bundler leaves out of the page's head.
 *
 * Shared code is a chunk of its own, which a browser would learn of only from the first
 * script: it is told at once, so that nothing is fetched in three steps. And every script of
 * the page becomes one deferred module, so what must run before the first paint is put in here.
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
  /** How this server knows who somebody is: a page that waited to be told would show a newcomer the wrong way in. */
  readonly auth: Auth
}

/** The page with what belongs into its head. */
export function completeHead(html: string, scripts: readonly PageFile[], { before, auth }: Head): string {
  const preloads = neededAtOnce(html, scripts).map((name) => `<link rel="modulepreload" crossorigin href="/${name}">`)
  return html
    .replace("<html", `<html data-auth="${auth}"`)
    .replace("</title>", (end) => `${end}<script src="/${before}"></script>${preloads.join("")}${installLinks}`)
}

/** What the page's own scripts import, and what that imports; not what they load when it is asked for. */
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
