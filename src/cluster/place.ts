/** The address of a Redis, for people: never with the password. */
export function placeOf(url: string): string {
  const { hostname, port } = new URL(url)
  return `${hostname}:${port || "6379"}`
}
