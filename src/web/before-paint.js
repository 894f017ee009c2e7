// Runs before the first paint: a page that was asked to be dark is never white first. `theme.ts` has the rest.
try {
  const theme = JSON.parse(localStorage.getItem("warren.theme"))
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme
} catch {
  // Storage is forbidden, or holds what nobody chose: the system's theme it is.
}
