/**
 * Light, dark, or as the system has it. `before-paint.js` has set it once before anything
 * was painted; from there on it follows what is chosen, in this tab or another.
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
  // The browser's own bar. One for each of the system's themes; a theme that was chosen holds in both.
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const system = meta.media.includes("dark") ? "dark" : "light"
    meta.content = colours[theme === "system" ? system : theme]
  }
}

/** `--burrow` in `styles/tokens.css`. */
const colours = { light: "#f3f0e9", dark: "#151412" } as const
