/**
 * Keeps live texts correct while a browser translates the page.
 *
 * Some translators remove a text and insert an element with its translation. Then nobody sees later changes of that
 * text, and inserting beside it fails. So the text is put back, empty, beside its translation; when the page changes
 * it, the translation is removed, and the translator finds the new text and translates it again.
 */
export function surviveTranslators(root: Node): void {
  const translations = new WeakMap<Text, Element>()
  const options = { childList: true, characterData: true, subtree: true }
  const observer = new MutationObserver((records) => {
    for (const record of records) {
      if (record.type === "characterData") outdate(record.target)
      else takeBack(record)
    }
    // Changes made here do not count.
    observer.takeRecords()
  })
  observer.observe(root, options)

  /** The page has changed the text. */
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

/** No view of the page creates one. */
function isOfTranslator({ localName }: HTMLElement): boolean {
  return localName === "font"
}
