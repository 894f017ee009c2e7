/** What is available to every view. */
import type { ReadonlySignal } from "@preact/signals-core"
import { createContext } from "preact"
import { useContext } from "preact/hooks"
import type { Notifications } from "../alerts/notifications.ts"
import type { Attention } from "../attention.ts"
import type { Client } from "../core/client.ts"
import type { Preferences } from "../core/preferences.ts"

interface Surroundings {
  readonly client: Client
  readonly attention: Attention
  readonly preferences: Preferences
  /** Loaded after the page. */
  readonly notifications: ReadonlySignal<Notifications | undefined>
}

export const ClientContext = createContext<Surroundings | undefined>(undefined)

export function useSurroundings(): Surroundings {
  const surroundings = useContext(ClientContext)
  if (surroundings === undefined) throw new Error("This view is outside of the page.")
  return surroundings
}

export const useClient = (): Client => useSurroundings().client
