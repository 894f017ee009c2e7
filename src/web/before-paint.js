// Runs before the first paint: a page that was asked to be dark is never white first (`theme.ts` has the rest), and the
// frame that is seen until the scripts are there is that of what they draw, in the direction of its language.
// What is dropped before the page knows what to do with it (`drops.ts`) waits, and never takes the page away.
window.dropped = []
window.ondragover = window.ondrop = (event) => {
  event.preventDefault()
  window.dropped.push(...event.dataTransfer.files)
}
try {
  const { dataset } = document.documentElement
  const kept = (key) => JSON.parse(localStorage.getItem(`warren.${key}`))
  const theme = kept("theme")
  if (theme === "light" || theme === "dark") dataset.theme = theme
  const chosen = kept("language")
  if (/^ar\b/.test(!chosen || chosen === "browser" ? navigator.language : chosen)) document.documentElement.dir = "rtl"
  if (kept("username") || kept("token") || kept("account")) dataset.known = location.pathname === "/" ? "list" : "room"
} catch {
  // Storage is forbidden, or holds what nobody chose: the system's theme it is.
}
