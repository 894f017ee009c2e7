/** Which of the dialogs that can be opened from anywhere is open: one at a time. */
import { signal } from "@preact/signals"

export type Overlay =
  | { readonly kind: "find" }
  | { readonly kind: "profile" }
  | { readonly kind: "settings" }
  | { readonly kind: "shortcuts" }
  | { readonly kind: "account" }
  | { readonly kind: "admin" }
  | { readonly kind: "invite" }
  | { readonly kind: "newRoom"; readonly name: string }

export const overlay = signal<Overlay | undefined>(undefined)

export function openOverlay(next: Overlay): void {
  overlay.value = next
}
