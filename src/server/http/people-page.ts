/** A page of one sentence for people, where programs get the same as JSON. */
import type { ErrorCode } from "../../contract/errors.ts"
import { languageOf, reasonIn, type Trouble, words } from "./people-words.ts"

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; color: light-dark(#26231d, #ece7dd); background: light-dark(#f3f0e9, #151412); }
body { display: grid; place-content: center; min-height: 100vh; margin: 0; padding: 1.5rem; box-sizing: border-box; text-align: center; }
h1 { margin: 0; font-size: 1.5rem; }
a { display: inline-block; padding: 0.75rem; color: light-dark(#2b6349, #93cfac); }
`

const styleHash = new Bun.CryptoHasher("sha256").update(style).digest("base64")

const headers = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": `default-src 'none'; img-src 'self'; style-src 'sha256-${styleHash}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  Vary: "Accept, Accept-Language",
}

interface PeoplePage {
  readonly status: number
  readonly trouble: Trouble
  /** The reason. Its code helps whoever is asked for help. */
  readonly refusal?: { readonly code: ErrorCode; readonly message: string }
}

export function peoplePage(request: Request, { status, trouble, refusal }: PeoplePage): Response {
  const language = languageOf(request)
  const { titles, missing, home } = words[language]
  const sentence = refusal === undefined ? missing : reasonIn(language, refusal)
  const lines = [titles[trouble], sentence].map((text) => Bun.escapeHTML(text))
  const page = `<!doctype html>
<html lang="${language}"${language === "ar" ? ' dir="rtl"' : ""}>
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${lines[0]} · Warren</title>
    <style>${style}</style>
  </head>
  <body>
    <main>
      <h1>${lines[0]}</h1>
      <p>${lines[1]}</p>${refusal === undefined ? "" : `\n      <p><code>${refusal.code}</code></p>`}
      <a href="/">${home}</a>
    </main>
  </body>
</html>
`
  return new Response(page, { status, headers })
}
