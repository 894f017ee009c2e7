/** The address bar: `/`, `/r/<room>` and `/r/<room>/<seq>`. Links in the page are real links; a plain click on one stays in the page. */
import { type ReadonlySignal, signal } from "@preact/signals-core"

const path = signal(location.pathname)

/** The id of the room in the address, as it stands there. */
export function roomInAddress(): string | undefined {
  return roomOfPath(path.value)
}

export const address: ReadonlySignal<string> = path

/** Of the room, or of one of its messages. */
export const pathOf = (roomId: string, seq?: number): string => `/r/${roomId}${seq === undefined ? "" : `/${seq}`}`

/** The link that brings somebody else to the room. */
export const linkTo = (roomId: string): string => `${location.origin}${pathOf(roomId)}`

/** `replace` leaves no step to go back to. */
export function go(to: string, { replace = false } = {}): void {
  if (to === path.peek()) return
  if (replace) history.replaceState(null, "", to)
  else history.pushState(null, "", to)
  path.value = to
}

/** A foreign path leads somewhere only if it is one of this page. */
export function goToPath(path: unknown): void {
  const to = typeof path === "string" ? pathInPage(`${location.origin}${path}`) : undefined
  if (to !== undefined) go(to)
}

/** The target of a link, if it is in this page. */
export function pathInPage(url: string): string | undefined {
  const target = URL.canParse(url) ? new URL(url) : undefined
  const isOurs = target?.origin === location.origin && target.search === "" && target.hash === ""
  return isOurs && (target.pathname === "/" || roomOfPath(target.pathname)) ? target.pathname : undefined
}

export function followAddress(): void {
  addEventListener("popstate", () => {
    path.value = location.pathname
  })
  document.addEventListener("click", (event) => {
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    const anchor = event.target instanceof Element ? event.target.closest("a") : null
    const to = anchor === null ? undefined : pathInPage(anchor.href)
    if (to === undefined || !isPlain || event.defaultPrevented) return
    event.preventDefault()
    go(to)
  })
}

export function roomOfPath(pathname: string): string | undefined {
  return /^\/r\/([^/]+)(?:\/\d+)?\/?$/.exec(pathname)?.[1]
}
