/** Whether the browser has a network. It may lead nowhere: only "no" is certain. */
import { type ReadonlySignal, signal } from "@preact/signals-core"

export function followNetwork(): ReadonlySignal<boolean> {
  const hasNetwork = signal(navigator.onLine)
  const look = () => {
    hasNetwork.value = navigator.onLine
  }
  for (const event of ["online", "offline"]) addEventListener(event, look)
  return hasNetwork
}
