/**
 * Shown for a dialog that takes long to load. If the server has another version of the page it will never load, and
 * this says so.
 */
import { useEffect, useState } from "preact/hooks"
import { hasNewerPage, lookForNewerPage } from "../newer-page.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { Modal } from "./dialog.tsx"

const silenceMs = 800

export function Soon({ onClose }: { readonly onClose: () => void }) {
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => {
      setLong(true)
      void lookForNewerPage()
    }, silenceMs)
    return () => clearTimeout(timer)
  }, [])
  if (!isLong) return null
  const t = laterTexts().newerPage
  return (
    <Modal label={texts().shared.loading} onClose={onClose}>
      <div class="dialog-content">
        <p role="status">{hasNewerPage.value ? t.text : texts().shared.loading}</p>
        <div class="buttons">
          <button type="button" class="button" onClick={onClose}>
            {texts().shared.close}
          </button>
          {hasNewerPage.value && (
            <button type="button" class="button primary" onClick={() => location.reload()}>
              {t.reload}
            </button>
          )}
        </div>
      </div>
    </Modal>
  )
}
