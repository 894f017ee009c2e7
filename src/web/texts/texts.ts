/**
 * The page's words in the language that is shown. A view that reads them is drawn again when that changes.
 * English is always there; any other language is one more file beside en.ts.
 */
import { signal } from "@preact/signals-core"
import { en } from "./en.ts"
import { type Formats, formatsOf } from "./formats.ts"

export type Texts = ReturnType<typeof en>
export type Language = (formats: Formats) => Texts

interface Shown {
  readonly language: Language
  readonly texts: Texts
  readonly formats: Formats
}

const shown = signal<Shown>(inLanguage(en, "en"))

export const texts = (): Texts => shown.value.texts
export const formats = (): Formats => shown.value.formats

export function show(language: Language, locale: string): void {
  shown.value = inLanguage(language, locale)
}

/** Formatters keep to the time zone they were made in. */
export function renewFormats(): void {
  const { language, formats } = shown.value
  shown.value = inLanguage(language, formats.locale)
}

function inLanguage(language: Language, locale: string): Shown {
  const formats = formatsOf(locale)
  return { language, texts: language(formats), formats }
}
