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
/** From then on views may say what is said later, whatever the language. */
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
  while (!hasLater) {
    const choice = shown
    await become(choice, () => shown === choice, true)
  }
}

/** The first sight does not wait for what is said later. */
async function become(choice: Choice, isWanted: () => boolean, isWhole = hasLater): Promise<void> {
  const { code, locale } = choice
  const language = await load(choice, isWhole)
  if (!isWanted()) return
  // Views that say the rest were loaded meanwhile.
  if (hasLater && !isWhole) return become(choice, isWanted)
  shown = choice
  hasLater = isWhole
  show(language, locale)
  document.documentElement.lang = locale
  document.documentElement.dir = languages[code].direction
}

async function load({ code }: Choice, isWhole: boolean): Promise<Language> {
  const { load, loadLater } = languages[code]
  const [first, later] = await Promise.all([load(), isWhole ? loadLater() : undefined])
  return { first, later }
}
