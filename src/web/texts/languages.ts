/** The languages of the page, each under its own name, and which of them a browser would have. All but English are loaded when they are wanted. */
import { en } from "./en.ts"
import type { Language } from "./texts.ts"

interface Entry {
  /** As its readers write it. */
  readonly name: string
  readonly direction: "ltr" | "rtl"
  readonly load: () => Promise<Language["first"]>
  readonly loadLater: () => Promise<NonNullable<Language["later"]>>
}

export const languages = {
  en: {
    name: "English",
    direction: "ltr",
    load: async () => en,
    loadLater: async () => (await import("./later/en.ts")).laterEn,
  },
  de: {
    name: "Deutsch",
    direction: "ltr",
    load: async () => (await import("./de.ts")).de,
    loadLater: async () => (await import("./later/de.ts")).laterDe,
  },
  ar: {
    name: "العربية",
    direction: "rtl",
    load: async () => (await import("./ar.ts")).ar,
    loadLater: async () => (await import("./later/ar.ts")).laterAr,
  },
} as const satisfies Record<string, Entry>

export type LanguageCode = keyof typeof languages

export const languageCodes = Object.keys(languages) as LanguageCode[]

export interface Choice {
  readonly code: LanguageCode
  /** With the reader's country where the browser names one: dates and numbers are written as there. */
  readonly locale: string
}

/** `wished` is what the browser asks for, the best first. English for who reads none of ours. */
export function languageFor(chosen: LanguageCode | "browser", wished: readonly string[]): Choice {
  const ours = wished.map((locale) => ({ code: codeOf(locale), locale }))
  const choice = ours.find(({ code }) => (chosen === "browser" ? code !== undefined : code === chosen))
  if (choice?.code !== undefined) return { code: choice.code, locale: choice.locale }
  const code = chosen === "browser" ? "en" : chosen
  return { code, locale: code }
}

function codeOf(locale: string): LanguageCode | undefined {
  const [language] = locale.toLowerCase().split("-")
  return languageCodes.find((code) => code === language)
}
