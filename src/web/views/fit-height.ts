/** Makes a field as high as its text, where the browser does not do that by itself. */
export function fitHeight(area: HTMLTextAreaElement | null): void {
  if (area === null || CSS.supports("field-sizing", "content")) return
  area.style.height = "auto"
  area.style.height = `${area.scrollHeight}px`
}
