/**
 * Keeps live texts true while a browser translates the page.
 *
 * Some translators take a text out and put an element with its translation in its place. What the page then
 * changes about that text is seen by nobody, and what it puts in beside it fails. So the text goes back to its
 * place, empty, beside its translation, and once the page gives it another one, that translation goes: the
 * translator finds the new text, and translates it again.
 */
export function surviveTranslators(root: Node): void {
  const translations = new WeakMap<Text, Element>()
  const options = { childList: true, characterData: true, subtree: true }
  const observer = new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "characterData") outdate(record.target)
      else takeBack(record)
    }
    // What was done here is no news.
    observer.takeRecords()
  })
  observer.observe(root, options)

  /** The page has another text. */
  function outdate(node: Node): void {
    if (!(node instanceof Text) || node.data === "") return
    translations.get(node)?.remove()
    translations.delete(node)
  }

  function takeBack({ removedNodes, addedNodes, target }: MutationRecord): void {
    const [removed] = removedNodes
    const [added] = addedNodes
    const isTranslated = removed instanceof Text && added instanceof HTMLElement && isOfTranslator(added)
    if (!isTranslated || removed.isConnected || added.parentNode !== target) return
    translations.set(removed, added)
    removed.data = ""
    added.before(removed)
  }
}

/** No view of the page makes one. */
function isOfTranslator({ localName }: HTMLElement): boolean {
  return localName === "font"
}
