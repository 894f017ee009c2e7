/**
 * A host as requests write it, in `Host` and behind the scheme of an `Origin`. It is read by
 * its letters and never by a URL parser, whose work grows faster than what it is given: one
 * header of 16 KB was 30 ms, before anybody is known. Browsers send names in ASCII.
 */

export interface Host {
  /** In lower case; an IPv6 address in its brackets. */
  readonly name: string
  /** Empty where it is left out. */
  readonly port: string
}

const pattern = /^(?<name>\[[\da-f:.]{2,45}\]|[a-z\d._-]{1,253})(?::(?<port>\d{1,5}))?$/i

export function hostOf(text: string): Host | undefined {
  const { name, port = "" } = pattern.exec(text)?.groups ?? {}
  return name === undefined ? undefined : { name: name.toLowerCase(), port }
}
