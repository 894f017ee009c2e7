/**
 * Shows the page in the language that was chosen, or that the browser asks for, in this tab or another.
 * A language that cannot be loaded changes nothing: what is there stays readable.
 */
import { effect, untracked } from "@preact/signals-core"
import type { Preferences } from "./core/preferences.ts"
import { type Choice, languageFor, languages } from "./texts/languages.ts"
import { type Language, show } from "./texts/texts.ts"

/** What is shown, or English while that is all there is. */
let shown: Choice = { code: "en", locale: "en" }
let needsLater = false
let hasLater = false

/** Resolves when the first language is there, so that nobody sees another one before it. */
export async function followLanguage({ language }: Preferences): Promise<void> {
  let latest: Choice | undefined
  let loaded: Promise<void> | undefined
  const follow = () => {
    const choice = languageFor(language.value, navigator.languages)
    latest = choice
    loaded = untracked(() => become(choice, () => latest === choice)).catch(() => {})
  }
  effect(follow)
  addEventListener("languagechange", follow)
  await loaded
}

/** Resolves when everything can be said in the language that is shown, and in any that follows. */
export async function loadLaterTexts(): Promise<void> {
  needsLater = true
  while (!hasLater) {
    const choice = shown
    await become(choice, () => shown === choice)
  }
}

async function become(choice: Choice, isWanted: () => boolean): Promise<void> {
  const { code, locale } = choice
  const language = await load(choice)
  if (!isWanted()) return
  // Views that need the rest were loaded meanwhile.
  if (needsLater && language.later === undefined) return become(choice, isWanted)
  shown = choice
  hasLater = language.later !== undefined
  show(language, locale)
  document.documentElement.lang = locale
  document.documentElement.dir = languages[code].direction
}

async function load({ code }: Choice): Promise<Language> {
  const { load, loadLater } = languages[code]
  const [first, later] = await Promise.all([load(), needsLater ? loadLater() : undefined])
  return { first, later }
}
