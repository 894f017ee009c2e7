/** Listening, and the sentence if that fails. */
import { codeOf, OperatorError } from "../observe/operator-error.ts"

/** The settings that say where it listens. */
interface Named {
  readonly host: string
  readonly port: string
}

const ofServer: Named = { host: "HOST", port: "--port" }
export const ofMetrics: Named = { host: "METRICS_ADDRESS", port: "METRICS_ADDRESS" }

/** Throws an OperatorError that says what to change. */
export function listen<T>(host: string, port: number, serve: () => T, named = ofServer): T {
  try {
    return serve()
  } catch (cause) {
    throw new OperatorError(explain(host, port, codeOf(cause), named), { cause })
  }
}

/** Checks that the port is free, for a server that first changes something else. Throws what `listen` throws. */
export function checkPort(host: string, port: number, named = ofServer): void {
  listen(host, port, () => Bun.listen({ hostname: host, port, socket: { data: () => {} } }), named).stop(true)
}

function explain(host: string, port: number, code: string | undefined, named: Named): string {
  switch (code) {
    case "EADDRINUSE":
      return `Port ${port} on ${host} is in use: stop the program that listens there, or choose another with ${named.port}.`
    case "EACCES":
      return `Port ${port} needs more rights than this user has: choose one from 1024 up with ${named.port}.`
    default:
      return `Cannot listen on ${host}, port ${port}${code === undefined ? "" : ` (${code})`}: set ${named.host} to an address of this machine.`
  }
}

/** The address to type: all addresses become localhost, and IPv6 gets brackets. */
export function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost"
  return host.includes(":") ? `[${host}]` : host
}
