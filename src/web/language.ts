/**
 * Shows the page in the language that was chosen, or that the browser asks for, in this tab or another.
 * A language that cannot be loaded changes nothing: what is there stays readable.
 */
import { effect, untracked } from "@preact/signals-core"
import type { Preferences } from "./core/preferences.ts"
import { type Choice, languageFor, languages } from "./texts/languages.ts"
import { show } from "./texts/texts.ts"

/** Resolves when the first language is there, so that nobody sees another one before it. */
export async function followLanguage({ language }: Preferences): Promise<void> {
  let latest: Choice | undefined
  let loaded: Promise<void> | undefined
  const follow = () => {
    const choice = languageFor(language.value, navigator.languages)
    latest = choice
    loaded = untracked(() => become(choice, () => latest === choice))
  }
  effect(follow)
  addEventListener("languagechange", follow)
  await loaded
}

async function become({ code, locale }: Choice, isWanted: () => boolean): Promise<void> {
  const { direction, load } = languages[code]
  const language = await load().catch(() => undefined)
  if (language === undefined || !isWanted()) return
  show(language, locale)
  document.documentElement.lang = locale
  document.documentElement.dir = direction
}
