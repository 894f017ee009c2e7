/** Chooses the page's language. Each has its own name, so everybody finds theirs. */
import { useId } from "preact/hooks"
import { type LanguageCode, languageCodes, languages } from "../texts/languages.ts"
import { laterTexts } from "../texts/texts.ts"
import { useSurroundings } from "./context.ts"

export function LanguageChoice() {
  const { language } = useSurroundings().preferences
  const id = useId()
  const t = laterTexts().language
  return (
    <div class="field">
      <label for={id}>{t.label}</label>
      <select
        id={id}
        value={language.value}
        onChange={(event) => language.set(event.currentTarget.value as LanguageCode | "browser")}
      >
        <option value="browser">{t.browser}</option>
        {languageCodes.map((code) => (
          <option key={code} value={code} lang={code}>
            {languages[code].name}
          </option>
        ))}
      </select>
    </div>
  )
}
