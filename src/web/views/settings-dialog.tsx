/** A person's settings for this browser: the look of the page, and its alerts. */
import { themes } from "../core/preferences.ts"
import { laterTexts, texts } from "../texts/texts.ts"
import { useSurroundings } from "./context.ts"
import { Dialog } from "./dialog.tsx"
import { LanguageChoice } from "./language-choice.tsx"
import { openOverlay } from "./overlay.ts"
import { Segmented } from "./segmented.tsx"

export function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const { theme, hasSound } = useSurroundings().preferences
  const t = laterTexts().settings
  return (
    <Dialog title={texts().settings.title} onClose={onClose}>
      <div class="settings">
        <Segmented
          label={t.theme}
          choices={themes}
          nameOf={(choice) => t.themes[choice]}
          chosen={theme.value}
          onChosen={(choice) => theme.set(choice)}
        />
        <LanguageChoice />
        <NotificationSetting />
        <label class="setting">
          <span>
            <strong>{t.sound}</strong>
            <small>{t.soundText}</small>
          </span>
          <input
            type="checkbox"
            role="switch"
            class="switch"
            checked={hasSound.value}
            aria-checked={hasSound.value}
            onChange={(event) => hasSound.set(event.currentTarget.checked)}
          />
        </label>
        <button type="button" class="button quiet" onClick={() => openOverlay({ kind: "shortcuts" })}>
          {t.shortcuts}
        </button>
      </div>
    </Dialog>
  )
}

function NotificationSetting() {
  const notifications = useSurroundings().notifications.value
  const t = laterTexts().settings
  if (notifications === undefined) return null
  const state = notifications.state.value
  return (
    <div class="setting">
      <span>
        <strong>{t.notifications}</strong>
        <small role="status">{t.notificationStates[state]}</small>
      </span>
      {state === "off" && (
        <button type="button" class="button" onClick={() => void notifications.turnOn()}>
          {t.turnOn}
        </button>
      )}
      {state === "on" && (
        <button type="button" class="button" onClick={() => notifications.turnOff()}>
          {t.turnOff}
        </button>
      )}
    </div>
  )
}
