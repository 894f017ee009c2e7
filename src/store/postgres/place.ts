/** The address of a database, for people: never with the password. */
export function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}${port === "" ? "" : `:${port}`}${pathname === "/" ? "" : pathname}`
}
