/** The site that passkeys belong to, as browsers see it. */

/** A site that browsers let have passkeys: https, or this machine by its name. */
export interface Site {
  readonly rpId: string
  readonly origin: string
}

/** Of the address that people use; by default that of this machine. */
export function siteOf(address: string, isPublic: boolean): Site | undefined {
  const { protocol, hostname, port, origin } = new URL(address)
  if (!isPublic) return { rpId: "localhost", origin: `http://localhost${port === "" ? "" : `:${port}`}` }
  const isName = !/^[\d.]+$|^\[/.test(hostname)
  return isName && (protocol === "https:" || hostname === "localhost") ? { rpId: hostname, origin } : undefined
}
