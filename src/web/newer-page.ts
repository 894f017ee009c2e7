/**
 * Whether the server has another version of the page, as after an update. Parts of this one that are not loaded yet are
 * gone there, so it says that it is old instead of failing later.
 */
import { effect, type ReadonlySignal, signal, untracked } from "@preact/signals-core"
import type { Attention } from "./attention.ts"
import type { Client } from "./core/client.ts"

const newer = signal(false)

export const hasNewerPage: ReadonlySignal<boolean> = newer

/** Holds until the next time that the server was away. */
export function keepThisPage(): void {
  newer.value = false
}

/**
 * A server that comes back may have another version. It is asked once somebody looks, and not by all pages at the same
 * moment.
 */
export function followServer(client: Client, attention: Attention): void {
  let wasOnline = false
  let isDue = false
  effect(() => {
    const isOnline = client.connection.state.value.kind === "online"
    if (wasOnline && !isOnline) isDue = true
    wasOnline ||= isOnline
    if (!isDue || !isOnline || !attention.isHere.value) return
    isDue = false
    untracked(() => void lookForNewerPage())
  })
}

/** Scripts and stylesheets are named by their contents: a page with other names is another version. */
export async function lookForNewerPage(): Promise<void> {
  try {
    const response = await fetch("/", { cache: "no-cache" })
    const html = response.ok ? await response.text() : undefined
    if (html !== undefined) newer.value = !own().every((path) => html.includes(`"${path}"`))
  } catch {
    // The next connection asks again.
  }
}

function own(): string[] {
  // Without those that a browser extension added.
  const parts = document.head.querySelectorAll('script[type="module"][src^="/"], link[rel="stylesheet"][href^="/"]')
  return [...parts].map((part) => part.getAttribute("src") ?? part.getAttribute("href") ?? "")
}
