/**
 * Whether the server has another page than this one, as after an update. What this one did not load yet is gone there,
 * so it says that it is old rather than lead nowhere.
 */
import { effect, type ReadonlySignal, signal, untracked } from "@preact/signals-core"
import type { Attention } from "./attention.ts"
import type { Client } from "./core/client.ts"

const newer = signal(false)

export const hasNewerPage: ReadonlySignal<boolean> = newer

/** Until the next time that the server was away. */
export function keepThisPage(): void {
  newer.value = false
}

/** A server that comes back may be another one. It is asked once somebody looks, and not by all pages at the same moment. */
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

/** A script and a stylesheet are named after what is in them: a page that names others is another page. */
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
  // Not what an extension of the browser put in.
  const parts = document.head.querySelectorAll('script[type="module"][src^="/"], link[rel="stylesheet"][href^="/"]')
  return [...parts].map((part) => part.getAttribute("src") ?? part.getAttribute("href") ?? "")
}
