/** Says that this page is older than its server, and loads the new one. Drafts and the reading position are kept. */
import { hasNewerPage, keepThisPage } from "../newer-page.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { CloseIcon } from "./icons.tsx"

export function NewerPageLine() {
  const t = laterTexts().newerPage
  return (
    <div class="newer-page" role="status">
      {hasNewerPage.value && (
        <p>
          {t.text}
          <button type="button" class="link-button" onClick={() => location.reload()}>
            {t.reload}
          </button>
          <button type="button" class="icon-button" aria-label={texts().shared.close} onClick={keepThisPage}>
            <CloseIcon />
          </button>
        </p>
      )}
    </div>
  )
}
