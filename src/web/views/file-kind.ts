/**
 * The kind of a file, as people call it: by the type that the server found in its bytes, or by its name where types do
 * not differ, as with documents and other archives. Nobody reads MIME types.
 */
import { type LaterTexts, laterTexts } from "../texts/texts.ts"

type Kind = keyof LaterTexts["files"]["kinds"]

type Table = readonly (readonly [pattern: RegExp, kind: Kind])[]

const types: Table = [
  [/^image\//, "picture"],
  [/^video\//, "video"],
  [/^audio\//, "sound"],
  [/^application\/pdf$/, "pdf"],
  [/^application\/(?:gzip|zstd|x-7z-compressed|vnd\.rar)$/, "archive"],
  [/^text\/html$/, "webPage"],
]

/** For zip archives, texts, and unknown types. */
const names: Table = [
  [/\.docx?$/i, "word"],
  [/\.(?:odt|rtf)$/i, "document"],
  [/\.(?:xlsx?|ods|csv)$/i, "spreadsheet"],
  [/\.(?:pptx?|odp)$/i, "presentation"],
]

const generalTypes: Table = [
  [/^application\/zip$/, "zip"],
  [/^text\//, "text"],
]

export function kindOf({ name, mimeType }: { readonly name: string; readonly mimeType: string }): string {
  const { kinds } = laterTexts().files
  const kind = found(types, mimeType) ?? found(names, name) ?? found(generalTypes, mimeType)
  if (kind !== undefined) return kinds[kind]
  const [, extension] = /\.([a-z0-9]{1,8})$/i.exec(name) ?? []
  return extension?.toUpperCase() ?? kinds.file
}

function found(table: Table, text: string): Kind | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1]
}
