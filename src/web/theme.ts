/**
 * Light, dark, or the system's theme. `before-paint.js` sets it before the first paint;
 * from then on it follows the setting, in this tab and the others.
 */
import { effect } from "@preact/signals-core"
import type { Preferences, Theme } from "./core/preferences.ts"

export function followTheme({ theme }: Preferences): void {
  effect(() => {
    show(theme.value)
  })
}

function show(theme: Theme): void {
  const { documentElement: root } = document
  if (theme === "system") delete root.dataset["theme"]
  else root.dataset["theme"] = theme
  // The colour of the browser's own bar. One for each of the system's themes; a chosen theme applies to both.
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const system = meta.media.includes("dark") ? "dark" : "light"
    meta.content = colours[theme === "system" ? system : theme]
  }
}

/** `--burrow` in `styles/tokens.css`. */
const colours = { light: "#f3f0e9", dark: "#151412" } as const
