/**
 * The page's words in the language that is shown. A view that reads them is drawn again when that changes.
 * English is always there; any other language is one more file beside en.ts. What is said later has files of
 * its own, which are there before the views that say it.
 */
import { signal } from "@preact/signals-core"
import { en } from "./en.ts"
import { type Formats, formatsOf } from "./formats.ts"
import type { laterEn } from "./later/en.ts"

export type Texts = ReturnType<typeof en>
export type LaterTexts = ReturnType<typeof laterEn>

/** `later` is undefined until something that needs it was loaded. */
export interface Language {
  readonly first: (formats: Formats) => Texts
  readonly later: ((formats: Formats) => LaterTexts) | undefined
}

interface Shown {
  readonly language: Language
  readonly texts: Texts
  readonly laterTexts: LaterTexts | undefined
  readonly formats: Formats
}

const shown = signal<Shown>(inLanguage({ first: en, later: undefined }, "en"))

export const texts = (): Texts => shown.value.texts
export const formats = (): Formats => shown.value.formats

/** As it stands beside a room, where more than so many are no news any more. */
export function shownCount(count: number): string {
  const { number } = formats()
  return count > 99 ? `${number(99)}+` : number(count)
}

export function laterTexts(): LaterTexts {
  const { laterTexts: found } = shown.value
  if (found === undefined) throw new Error("These texts are loaded with the views that need them.")
  return found
}

export function show(language: Language, locale: string): void {
  shown.value = inLanguage(language, locale)
}

/** Formatters keep to the time zone they were made in; and whoever told a time tells it as it is on another day. */
export function renewFormats(): void {
  const { language, formats } = shown.value
  shown.value = inLanguage(language, formats.locale)
}

function inLanguage(language: Language, locale: string): Shown {
  const formats = formatsOf(locale)
  return { language, texts: language.first(formats), laterTexts: language.later?.(formats), formats }
}
