/**
 * Shows the page in the chosen language, or the browser's, in this tab and the others. If a language cannot be loaded
 * nothing changes, so the page stays readable.
 */
import { effect, untracked } from "@preact/signals-core"
import type { Preferences } from "./core/preferences.ts"
import { type Choice, languageFor, languages } from "./texts/languages.ts"
import { type Language, show } from "./texts/texts.ts"

/** The language shown, or English while only that is loaded. */
let shown: Choice = { code: "en", locale: "en" }
/** From then on views may use the later texts, in any language. */
let hasLater = false

/** Resolves when the first language is loaded, so nobody sees another one before it. */
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

/** Resolves when all texts are loaded, in the current language and any later one. */
export async function loadLaterTexts(): Promise<void> {
  while (!hasLater) {
    const choice = shown
    await become(choice, () => shown === choice, true)
  }
}

/** The first paint does not wait for later texts. */
async function become(choice: Choice, isWanted: () => boolean, isWhole = hasLater): Promise<void> {
  const { code, locale } = choice
  const language = await load(choice, isWhole)
  if (!isWanted()) return
  // Views that use the later texts were loaded meanwhile.
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
